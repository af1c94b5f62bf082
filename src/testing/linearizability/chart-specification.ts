import {
  type AnyMachineSnapshot,
  type AnyStateMachine,
  type EventFrom,
  type InputFrom,
  type SnapshotFrom,
} from 'xstate';
import { leafOf, step } from '../../../machines/index.ts';
import { type Beginning, firstOf } from '../model-check/chart-beginning.ts';
import { checkMachine, eventTypesOf } from '../model-check/chart-support.ts';
import { checkKnown, invalid } from '../arguments.ts';
import type { Specification } from './specification.ts';
import { asText } from './state-table.ts';
import { inspected } from './text.ts';

/** An operation that changes nothing: its answer is what it sees of the chart. */
export interface Observation<Snapshot> {
  /** How reports name it. */
  readonly type: string;
  readonly observe: (snapshot: Snapshot) => unknown;
}

/** A change from outside, for which the chart has no event. Its answer is `ok`. */
export interface Intervention<Snapshot> {
  /** How reports name it. */
  readonly type: string;
  readonly change: (snapshot: Snapshot) => Snapshot;
}

/** What may be done to a chart: an event, whose answer is the outcome that its transition declares, or one of the others. */
export type ChartOperation<Machine extends AnyStateMachine> =
  | EventFrom<Machine>
  | Observation<SnapshotFrom<Machine>>
  | Intervention<SnapshotFrom<Machine>>;

export type ChartSpecificationOptions<Machine extends AnyStateMachine> = Beginning<
  Machine,
  ChartStart<Machine>,
  'initial'
> & {
  /** Default: the state's value and the whole context, which has to be plain data. */
  readonly fingerprint?: (snapshot: SnapshotFrom<Machine>) => string;
};

interface ChartStart<Machine extends AnyStateMachine> {
  /** What the object of this key is made from. Left out for a chart that needs none. */
  readonly input?: (key: string) => InputFrom<Machine>;
  /** Or where it begins, instead. */
  readonly initial?: (key: string) => SnapshotFrom<Machine>;
}

/**
 * The chart as the specification: an operation is right when its answer is the outcome that the chart declares
 * (`meta.outcome`, and `InvalidState` where there is no transition) in an order in which that could have been.
 *
 * @throws InvalidArgument for options that make no sense. Whoever judges by it meets the same fault when the chart
 * cannot begin with that input, and for an event of which the chart does not know.
 */
export function chartSpecification<Machine extends AnyStateMachine>(
  machine: Machine,
  ...[given]:
    | [options: NoInfer<ChartSpecificationOptions<Machine>>]
    | (undefined extends InputFrom<Machine> ? [options?: undefined] : never)
): Specification<SnapshotFrom<Machine>, ChartOperation<Machine>, unknown> {
  const options = (given === undefined ? {} : given) as ChartStart<Machine> &
    ChartSpecificationOptions<Machine>;
  checkMachine(machine);
  checkKnown('options', options, ['input', 'initial', 'fingerprint']);
  const { input, initial, fingerprint = fingerprintOf } = options;
  for (const [name, option] of Object.entries({ input, initial, fingerprint }))
    if (option !== undefined && typeof option !== 'function') throw invalid(name, 'a function', option);
  const types = eventTypesOf(machine);
  return {
    initial: (key) => initial?.(key) ?? (firstOf(machine, input?.(key), 'input') as SnapshotFrom<Machine>),
    step: (snapshot, operation) => stepOf(machine, types, snapshot, operation),
    fingerprint,
    isReading: (operation) => isObservation<SnapshotFrom<Machine>>(operation),
    showOperation,
    showAnswer: (answer) => (typeof answer === 'string' ? answer : inspected(answer, widest)),
    showState: (snapshot) => leafOf((snapshot as AnyMachineSnapshot).value),
  };
}

const widest = 60;

function stepOf<Machine extends AnyStateMachine>(
  machine: Machine,
  types: ReadonlySet<string> | undefined,
  snapshot: SnapshotFrom<Machine>,
  operation: ChartOperation<Machine>,
): { state: SnapshotFrom<Machine>; answer: unknown } {
  if (isObservation<SnapshotFrom<Machine>>(operation))
    return { state: snapshot, answer: operation.observe(snapshot) };
  if (isIntervention<SnapshotFrom<Machine>>(operation))
    return { state: operation.change(snapshot), answer: 'ok' };
  const { type } = operation as EventFrom<Machine>;
  if (typeof type !== 'string') throw invalid('operation.type', 'the type of an event', type);
  if (types && !types.has(type)) throw invalid('operation.type', `one of ${[...types].join(', ')}`, type);
  const { snapshot: next, outcome } = step(machine, snapshot, operation as EventFrom<Machine>);
  return { state: next, answer: outcome };
}

function isObservation<Snapshot>(operation: object): operation is Observation<Snapshot> {
  if (typeof operation !== 'object' || operation === null)
    throw invalid('operation', 'an event, or { type, observe } or { type, change }', operation);
  return 'observe' in operation && typeof operation.observe === 'function';
}

function isIntervention<Snapshot>(operation: object): operation is Intervention<Snapshot> {
  return 'change' in operation && typeof operation.change === 'function';
}

function fingerprintOf(snapshot: AnyMachineSnapshot): string {
  const { value, context, status, historyValue } = snapshot;
  const remembered = Object.entries(historyValue).map(([id, nodes]) => [id, nodes.map((node) => node.id)]);
  return asText([value, context, status, remembered]);
}

/** The type, and what else it carries; when it was sent says nothing. */
function showOperation({ type, ...members }: { type: string }): string {
  const rest = Object.entries(members).filter(
    ([name, member]) => name !== 'at' && member !== undefined && typeof member !== 'function',
  );
  return rest.length === 0 ? type : `${type} ${inspected(Object.fromEntries(rest), widest)}`;
}
