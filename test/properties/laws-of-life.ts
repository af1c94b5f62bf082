import { isFinal, stateOf } from '../../src/record.ts';
import { decide, snapshotOf } from '../../src/decide.ts';
import type { ActorStep, Asked, BodyRun, Commit, History } from './history.ts';
import type { HistoryLaw } from './laws-of-records.ts';

export { answersHaveAnOrder } from './laws-of-linearizability.ts';

const isAcceptedFirst = ({ what, value }: Asked) =>
  what === 'cancel' && (value === 'requested' || value === 'canceled');

export const oneCancelCounts: HistoryLaw = function* (history) {
  for (const [key, calls] of Map.groupBy(history.asked.filter(isAcceptedFirst), ({ key }) => key)) {
    // Two supervisors that cancel in one millisecond write the same record: a retry takes the other's for its own.
    const isOne =
      calls.length === 1 || (history.isTroubled && new Set(calls.map(({ by }) => by)).size === calls.length);
    if (!isOne) yield `${calls.length} cancels of ${history.name(key)} were the first`;
  }
  for (const { key, aborts, enteredAt } of history.bodies) {
    if (aborts.length > 1)
      yield `${enteredAt}: the body of ${history.name(key)} was aborted ${aborts.length} times`;
  }
  for (const [key, aborts] of Map.groupBy(history.driverAborts, (key) => key)) {
    if (aborts.length > 1) yield `the driver of ${history.name(key)} was told ${aborts.length} times`;
  }
};

/** The record of each task when all was quiet. */
function quiet(history: History): Commit[] {
  return [...history.byKey().values()].flatMap(
    (commits) => commits.findLast(({ at }) => at < history.quietAt) ?? [],
  );
}

const livesAt = (history: History, key: string, at: number) =>
  history.bodies.some((body) => body.key === key && body.enteredAt < at && (body.leftAt ?? at + 1) > at);

export const noCancelIsLost: HistoryLaw = function* (history) {
  const { quietAt, asked, bodies } = history;
  for (const { record } of quiet(history)) {
    const { key, life } = record;
    const name = history.name(key);
    const isDone = asked.some(
      (call) =>
        call.key === key &&
        call.what === 'cancel' &&
        call.value !== undefined &&
        (call.returnedAt ?? 0) < quietAt,
    );
    if (isDone && !life.cancelled) yield `a cancel of ${name} was accepted, and it is ${record.leaf}`;
    if (!life.cancelled || isFinal(record) || life.driver === 'creator') continue;
    if (!livesAt(history, key, quietAt))
      yield `${name} was cancelled, its body is gone, and it is ${record.leaf}`;
    const body = bodies.findLast((run) => run.key === key);
    if (body && body.aborts.length === 0) yield `${name} was cancelled, and its body was never told`;
  }
};

const isAborting = (leaf: string) => /\.(canceling|expiring|evicting)$/.test(leaf);

/** Whoever looks at its signal sees an abort that was before, whether or not anybody had asked for the signal by then. */
export const whoLooksSeesTheAbort: HistoryLaw = function* (history) {
  const { bodies, actorSteps } = history;
  for (const { by, key, enteredAt, looks = [] } of bodies)
    for (const { at } of looks.filter(({ isAborted }) => !isAborted)) {
      const abort = actorSteps.find(
        (step) =>
          step.by === by && step.key === key && step.at > enteredAt && step.at < at && isAborting(step.leaf),
      );
      if (abort)
        yield `${at}: the body of ${history.name(key)} sees no abort, and there was one at ${abort.at}`;
    }
};

export const endedMeansGone: HistoryLaw = function* (history) {
  for (const { at, record } of history.commits) {
    if (stateOf(record) !== 'running' && livesAt(history, record.key, at))
      yield `${at}: ${history.name(record.key)} is ${record.leaf}, and its body runs`;
  }
};

export const bodiesNeverOverlap: HistoryLaw = function* (history) {
  for (const [key, runs] of Map.groupBy(history.bodies, ({ key }) => key)) {
    const overlap = runs.find(
      ({ enteredAt }, index) =>
        index > 0 && (runs[index - 1]?.leftAt ?? Number.POSITIVE_INFINITY) > enteredAt,
    );
    if (overlap) yield `${overlap.enteredAt}: two bodies of ${history.name(key)} run`;
  }
};

export const runningMeansHere: HistoryLaw = function* (history) {
  for (const { record } of quiet(history)) {
    if (stateOf(record) !== 'running' || record.life.driver !== 'supervisor') continue;
    if (!livesAt(history, record.key, history.quietAt))
      yield `${history.name(record.key)} is ${record.leaf}, and no body runs`;
  }
};

export const concurrencyIsKept: HistoryLaw = function* ({ bodies, concurrency, slots, quietAt }) {
  for (const { by, enteredAt } of bodies) {
    const busy = bodies.filter(
      (run) => run.by === by && run.enteredAt <= enteredAt && (run.leftAt ?? enteredAt + 1) > enteredAt,
    );
    if (busy.length > concurrency)
      yield `${enteredAt}: ${busy.length} bodies run at once in supervisor ${by}`;
  }
  for (const { at, by, slots: taken } of slots) {
    if (taken < 0 || taken > concurrency)
      yield `${at}: supervisor ${by} has taken ${taken} slots of ${concurrency}`;
    const busy = bodies.filter((run) => run.by === by && run.enteredAt < at && (run.leftAt ?? at + 1) > at);
    if (taken < busy.length)
      yield `${at}: supervisor ${by} has ${busy.length} bodies, and ${taken} slots are taken`;
  }
  for (const [by, seen] of Map.groupBy(slots, ({ by }) => by)) {
    const taken = seen.findLast(({ at }) => at < quietAt)?.slots ?? 0;
    const busy = bodies.filter(
      (run) => run.by === by && run.enteredAt < quietAt && (run.leftAt ?? quietAt + 1) > quietAt,
    );
    if (taken !== busy.length)
      yield `when all is quiet, supervisor ${by} has ${busy.length} bodies and ${taken} slots taken`;
  }
};

export const nothingIsForgotten: HistoryLaw = ({ forgotten }) => forgotten;

export const everythingSettles: HistoryLaw = function* (history) {
  for (const { id, what, key, returnedAt } of history.asked) {
    if (returnedAt === undefined) yield `${what} ${id} ${history.name(key)} never settled`;
  }
};

/** Whoever waits until nothing is queued or running is told so; and is told so only if it was true meanwhile. */
export const idleMeansIdle: HistoryLaw = function* (history) {
  const { quietAt, asked, commits } = history;
  const waits = asked.filter(({ what }) => what === 'idle');
  if (waits.length === 0) return;
  const left = new Set<string>();
  /** From when on nothing, or something, was queued or running. */
  const changes = [{ at: 0, isIdle: true }];
  for (const { at, record } of commits) {
    if (isFinal(record)) left.delete(record.key);
    else left.add(record.key);
    changes.push({ at, isIdle: left.size === 0 });
  }
  const wasIdle = (from: number, to: number) =>
    changes.some(({ at, isIdle }, index) => isIdle && at <= to && (changes[index + 1]?.at ?? to) >= from);
  for (const { id, calledAt, returnedAt = Number.POSITIVE_INFINITY, fault } of waits) {
    if (calledAt < quietAt && returnedAt > quietAt && wasIdle(quietAt, quietAt))
      yield `idle ${id} still waits, and nothing is queued or running`;
    if (returnedAt < quietAt && fault === undefined && !wasIdle(calledAt, returnedAt))
      yield `${returnedAt}: idle ${id} resolved, and something was queued or running all the time`;
  }
};

export const whatIsReturnedIsThere: HistoryLaw = function* (history) {
  for (const { what, key, fault, calledAt } of history.asked) {
    if (fault === 'ManagedObjectNotFound') yield `${calledAt}: ${what} did not find ${history.name(key)}`;
  }
};

/** When its supervisor heard that it had claimed the task for this body. */
function claimedAt({ actorSteps }: History, { by, key, enteredAt }: BodyRun): number {
  const isClaim = (step: ActorStep) => step.event === 'START' && step.key === key && step.by === by;
  return actorSteps.findLast((step) => step.at < enteredAt && isClaim(step))?.at ?? 0;
}

/** Since when this supervisor said that it stops; or, where the task is nobody's child, that it drains. */
function leavesAt({ told, commits }: History, { by, key }: BodyRun): number {
  const isChild = commits.some(({ record }) => record.key === key && record.creation.child !== undefined);
  const leaving = isChild ? /^(draining\.(closing|evicting)|stopped)$/ : /^(draining|stopped)/;
  const first = told.find(
    ({ by: teller, event }) => teller === by && event.kind === 'supervisor' && leaving.test(event.state),
  );
  return first?.at ?? Number.POSITIVE_INFINITY;
}

/**
 * A claim that the store had not answered when its supervisor began to stop may be committed all the same: then the task
 * goes back to the queue, and no body starts.
 */
export const nothingStartsAfterStop: HistoryLaw = function* (history) {
  const leaves = history.asked.filter(({ what }) => /^(stop|drain|last stop)$/.test(what));
  if (leaves.length === 0) return;
  for (const body of history.bodies) {
    const name = `${body.enteredAt}: a body of ${history.name(body.key)} starts`;
    for (const { what, by, returnedAt = Number.POSITIVE_INFINITY, fault } of leaves)
      if (by === body.by && fault === undefined && body.enteredAt > returnedAt)
        yield `${name} after ${what} at ${returnedAt}`;
    const [at, leavingAt] = [claimedAt(history, body), leavesAt(history, body)];
    if (at > leavingAt) yield `${name}, claimed at ${at}, and its supervisor leaves since ${leavingAt}`;
  }
};

/** In the supervisor that was asked; others obey as soon as they are told. */
export const nothingStartsWhilePaused: HistoryLaw = function* (history) {
  for (const { what, by, returnedAt, fault, calledAt } of history.asked) {
    const type = /^pause (\w+)$/.exec(what)?.[1];
    if (type === undefined || returnedAt === undefined || fault !== undefined) continue;
    // Whoever resumes takes back a pause that was called before, or is under way. One that was told that its supervisor has
    // stopped may be under way still.
    const resumed = history.asked.find(
      (call) =>
        call.what === `resume ${type}` &&
        (call.fault !== undefined || (call.returnedAt ?? Number.POSITIVE_INFINITY) > calledAt),
    );
    const until = resumed?.calledAt ?? Number.POSITIVE_INFINITY;
    for (const { at, record } of history.commits.filter((commit) => commit.by === by && isStart(commit))) {
      const isMeant = type === 'all' || record.creation.type === type;
      if (isMeant && at > returnedAt && at < until)
        yield `${at}: ${history.name(record.key)} starts after ${what} at ${returnedAt}`;
    }
  }
};

function isStart({ record, before }: Commit): boolean {
  const isFromQueue = before !== undefined && stateOf(before) === 'queued';
  return isFromQueue && stateOf(record) === 'running' && record.life.driver === 'supervisor';
}

/** A refusal, or an answer that nothing had to change, is what the chart says of a record that was there meanwhile. */
export const answersAreTheCharts: HistoryLaw = function* (history) {
  const byKey = history.byKey();
  for (const { id, key = '', what, event, late, fault, value, calledAt, returnedAt = 0 } of history.asked) {
    if (!event || late || fault === 'SupervisorStopped') continue;
    const answer = fault ?? (what === 'cancel' ? String(value) : 'ok');
    const commits = byKey.get(key) ?? [];
    const meanwhile = commits.filter(
      ({ at }, index) => at < returnedAt && (commits[index + 1]?.at ?? returnedAt) > calledAt,
    );
    // What was committed together hides the records between.
    const isHidden = meanwhile.some(({ record, before }) => record.sequence - (before?.sequence ?? 0) > 1);
    const could = meanwhile.map(({ record }) => decide(record, snapshotOf(record), event).outcome);
    const isOk = could.some((outcome) => outcome === answer || (answer === 'ok' && outcome === 'nothing'));
    if (!isOk && !isHidden)
      yield `${what} ${id} of ${history.name(key)} was told ${answer}, but the chart says ${could.join(', ')}`;
  }
};

/** One supervisor alone tells of each step once, in order. */
export const eventsTellEachStep: HistoryLaw = function* (history) {
  const changed = history.told.flatMap(({ at, event }) => (event.kind === 'changed' ? [{ at, event }] : []));
  for (const [key, events] of Map.groupBy(changed, ({ event }) => event.key)) {
    for (const [index, { at, event }] of events.entries()) {
      if (event.sequence !== index + 1)
        yield `${at}: ${history.name(key)} told ${event.event} as #${event.sequence}, and ${index} steps were told before`;
      const record = history.commits.find(
        (commit) => commit.record.key === key && commit.record.sequence === event.sequence,
      );
      if (record && (record.at > at || stateOf(record.record) !== event.state))
        yield `${at}: #${event.sequence} of ${history.name(key)} told as ${event.state}`;
    }
  }
};
