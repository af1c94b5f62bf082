import { isDeepStrictEqual } from 'node:util';
import type {
  AnyMachineSnapshot,
  AnyStateMachine,
  EventFrom,
  InputFrom,
  Snapshot,
  SnapshotFrom,
} from 'xstate';
import { checkKnown, invalid } from '../arguments.ts';
import { type Beginning, restored } from './chart-beginning.ts';
import { ChartModel, type ChartView, leafAt } from './chart-model.ts';
import { differenceError } from './difference.ts';
import type { Difference, DoneStep } from './model-run.ts';
import type { Reply } from './reply.ts';

/** One line of a log: what was sent, and what was answered and seen afterwards, where that was recorded. */
export interface TraceEntry<TMachine extends AnyStateMachine = AnyStateMachine> {
  readonly event: EventFrom<TMachine>;
  readonly answer?: unknown;
  readonly state?: unknown;
}

/** Where a log begins, and how the chart is read. */
export type TraceOptions<TMachine extends AnyStateMachine = AnyStateMachine> = ChartView<TMachine> &
  Beginning<TMachine, TraceFrom<TMachine>, 'from'>;

interface TraceFrom<TMachine extends AnyStateMachine> {
  /**
   * The chart's snapshot before the first entry: as it was, as `getPersistedSnapshot` or JSON keep it. Default: its
   * first, made from `input`.
   */
  readonly from?: SnapshotFrom<TMachine> | Snapshot<unknown>;
  readonly input?: InputFrom<TMachine>;
}

/**
 * The chart, sent the events of a log one after the other, answers and looks as was recorded; it returns its snapshot
 * at the end. Answers and states are read as by `checkModel`; what an entry leaves out is not compared.
 *
 * @throws ChartDifference with the `index` of the first entry that differs.
 * @throws InvalidArgument for options that make no sense, for an entry that is none, and for an event of which the chart
 * does not know; when the chart cannot begin with that input or from there, or throws while it takes an event.
 * @throws NotSupported for the charts that `checkModel` refuses.
 */
export function checkTrace<TMachine extends AnyStateMachine>(
  machine: TMachine,
  entries: Iterable<TraceEntry<TMachine>>,
  ...[given]:
    | [options: TraceOptions<TMachine>]
    | (undefined extends InputFrom<TMachine> ? [options?: undefined] : never)
): SnapshotFrom<TMachine> {
  const options = (given === undefined ? {} : given) as TraceOptions;
  checkKnown('options', options, ['answerOf', 'stateOf', 'same', 'from', 'input']);
  const model = new ChartModel(machine, options as ChartView);
  const types = model.eventTypes;
  const done: DoneStep[] = [];
  let snapshot = beginning(model, options);
  for (const [index, entry] of [...iterable(entries)].entries()) {
    const { event, ...recorded } = checked(entry, index, types);
    const taken = model.take(snapshot, event, `entry ${index}`);
    snapshot = taken.after;
    const answer = model.answer(taken);
    const leaves = { before: leafAt(taken.before), after: leafAt(taken.after) };
    done.push({
      step: { kind: 'send', instance: 1, event },
      ...leaves,
      answer,
      reply: said(recorded.answer),
    });
    const difference = differenceOf(model, recorded, answer, snapshot);
    if (!difference) continue;
    const place = `entry ${index}`;
    throw differenceError(
      model,
      { done, difference },
      { subject: 'The log', place, firstNumber: 0, notes: [] },
    );
  }
  return snapshot as SnapshotFrom<TMachine>;
}

function differenceOf(
  model: ChartModel,
  recorded: { readonly answer?: unknown; readonly state?: unknown },
  expected: unknown,
  snapshot: AnyMachineSnapshot,
): Difference | undefined {
  const states = Object.hasOwn(recorded, 'state')
    ? { expected: model.state(snapshot), actual: said(recorded.state) }
    : undefined;
  if (Object.hasOwn(recorded, 'answer') && !model.isSame(expected, recorded.answer)) {
    const difference = { about: 'answer', instance: 1, expected, actual: said(recorded.answer) } as const;
    return states ? { ...difference, states } : difference;
  }
  if (!states || isDeepStrictEqual(states.expected, recorded.state)) return undefined;
  return { about: 'state', instance: 1, ...states, states };
}

function said(value: unknown): Reply {
  return { kind: 'answered', value };
}

function beginning(model: ChartModel, { from, input }: TraceOptions): AnyMachineSnapshot {
  return from === undefined ? model.first(input, 'input') : restored(model.machine, from);
}

function iterable(entries: Iterable<TraceEntry>): Iterable<TraceEntry> {
  if (typeof (entries as Partial<Iterable<TraceEntry>> | undefined | null)?.[Symbol.iterator] === 'function')
    return entries;
  throw invalid('entries', 'a list of entries', entries);
}

function checked(
  entry: TraceEntry,
  index: number,
  types: ReadonlySet<string> | undefined,
): TraceEntry & { readonly event: { readonly type: string } } {
  const name = `entries[${index}]`;
  if (typeof entry !== 'object' || entry === null) throw invalid(name, 'an entry { event, … }', entry);
  // A misspelt `answer` would be compared with nothing.
  checkKnown(name, entry, ['event', 'answer', 'state']);
  const { event } = entry as { readonly event?: { readonly type?: unknown } | null };
  if (typeof event !== 'object' || event === null || typeof event.type !== 'string')
    throw invalid(`${name}.event`, 'an event with a type', event);
  if (types && !types.has(event.type))
    throw invalid(`${name}.event.type`, `one of ${[...types].join(', ')}`, event.type);
  return entry as TraceEntry & { readonly event: { readonly type: string } };
}
