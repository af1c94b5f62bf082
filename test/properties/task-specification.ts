import { isDeepStrictEqual } from 'node:util';
import { type TaskContext, taskMachine } from '../../machines/index.ts';
import type { TaskInfo } from '../../src/index.ts';
import { type TaskSnapshot, snapshotOf } from '../../src/decide.ts';
import { stateOf } from '../../src/record.ts';
import { deserialize } from '../../src/serialize.ts';
import { type ChartOperation, type Specification, chartSpecification } from '../../src/testing/index.ts';
import { leafOf } from '../../machines/index.ts';
import type { Commit, History } from './history.ts';

export type TaskOperation = ChartOperation<typeof taskMachine>;

/** The chart's context, with the number of visible changes. */
interface Counted extends TaskContext {
  readonly sequence: number;
}

const contextOf = (snapshot: TaskSnapshot) => snapshot.context as Counted;

/** What a client can see of a task, but for its times: the harness does not know when an event was sent. */
export function seenOf({ value, context }: TaskSnapshot): object {
  const { task, sequence } = context as Counted;
  return {
    state: stateOf({ leaf: leafOf(value) }),
    sequence,
    attempt: task.attempt,
    attempts: task.attempts.map(({ error }) => error?.fault.name),
    cancelled: task.cancelled,
    cancelable: task.cancelable,
    progress: task.progress,
    description: task.description?.message,
    customValue: task.customValue,
    error: task.error?.fault.name,
    result: deserialize(task.result),
    checkpoint: deserialize(task.checkpoint),
    isUnresponsive: task.unresponsiveAt !== undefined,
  };
}

/** The same of what a client was shown. */
export function shownOf(info: TaskInfo): object {
  return {
    state: info.state,
    sequence: info.sequence,
    attempt: info.attempt,
    attempts: info.attempts.map(({ fault }) => fault?.fault.name),
    cancelled: info.cancelled,
    cancelable: info.cancelable,
    progress: info.progress,
    description: info.description?.message,
    customValue: info.customValue && { ...info.customValue },
    error: info.error?.fault.name,
    result: info.result,
    checkpoint: info.checkpoint,
    isUnresponsive: info.unresponsiveSince !== undefined,
  };
}

/** What `result()` tells of a task that has ended. */
export function outcomeOf({ value, context: { task } }: TaskSnapshot): unknown {
  const leaf = leafOf(value);
  if (leaf === 'success') return deserialize(task.result);
  return leaf === 'error' ? `outcome ${task.error?.fault.name}` : 'no end';
}

/** All that makes a difference later on, or to anybody who looks. No time does: no task of these programs has a deadline. */
function fingerprint(snapshot: TaskSnapshot): string {
  const { task, sequence } = contextOf(snapshot);
  const { fence, cancelled, cancelable, progress, reportsItself, checkpoint, customValue, attempt } = task;
  const { description, result, error, unresponsiveAt } = task;
  const faults = [error, ...task.attempts.map((ended) => ended.error)].map((fault) => fault?.fault.name);
  const marks = [cancelled, cancelable, reportsItself, unresponsiveAt !== undefined];
  const values = [progress, checkpoint, customValue, description?.message, result];
  return JSON.stringify([leafOf(snapshot.value), sequence, fence, attempt, marks, values, faults]);
}

const chart = chartSpecification(taskMachine, { initial: () => undefined as never, fingerprint });

/** The chart as the specification of a task that was created like this. */
export function taskSpecification(
  history: History,
  key: string,
  commits: readonly Commit[],
): Specification<TaskSnapshot, TaskOperation, unknown> {
  const { record } = commits[0] as Commit;
  const { record: last } = commits.at(-1) as Commit;
  const told = toldOf(history, key);
  const first = snapshotOf(record);
  const context: Counted = { ...first.context, sequence: record.sequence };
  const initial = { ...first, context } as TaskSnapshot;
  return {
    ...chart,
    initial: () => initial,
    step: (snapshot, operation) => {
      const { state, answer } = stepOf(snapshot, operation);
      if (isSame(snapshot, state)) return { state: snapshot, answer };
      const next = counted(state);
      // More changes than there were is no way to what was last seen.
      const { sequence } = contextOf(next);
      const isTold = told.get(sequence)?.has(operation.type) ?? true;
      return sequence > last.sequence || !isTold ? [] : { state: next, answer };
    },
    // Nothing had to change: whoever asked is told no more than that it is so.
    isAnswer: (expected, actual) =>
      isDeepStrictEqual(expected, actual) || (expected === 'nothing' && actual === 'ok'),
  };
}

/** A description is another one each time, as for the runtime: of two states that look alike one stands for both. */
function renewed(operation: TaskOperation): TaskOperation {
  if (!('description' in operation)) return operation;
  return { ...operation, description: { ...operation.description } };
}

function stepOf(snapshot: TaskSnapshot, operation: TaskOperation) {
  return chart.step(snapshot, renewed(operation)) as { state: TaskSnapshot; answer: unknown };
}

function isSame(before: TaskSnapshot, after: TaskSnapshot): boolean {
  if (before === after) return true;
  const [a, b] = [before.context.task, after.context.task];
  const isOne = a === b || Object.entries(a).every(([name, value]) => value === b[name as keyof typeof b]);
  return isOne && leafOf(before.value) === leafOf(after.value);
}

function counted(snapshot: TaskSnapshot): TaskSnapshot {
  const context: Counted = { ...contextOf(snapshot), sequence: contextOf(snapshot).sequence + 1 };
  return { ...snapshot, context } as TaskSnapshot;
}

/** Which event made each of the visible changes, as far as it was told. */
function toldOf({ told }: History, key: string): Map<number, Set<string>> {
  const events = new Map<number, Set<string>>();
  for (const { event } of told) {
    if (event.kind !== 'changed' || event.key !== key) continue;
    events.set(event.sequence, (events.get(event.sequence) ?? new Set()).add(event.event));
  }
  return events;
}
