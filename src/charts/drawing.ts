import type { AnyStateMachine, AnyStateNode } from 'xstate';
import { invalidArgument } from '../fault.ts';
import type { Drawing, DrawnState, StateKind } from './drawn.ts';
import { stateId } from './element-id.ts';
import { clean, prose } from './text.ts';
import { defaultsOf, transitionsOf } from './transitions.ts';
import { drawnActions } from './wording.ts';

/**
 * What there is to draw of a machine, with the ids that every format gives to its states and transitions.
 *
 * @throws InvalidArgument when it is not a machine of XState 5.
 */
export function drawingOf(machine: AnyStateMachine): Drawing {
  const root = rootOf(machine);
  const states: DrawnState[] = [];
  const byNode = new Map<AnyStateNode, DrawnState>();
  const add = (node: AnyStateNode, parent: DrawnState | undefined): DrawnState => {
    const inner: DrawnState[] = [];
    const state = { ...boxOf(node, machine.id), parent, states: inner };
    states.push(state);
    byNode.set(node, state);
    for (const child of Object.values(node.states)) inner.push(add(child, state));
    return state;
  };
  const drawn = add(root, undefined);
  const place = (node: AnyStateNode) => byNode.get(node) as DrawnState;
  return {
    root: drawn,
    states,
    transitions: states.flatMap((state) => transitionsOf(state, place)),
    defaults: states.flatMap((state) => defaultsOf(state, place)),
  };
}

function rootOf(machine: AnyStateMachine): AnyStateNode {
  const root = (machine as { root?: AnyStateNode } | undefined)?.root;
  if (typeof root?.states !== 'object' || !(root.transitions instanceof Map))
    throw invalidArgument('machine', 'a machine of XState 5, from createMachine or setup', machine);
  return root;
}

function boxOf(node: AnyStateNode, machineId: string) {
  const { entry, exit, invoke = [] } = node.config as { entry?: unknown; exit?: unknown; invoke?: unknown };
  const sources = [invoke].flat() as { src?: unknown }[];
  return {
    id: stateId(machineId, node.path),
    name: clean(node.key),
    path: node.path,
    kind: kindOf(node),
    // Not those of the node: XState adds to them what makes `after` work.
    entry: drawnActions(entry),
    exit: drawnActions(exit),
    invoke: node.invoke.map(({ id, src }, index) => ({
      id,
      source: typeof sources[index]?.src === 'string' ? clean(nameOf(src)) : 'inline',
    })),
    tags: node.tags.map((tag: unknown) => clean(String(tag))),
    description: node.description === undefined ? undefined : prose(node.description),
    meta: node.meta as unknown,
    node,
  };
}

/** XState gives logic without a name one of its own. */
function nameOf(source: unknown): string {
  return typeof source === 'string' ? source : 'inline';
}

function kindOf(node: AnyStateNode): StateKind {
  if (node.type !== 'history') return node.type;
  return node.history === 'deep' ? 'deepHistory' : 'shallowHistory';
}
