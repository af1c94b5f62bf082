import type { TaskEvent } from '../../machines/index.ts';
import { localized } from '../../machines/index.ts';
import type { TaskInfo } from '../../src/index.ts';
import { serialize } from '../../src/serialize.ts';
import { taskInfo } from '../../src/task-info.ts';
import type { Invocation } from '../../src/testing/index.ts';
import type { Asked, BodyRun, Commit, History, Said } from './history.ts';
import { type TaskOperation, outcomeOf, seenOf, shownOf } from './task-specification.ts';

type Operation = Invocation<TaskOperation, unknown>;

/** When it happened is not known; who did it is, and what. */
type Own = Omit<Operation, 'client' | 'key'> & { readonly who: string };

const look: TaskOperation = { type: 'info', observe: seenOf };
const hear: TaskOperation = { type: 'result', observe: outcomeOf };

/** Everything that was done to this task, seen of it, and that the runtime may have done by itself, each from when to when. */
export function operationsOf(history: History, key: string, commits: readonly Commit[]): Operation[] {
  const attempts = attemptsOf(history, key, commits);
  const own = [
    ...history.asked.flatMap((asked) => (asked.key === key ? askedOf(asked, attempts) : [])),
    ...attempts.flatMap((attempt) => [...startOf(attempt), ...restOf(history, attempt)]),
    ...history.said.flatMap((said) => saidOf(said, attempts)),
    ...history.watched.flatMap(({ at, info }) => (info.key === key ? [shown(info, 'watcher', 0, at)] : [])),
    ...lossOf(history, commits),
    lastOf(history, commits),
  ];
  return own.map(({ who, ...operation }, index) => ({ ...operation, key, client: `${who} ${index}` }));
}

/** One fence of a task that the supervisor drives. */
interface Attempt {
  readonly fence: number;
  readonly by: number;
  /** Its body; undefined where that ended before its first line. */
  readonly run: BodyRun | undefined;
  /** Nothing of it was before. */
  readonly from: number;
  readonly isStubborn: boolean;
}

function attemptsOf(history: History, key: string, commits: readonly Commit[]): Attempt[] {
  const attempts: Attempt[] = [];
  const runs = history.bodies.filter((run) => run.key === key);
  for (const { record, by } of commits) {
    const { fence, driver } = record.life;
    const before = attempts.at(-1);
    if (driver === 'creator' || !record.leaf.startsWith('running') || before?.fence === fence) continue;
    const run = runs.find(({ enteredAt }) => fenceAt(commits, enteredAt) === fence);
    const from = before?.run?.leftAt ?? before?.from ?? 0;
    attempts.push({ fence, by, run, from, isStubborn: record.creation.type === 'stubborn' });
  }
  return attempts;
}

function fenceAt(commits: readonly Commit[], at: number): number | undefined {
  return commits.findLast((commit) => commit.at < at)?.record.life.fence;
}

/** Nobody drives a created task whose supervisor has stopped: its lease is over some time later. */
function lossOf({ told }: History, [first]: readonly Commit[]): Own[] {
  const worker = first?.record.life.worker;
  const lost = told.find(({ event }) => event.kind === 'workerLost' && event.worker === worker);
  return lost && worker !== undefined
    ? [{ who: 'lease', operation: { type: 'LOSE', at: 0, worker }, calledAt: lost.at - 1 }]
    : [];
}

/** A body that runs was started: by then at the latest. */
function startOf({ run, from }: Attempt): Own[] {
  const operation: TaskEvent = { type: 'START', at: 0, worker: 'somebody' };
  const known = run ? { returnedAt: run.enteredAt, answer: 'ok' } : {};
  return [{ who: 'start', operation, calledAt: from, ...known }];
}

/** What may follow from a start: the end of the body, of its time, of its supervisor. */
function restOf({ asked }: History, attempt: Attempt): Own[] {
  const { fence, run, from, by, isStubborn } = attempt;
  const may = (operation: TaskEvent, calledAt: number): Own => ({ who: 'runtime', operation, calledAt });
  const calledAt = run?.enteredAt ?? from;
  const stops = asked.filter((call) => call.by === by && /^(stop|drain|last stop)$/.test(call.what));
  return [
    ...(isStubborn ? [may({ type: 'EXPIRE', at: 0, fence }, calledAt)] : []),
    ...stops.slice(0, 1).map((stop) => may({ type: 'EVICT', at: 0, fence }, stop.calledAt)),
    may({ type: 'UNRESPONSIVE', at: 0, fence }, calledAt),
    ...endOf(attempt),
  ];
}

function endOf({ run, fence, from, isStubborn }: Attempt): Own[] {
  const retryAt = isStubborn ? 0 : undefined;
  const threw = (name: string, aborted: boolean): TaskEvent => {
    const error = localized({ name: name as 'SystemError' });
    return { type: 'BODY_THREW', at: 0, fence, error, aborted, retryAt };
  };
  // Before its first line a body ends only because it is aborted.
  if (!run) return [{ who: 'body', operation: threw('RequestCanceled', true), calledAt: from }];
  const { leftAt: calledAt, threw: thrown, returned } = run;
  if (calledAt === undefined) return [];
  const result = serialize(returned, 'result');
  const operation: TaskEvent = thrown
    ? threw(thrown.name, thrown.isAbort)
    : { type: 'BODY_RETURNED', at: 0, fence, result };
  return [{ who: 'body', operation, calledAt }];
}

function saidOf({ run, event, ...call }: Said, attempts: readonly Attempt[]): Own[] {
  const attempt = attempts.find((one) => one.run === run);
  if (!attempt) return [];
  if (!event)
    return call.value ? [shown(call.value as TaskInfo, 'body', call.calledAt, call.returnedAt)] : [];
  // A body that cancels its task asks like everyone else.
  const operation = event.type === 'CANCEL' ? event : ({ ...event, fence: attempt.fence } as TaskEvent);
  return [answered('body', operation, call)];
}

function askedOf(asked: Asked, attempts: readonly Attempt[]): Own[] {
  const { what, event, late, calledAt, returnedAt, value, fault } = asked;
  const who = `client ${asked.id}`;
  if (late) return saidOf({ ...asked, run: late, event }, attempts);
  if (event) return [answered(who, event, asked)];
  if (returnedAt === undefined || fault !== undefined || value === undefined) return [];
  if (what === 'info' || what === 'ended') return [shown(value as TaskInfo, who, calledAt, returnedAt)];
  return what === 'result' ? [{ who, operation: hear, calledAt, returnedAt, answer: value }] : [];
}

function shown(info: TaskInfo, who: string, calledAt: number, returnedAt: number | undefined): Own {
  return { who, operation: look, calledAt, returnedAt, answer: shownOf(info) };
}

/** Who was told that the supervisor has stopped, or its store is lost, does not know whether it happened. */
function answered(
  who: string,
  operation: TaskEvent,
  { calledAt, returnedAt, fault, value }: Pick<Asked, 'calledAt' | 'returnedAt' | 'fault' | 'value'>,
): Own {
  if (returnedAt === undefined) return { who, operation, calledAt };
  if (fault === 'SupervisorStopped' || fault === 'StoreFailed')
    return { who, operation, calledAt, returnedAt, failed: true };
  const answer = fault ?? (operation.type === 'CANCEL' ? value : 'ok');
  return { who, operation, calledAt, returnedAt, answer };
}

/** When all is over somebody looks into the store. */
function lastOf({ lines }: History, commits: readonly Commit[]): Own {
  const { record } = commits.at(-1) as Commit;
  return shown(taskInfo(record), 'store', lines.length, lines.length);
}
