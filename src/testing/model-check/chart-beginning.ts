import {
  type AnyMachineSnapshot,
  type AnyStateMachine,
  type AnyStateNode,
  type InputFrom,
  initialTransition,
} from 'xstate';
import { Fault } from '../../index.ts';
import { leafOf } from '../../../machines/index.ts';
import { inspected } from '../linearizability/text.ts';
import { nodesOf } from './chart-support.ts';
import { shown } from './reply.ts';

/** How a chart begins: one that cannot do without an `input` has to be given it, or what stands `instead` of it. */
export type Beginning<
  TMachine extends AnyStateMachine,
  TStart,
  TInstead extends keyof TStart,
  TInput extends keyof TStart = 'input' & keyof TStart,
> = TStart &
  (undefined extends InputFrom<TMachine>
    ? unknown
    : Required<Pick<TStart, TInput>> | Required<Pick<TStart, TInstead>>);

/**
 * The first snapshot of a chart. `option`: the name of what gives its input.
 *
 * @throws InvalidArgument when the chart cannot begin so.
 */
export function firstOf(
  machine: AnyStateMachine,
  input: unknown,
  option: 'input' | 'inputs',
): AnyMachineSnapshot {
  try {
    const [snapshot] = initialTransition(machine, input);
    // XState catches what its actions and its context throw.
    if (snapshot.status === 'error') throw snapshot.error;
    return snapshot;
  } catch (cause) {
    const from = input === undefined ? 'without an input' : `with the input ${shown(input)}`;
    const advice = `Give \`${option}\` with which it can.`;
    throw new Fault(
      'InvalidArgument',
      `Expected the chart "${machine.id}" to begin ${from}: ${reason(cause)}. ${advice}`,
      { cause, invalidProperty: option },
    );
  }
}

/**
 * The snapshot of a chart that was kept: as JSON, as XState persists it, or as it was.
 *
 * @throws InvalidArgument `from` when the chart cannot go on from there.
 */
export function restored(machine: AnyStateMachine, from: unknown): AnyMachineSnapshot {
  try {
    const kept = keptOf(from);
    if (kept.machine === machine) return kept as AnyMachineSnapshot;
    const { status, value, output, error, context = {}, historyValue = {} } = kept;
    const plain = { status, value, output, error, context, children: {} };
    const remembered = { ...plain, historyValue: historyOf(machine, historyValue) };
    if (!isLeaf(machine.root, leafOf(value))) throw new Error(`There is no state ${shown(value)}`);
    return machine.restoreSnapshot(remembered as never, undefined as never) as AnyMachineSnapshot;
  } catch (cause) {
    throw new Fault(
      'InvalidArgument',
      `Expected from to be a snapshot of the chart "${machine.id}", got ${inspected(from, 60)}: ${reason(cause)}.`,
      { cause, invalidProperty: 'from' },
    );
  }
}

/** What an error says, without the full stop. */
export function reason(error: unknown): string {
  return (error instanceof Error ? error.message : shown(error)).replace(/\.$/, '');
}

const statuses: readonly unknown[] = ['active', 'done', 'stopped'];

/** JSON may lack what is empty. */
type Kept = Omit<AnyMachineSnapshot, 'historyValue' | 'children'> &
  Partial<Pick<AnyMachineSnapshot, 'historyValue' | 'children'>>;

function keptOf(from: unknown): Kept {
  const kept = (from ?? {}) as Kept;
  if (!statuses.includes(kept.status)) throw new Error('Its `status` is none of active, done and stopped');
  if (kept.value === undefined) throw new Error('It has no `value`');
  if (Object.keys(kept.children ?? {}).length > 0) throw new Error('It has spawned an actor');
  return kept;
}

/** What the chart remembers, by the ids of its states. */
function historyOf(machine: AnyStateMachine, kept: Record<string, readonly { readonly id: string }[]>) {
  const nodes = Object.entries(kept).map(([id, states]) => [
    id,
    states.map((state) => machine.getStateNodeById(state.id)),
  ]);
  return Object.fromEntries(nodes) as Record<string, AnyStateNode[]>;
}

function isLeaf(root: AnyStateNode, leaf: string): boolean {
  const nodes = nodesOf(root).filter(({ type }) => type === 'atomic' || type === 'final');
  return nodes.some(({ path }) => path.join('.') === leaf);
}
