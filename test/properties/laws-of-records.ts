import { isDeepStrictEqual } from 'node:util';
import type { TaskLife } from '../../machines/index.ts';
import type { TaskInfo, TaskRecord } from '../../src/index.ts';
import { isFinal, stateOf } from '../../src/record.ts';
import { taskInfo } from '../../src/task-info.ts';
import type { ActorStep, Commit, History } from './history.ts';

/** What the history has that the law forbids; nothing, if it is obeyed. */
export type HistoryLaw = (history: History) => Iterable<string>;

const outcomeOf = ({ leaf, life }: TaskRecord) => [
  leaf,
  life.error,
  life.result,
  life.completedAt,
  life.cancelled,
];

export const finalIsFinal: HistoryLaw = function* (history) {
  for (const commits of history.byKey().values()) {
    const first = commits.find(({ record }) => isFinal(record))?.record;
    for (const { at, record } of commits) {
      if (!first || record.sequence <= first.sequence) continue;
      if (!isDeepStrictEqual(outcomeOf(record), outcomeOf(first)))
        yield `${at}: the outcome of ${history.name(record.key)} changed`;
    }
  }
};

/** Every life that anybody was shown. */
function* lives(history: History): Iterable<{ at: number; key: string; leaf: string; life: TaskLife }> {
  for (const { at, record } of history.commits) yield { at, ...record };
  yield* history.actorSteps;
}

export const outcomesBelongToStates: HistoryLaw = function* (history) {
  for (const { at, key, leaf, life } of lives(history)) {
    if ((life.error !== undefined) !== (leaf === 'error'))
      yield `${at}: ${history.name(key)} is ${leaf}, error ${life.error?.fault.name}`;
    if (life.result !== undefined && leaf !== 'success')
      yield `${at}: ${history.name(key)} is ${leaf} with a result`;
  }
};

export const stampsAreOrdered: HistoryLaw = function* (history) {
  for (const { at, key, leaf, life } of lives(history)) {
    const { queuedAt, startedAt, completedAt } = life;
    if ((completedAt !== undefined) !== isFinal({ leaf }))
      yield `${at}: ${history.name(key)} is ${leaf}, completed ${completedAt}`;
    const stamps = [queuedAt, startedAt, completedAt].filter((stamp) => stamp !== undefined);
    if (stamps.some((stamp, index) => stamp < (stamps[index - 1] ?? stamp)))
      yield `${at}: stamps of ${history.name(key)}: ${stamps.join()}`;
  }
};

export const progressBelongsToRunning: HistoryLaw = function* (history) {
  for (const {
    at,
    key,
    leaf,
    life: { progress },
  } of lives(history)) {
    if (progress === undefined) continue;
    if (!Number.isInteger(progress) || progress < 0 || progress > 100)
      yield `${at}: progress ${progress} of ${history.name(key)}`;
    if (stateOf({ leaf }) !== 'running')
      yield `${at}: ${history.name(key)} is ${leaf} with progress ${progress}`;
  }
};

/** Whether an operation said in so many words that the fault is RequestCanceled. */
function isToldCanceled({ asked }: History, key: string): boolean {
  return asked.some((call) => call.key === key && call.what.startsWith('setState error canceled'));
}

export const cancelledNeverGoesBack: HistoryLaw = function* (history) {
  for (const { at, record, before } of history.commits) {
    const { life, key } = record;
    if (before?.life.cancelled && !life.cancelled) yield `${at}: ${history.name(key)} is no longer cancelled`;
    if (life.cancelled || life.error?.fault.name !== 'RequestCanceled') continue;
    if (!isToldCanceled(history, key))
      yield `${at}: RequestCanceled, but nobody asked for ${history.name(key)}`;
  }
};

export const sequencesGrow: HistoryLaw = function* (history) {
  for (const { at, record, before } of history.commits) {
    if (record.sequence <= (before?.sequence ?? 0))
      yield `${at}: ${history.show(record)} after #${before?.sequence}`;
    if (!before && record.sequence !== 1) yield `${at}: the first is #${record.sequence}`;
  }
};

export const watchersSeeSequencesGrow: HistoryLaw = function* ({ watched }) {
  for (const seen of Map.groupBy(watched, ({ watcher }) => watcher).values()) {
    for (const [index, { at, info }] of seen.entries()) {
      const last = seen[index - 1]?.info;
      if (last && last.sequence >= info.sequence) yield `${at}: #${info.sequence} after #${last.sequence}`;
    }
  }
};

/** A watcher that ended of itself has seen the end of its task, and one that still waits when all is quiet has nothing to see. */
export const finalIsNeverMissed: HistoryLaw = function* (history) {
  const finals = new Map(
    history.commits.filter(({ record }) => isFinal(record)).map((commit) => [commit.record.key, commit]),
  );
  for (const {
    what,
    key = '',
    id,
    value,
    fault,
    returnedAt = Number.POSITIVE_INFINITY,
    calledAt,
  } of history.asked) {
    if (!/^(watch|result|ended)/.test(what)) continue;
    const final = finals.get(key);
    if (what === 'watch' && typeof value === 'string') {
      const last = history.watched.findLast(({ watcher }) => value === `ended ${watcher}`);
      if (!last || !isFinal({ leaf: last.info.state }))
        yield `watch ${id} of ${history.name(key)} ended after ${last?.info.state}`;
    }
    if (final && final.at < history.quietAt && calledAt < history.quietAt && returnedAt > history.quietAt) {
      yield `${what} ${id} still waits for ${history.name(key)}, which ended at ${final.at} (${fault})`;
    }
  }
};

/** Each information that anybody was given, with the times between which it must have been true. */
function* given(history: History): Iterable<{ from: number; to: number; info: TaskInfo; what: string }> {
  for (const { at, info, watcher } of history.watched)
    yield { from: 0, to: at, info, what: `watcher ${watcher}` };
  for (const { what, value, calledAt, returnedAt = 0, id } of history.asked) {
    if (typeof value !== 'object' || value === null || !('sequence' in value)) continue;
    yield {
      from: what === 'info' ? calledAt : 0,
      to: returnedAt,
      info: value as TaskInfo,
      what: `${what} ${id}`,
    };
  }
}

export const onlyTheCommittedIsShown: HistoryLaw = function* (history) {
  const byKey = history.byKey();
  for (const { from, to, info, what } of given(history)) {
    const commits = byKey.get(info.key) ?? [];
    const index = commits.findIndex(({ record }) => record.sequence === info.sequence);
    const commit = commits[index];
    const name = `${what}: ${history.name(info.key)} #${info.sequence}`;
    if (!commit || commit.at > to) yield `${name} was shown at ${to}, and is not committed`;
    else if (!isDeepStrictEqual(info, taskInfo(commit.record))) yield `${name} is not what was committed`;
    else if ((commits[index + 1]?.at ?? to) < from) yield `${name} was no longer true at ${from}`;
  }
};

/**
 * Steps that are committed together have one record, the last: those between are shown to the actor, one after the
 * other, but only once that record is committed, and none of them is final.
 */
export const actorsFollowTheCommitted: HistoryLaw = function* (history) {
  const byKey = history.byKey();
  for (const steps of Map.groupBy(history.actorSteps, ({ by, sessionId }) => `${by} ${sessionId}`).values()) {
    let between = 0;
    for (const step of steps) {
      if (step.event === 'xstate.stop') continue;
      const commits = (byKey.get(step.key) ?? []).filter(({ at }) => at < step.at);
      between = commits.some(({ record }) => showsSame(step, record)) ? 0 : between + 1;
      if (between === 0) continue;
      const isCommitted = !isFinal(step) && commits.some((commit) => stepsOf(commit) > between);
      if (!isCommitted)
        yield `${step.at}: the actor of ${history.name(step.key)} shows ${step.leaf}, which is not committed`;
    }
  }
};

function showsSame({ leaf, life }: ActorStep, record: TaskRecord): boolean {
  return leaf === record.leaf && isDeepStrictEqual(life, record.life);
}

/** How many steps were committed together. */
function stepsOf({ record, before }: Commit): number {
  return record.sequence - (before?.sequence ?? 0);
}
