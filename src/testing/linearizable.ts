import { systemClock } from '../index.ts';
import { checkKnown, invalid } from './arguments.ts';
import { checkHistory } from './linearizability/history-check.ts';
import { type Invocation, isOptional, latest } from './linearizability/invocation.ts';
import { Wording, report } from './linearizability/report.ts';
import { type Placed, Search, type SearchEnd, type SearchLimits } from './linearizability/search.ts';
import type { Specification } from './linearizability/specification.ts';
import { type Outcome, StateTable } from './linearizability/state-table.ts';
import type {
  Linearizability,
  Linearized,
  NotLinearizable,
  Refused,
  Undecided,
} from './linearizability/verdict.ts';

export interface LinearizableOptions {
  /**
   * The verdict is unknown when, for one object, more configurations (which operations came before, and what state they
   * left) are looked at. Default 1,000,000, for which some 50 MB are enough, and as many fingerprints.
   */
  readonly maxConfigurations?: number;
  /** The verdict is unknown when the search takes longer, all objects together. Milliseconds; default none. */
  readonly timeoutMs?: number;
}

/**
 * Whether concurrent operations had the answers that they could have had one after the other, each at some moment
 * between its call and its return (Herlihy and Wing, 1990): one is right, or it is a bug.
 *
 * An object is judged by itself: a history is linearizable if that of each object is. What is pending, or failed, may
 * have had its effect or not. The verdict is never wrong as long as `step` gives the same for the same: what goes beyond
 * the limits is unknown.
 *
 * Cost: mostly a few configurations for each operation, and at worst exponential in the number of operations that
 * overlap on one object, those included that are pending or failed.
 *
 * @throws Fault InvalidArgument when the history cannot have happened: a return before its call, two operations of one
 * client at once; or when `isReading` is true of an operation that changes a state.
 */
export function linearizable<State, Operation, Answer>(
  history: readonly Invocation<Operation, Answer>[],
  specification: Specification<State, Operation, Answer>,
  options: LinearizableOptions = {},
): Linearizability<Operation, Answer> {
  checkHistory(history);
  checkSpecification(specification);
  const limits = limitsOf(options);
  const order = new Map<string, readonly Linearized<Operation, Answer>[]>();
  const unknown = new Map<string, SearchEnd<Answer>['why']>();
  let configurations = 0;
  for (const [key, invocations] of byKey(history)) {
    const judged = judge(key, invocations, specification, limits);
    configurations += judged.configurations;
    if (judged.refusal) return { ...judged.refusal, configurations };
    if (judged.order) order.set(key, judged.order);
    else unknown.set(key, judged.why);
  }
  if (unknown.size > 0) return undecided(unknown, configurations, limits);
  const message = `The ${history.length} operations on ${order.size} objects are linearizable.`;
  return { linearizable: true, order, configurations, message };
}

interface Judged<Operation, Answer> {
  readonly why: SearchEnd<Answer>['why'];
  readonly configurations: number;
  readonly order?: readonly Linearized<Operation, Answer>[];
  readonly refusal?: NotLinearizable<Operation, Answer>;
}

function judge<State, Operation, Answer>(
  key: string,
  invocations: readonly Invocation<Operation, Answer>[],
  specification: Specification<State, Operation, Answer>,
  limits: SearchLimits,
): Judged<Operation, Answer> {
  const table = new StateTable(specification, invocations);
  const initial = table.numberOf(specification.initial(key));
  const search = new Search(table, initial, invocations, limits);
  const { why, last, configurations } = search.run();
  const order = orderOf(last, invocations);
  if (why === 'found') return { why, order, configurations };
  if (why !== 'stuck') return { why, configurations };
  const { overdue, next } = nextOf(last, invocations);
  const state = last?.to ?? initial;
  const refused = next.map((index) => refusedAt(state, index, invocations, table, specification));
  const found = { linearizable: false, key, prefix: order, overdue, refused, configurations } as const;
  const message = report(found, table.state(state), invocations, specification);
  return { why, refusal: { ...found, message }, configurations };
}

function byKey<Operation, Answer>(
  history: readonly Invocation<Operation, Answer>[],
): Map<string, Invocation<Operation, Answer>[]> {
  const keys = new Map<string, Invocation<Operation, Answer>[]>();
  for (const invocation of history) {
    const own = keys.get(invocation.key);
    if (own) own.push(invocation);
    else keys.set(invocation.key, [invocation]);
  }
  return keys;
}

function* placesOf<Answer>(last: Placed<Answer> | undefined): Generator<Placed<Answer>> {
  for (let place = last; place; place = place.before) yield place;
}

function orderOf<Operation, Answer>(
  last: Placed<Answer> | undefined,
  invocations: readonly Invocation<Operation, Answer>[],
): Linearized<Operation, Answer>[] {
  const places = [...placesOf(last)].reverse();
  return places.map(({ index, answer }) => ({
    invocation: invocations[index] as Invocation<Operation, Answer>,
    answer,
  }));
}

/** What returns first of all that have no place, and what may come before that, in order of the calls. */
function nextOf<Operation, Answer>(
  last: Placed<Answer> | undefined,
  invocations: readonly Invocation<Operation, Answer>[],
): { overdue: Invocation<Operation, Answer>; next: number[] } {
  const placed = new Set(Array.from(placesOf(last), ({ index }) => index));
  const left = [...invocations.entries()].filter(([index]) => !placed.has(index));
  const [, overdue] = left.reduce((first, other) => (latest(other[1]) < latest(first[1]) ? other : first));
  const next = left
    .filter(([, { calledAt }]) => calledAt <= latest(overdue))
    .toSorted(([, a], [, b]) => a.calledAt - b.calledAt);
  return { overdue, next: next.map(([index]) => index) };
}

function refusedAt<State, Operation, Answer>(
  state: number,
  index: number,
  invocations: readonly Invocation<Operation, Answer>[],
  table: StateTable<State, Operation, Answer>,
  specification: Specification<State, Operation, Answer>,
): Refused<Operation, Answer> {
  const invocation = invocations[index] as Invocation<Operation, Answer>;
  const outcomes = table.outcomes(state, invocation.operation);
  const expected = outcomes.map(({ answer }) => answer);
  const why = whyNot(invocation, state, outcomes, new Wording(specification));
  return { invocation, expected, why };
}

function whyNot<State, Operation, Answer>(
  invocation: Invocation<Operation, Answer>,
  state: number,
  outcomes: readonly Outcome<Answer>[],
  words: Wording<State, Operation, Answer>,
): string {
  if (outcomes.length === 0) return 'it cannot happen in this state';
  if (isOptional(invocation))
    return outcomes.every(({ to }) => to === state)
      ? 'it would change nothing'
      : 'it may take effect, and that leads no further';
  const answers = [...new Set(outcomes.map(({ answer }) => words.answer(answer)))];
  return `expected ${answers.join(' or ')}, got ${words.answer(invocation.answer as Answer)}`;
}

function undecided(
  whys: ReadonlyMap<string, SearchEnd<unknown>['why']>,
  configurations: number,
  { maxConfigurations }: SearchLimits,
): Undecided {
  const unknown = [...whys.keys()];
  const limit = [...whys.values()].includes('time')
    ? 'the time was over'
    : `more than ${maxConfigurations} configurations would have to be looked at`;
  const message = `Expected an order of the operations on ${unknown.length} objects, but none was found until ${limit}.`;
  return { linearizable: undefined, unknown, configurations, message };
}

function limitsOf(options: LinearizableOptions): SearchLimits {
  checkKnown('options', options, ['maxConfigurations', 'timeoutMs']);
  const { maxConfigurations = 1_000_000, timeoutMs = Number.POSITIVE_INFINITY } = options;
  if (!Number.isSafeInteger(maxConfigurations) || maxConfigurations < 1)
    throw invalid('maxConfigurations', 'a positive integer', maxConfigurations);
  if (typeof timeoutMs !== 'number' || !(timeoutMs > 0))
    throw invalid('timeoutMs', 'greater than 0', timeoutMs);
  const end = systemClock.monotonic() + timeoutMs;
  return { maxConfigurations, isOver: () => systemClock.monotonic() > end };
}

const optionalMethods = [
  'fingerprint',
  'isReading',
  'isAnswer',
  'showOperation',
  'showAnswer',
  'showState',
] as const;

function checkSpecification<State, Operation, Answer>(
  specification: Specification<State, Operation, Answer>,
): void {
  if (typeof specification?.initial !== 'function' || typeof specification.step !== 'function')
    throw invalid('specification', 'an object with the methods initial, step', specification);
  for (const method of optionalMethods) {
    const value = specification[method];
    if (value !== undefined && typeof value !== 'function')
      throw invalid(`specification.${method}`, 'a function', value);
  }
}
