import type { AnyMachineSnapshot, AnyStateMachine, AnyStateNode } from 'xstate';
import { Fault } from '../../index.ts';
import { leafOf } from '../../../machines/index.ts';
import { invalid } from '../arguments.ts';

/** @throws InvalidArgument for what is no XState machine. */
export function checkMachine(machine: AnyStateMachine): void {
  const { root, getTransitionData, implementations } = (machine ?? {}) as Partial<AnyStateMachine>;
  if (typeof root === 'object' && typeof getTransitionData === 'function' && implementations) return;
  throw invalid('machine', 'an XState machine', machine);
}

/** @throws NotSupported when the chart also moves by itself, or in several places at once. */
export function checkSupported(machine: AnyStateMachine): void {
  for (const node of nodesOf(machine.root)) {
    const found = unsupported(machine, node);
    const where = node.path.length === 0 ? 'at its root' : `in "${node.path.join('.')}"`;
    if (found !== undefined) throw notSupported(machine, `${found} ${where}`);
  }
}

/** @throws NotSupported for a snapshot with actors of its own, which `spawn` makes where no chart shows it. */
export function checkAlone(machine: AnyStateMachine, { children, value }: AnyMachineSnapshot): void {
  if (Object.keys(children).length === 0) return;
  throw notSupported(machine, `spawned an actor in "${leafOf(value)}"`);
}

/** A node with all that are in it, in the order of the chart. */
export function nodesOf(node: AnyStateNode): AnyStateNode[] {
  return [node, ...Object.values(node.states).flatMap(nodesOf)];
}

/** The types of events that a chart knows of; undefined when it has a transition for any. */
export function eventTypesOf(machine: AnyStateMachine): ReadonlySet<string> | undefined {
  const types = nodesOf(machine.root).flatMap(({ transitions }) => [...transitions.keys()]);
  return types.some((type) => type.includes('*')) ? undefined : new Set(types);
}

function notSupported(machine: AnyStateMachine, found: string): Fault {
  return new Fault(
    'NotSupported',
    `Expected a chart with one state at a time, that moves only by the events it is sent; ` +
      `"${machine.id}" has ${found}.`,
  );
}

function unsupported(machine: AnyStateMachine, node: AnyStateNode): string | undefined {
  if (node.type === 'parallel') return 'parallel states';
  if (node.invoke.length > 0) return 'invoke';
  if (node.after.length > 0) return 'after';
  const transitions = [...[...node.transitions.values()].flat(), ...(node.always ?? [])];
  const actions = [...node.entry, ...node.exit, ...transitions.flatMap((transition) => transition.actions)];
  for (const action of actions) {
    const { type, delay } = implementation(machine, action);
    if (type === 'xstate.spawnChild') return 'spawnChild';
    if (delay !== undefined) return 'an event with a delay';
  }
  return undefined;
}

/** XState's own actions are functions that carry what they were made of. */
function implementation(machine: AnyStateMachine, action: unknown): { type?: string; delay?: unknown } {
  const { type } = (typeof action === 'string' ? { type: action } : action) as { type: string };
  const { actions } = machine.implementations;
  return (Object.hasOwn(actions, type) ? actions[type] : action) as { type?: string; delay?: unknown };
}
