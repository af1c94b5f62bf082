import type { TaskInfo } from '../../src/index.ts';

/** What never changes once a task is final. */
export function outcomeOf({ state, error, result, completeTime, cancelled }: TaskInfo): string {
  return JSON.stringify([state, error?.fault.name, result, completeTime, cancelled]);
}

const isFinal = ({ state }: TaskInfo) => state === 'success' || state === 'error';

function* wrongWithOutcome(info: TaskInfo): Iterable<[string, string]> {
  const { key, state, error, result } = info;
  if ((error !== undefined) !== (state === 'error'))
    yield ['I2, I3 state and outcome together', `${key} is ${state}, error ${error?.fault.name}`];
  if (result !== undefined && state !== 'success')
    yield ['I2, I3 state and outcome together', `${key} is ${state} with a result`];
  if (error?.localizedMessage === '') yield ['a fault says what happened', `${key} ${error.fault.name}`];
}

function* wrongWithStamps(info: TaskInfo): Iterable<[string, string]> {
  const { key, state, queueTime, startTime, completeTime } = info;
  if ((completeTime !== undefined) !== isFinal(info))
    yield ['I4 completeTime is set exactly when final', `${key} is ${state}`];
  const stamps = [queueTime, startTime, completeTime].filter((stamp) => stamp !== undefined).map(Number);
  if (stamps.some((stamp, index) => stamp < (stamps[index - 1] ?? stamp)))
    yield ['I4 stamps are in order', `${key}: ${stamps.join()}`];
}

function* wrongWithProgress({ key, state, progress }: TaskInfo): Iterable<[string, string]> {
  if (progress === undefined) return;
  if (!Number.isInteger(progress) || progress < 0 || progress > 100)
    yield ['I5 progress is an integer of 0 to 100', `${key}: ${progress}`];
  if (state !== 'running') yield ['I5 progress only while running', `${key} is ${state}: ${progress}`];
}

/** What a reader sees after what it saw before. */
function* wrongAfter(info: TaskInfo, before: TaskInfo): Iterable<[string, string]> {
  const { key, sequence, cancelled, state } = info;
  if (isFinal(before)) yield ['I1 final is final', `${key} is shown as ${state} after its end`];
  if (sequence <= before.sequence)
    yield ['I11 sequences grow', `${key}: #${sequence} after #${before.sequence}`];
  if (before.cancelled && !cancelled) yield ['I6 cancelled never goes back', key];
}

/** The laws that this information breaks, and how; `before`: what the same reader was shown last. */
export function* wrongWith(info: TaskInfo, before?: TaskInfo): Iterable<[law: string, message: string]> {
  yield* wrongWithOutcome(info);
  yield* wrongWithStamps(info);
  yield* wrongWithProgress(info);
  if (before) yield* wrongAfter(info, before);
}
