import { isFinal } from '../../src/record.ts';
import type { Commit, History } from './history.ts';
import type { HistoryLaw } from './laws-of-records.ts';

/** How long an attempt, or a task, of these types may take. */
const timeouts: Readonly<Record<string, number>> = { stubborn: 35, timed: 50 };

const isExpired = ({ record, before }: Commit) =>
  record.leaf === 'running.expiring' && before?.leaf !== record.leaf;

/** A supervisor that has stopped waits for no time any more: what expires after that expires elsewhere. */
export const whoHasStoppedExpiresNothing: HistoryLaw = function* (history) {
  for (const { at, by, stoppedAt } of history.stops)
    for (const { at: committedAt, record, ...commit } of history.commits) {
      if (commit.by !== by || committedAt < at || commit.before?.leaf === record.leaf) continue;
      const { abortedAt = 0, completedAt = 0, error } = record.life;
      const isOfQueued = commit.before?.leaf === 'queued' && error?.fault.name === 'Timedout';
      // What was decided before the stop may be committed after it.
      const expiredAt =
        record.leaf === 'running.expiring' ? abortedAt : isOfQueued ? completedAt : Number.NEGATIVE_INFINITY;
      if (expiredAt > stoppedAt)
        yield `${committedAt}: ${history.show(record)} was expired by supervisor ${by}, which stopped at ${at}`;
    }
};

export const nothingExpiresBeforeItsTime: HistoryLaw = function* (history) {
  for (const { at, record } of history.commits.filter(isExpired)) {
    const { attemptStartedAt = 0, abortedAt = 0, deadlineAt = Number.POSITIVE_INFINITY } = record.life;
    const timeoutMs = timeouts[record.creation.type] ?? Number.POSITIVE_INFINITY;
    if (abortedAt < Math.min(attemptStartedAt + timeoutMs, deadlineAt))
      yield `${at}: ${history.name(record.key)} was expired ${abortedAt - attemptStartedAt} ms after its start`;
  }
};

/** The record of each task when all was quiet: far more time has passed by then than any deadline gives. */
function* quiet(history: History): Iterable<Commit> {
  for (const commits of history.byKey().values()) {
    const last = commits.findLast(({ at }) => at < history.quietAt);
    if (last) yield last;
  }
}

export const deadlinesAreKept: HistoryLaw = function* (history) {
  for (const { record } of quiet(history)) {
    if (record.leaf === 'queued' && record.life.deadlineAt !== undefined)
      yield `${history.name(record.key)} is queued, and its deadline is over`;
  }
};

export const aRejectedParentEndsItsChildren: HistoryLaw = function* (history) {
  const records = [...quiet(history)].map(({ record }) => record);
  for (const { key, life } of records) {
    if (life.held === undefined || life.held.to === 'success') continue;
    for (const { creation, leaf, life: child, ...rest } of records) {
      const isChild = creation.parentTaskKey === key && creation.child?.detached === false;
      if (isChild && !isFinal({ leaf }) && child.cancelable && !child.cancelled)
        yield `${history.name(key)} failed, and its child ${history.name(rest.key)} goes on`;
    }
  }
};

export const aNameIsOneChild: HistoryLaw = function* (history) {
  const keys = new Map<string, string>();
  for (const { at, record, before } of history.commits) {
    const { child, parentTaskKey } = record.creation;
    if (before || child?.name === undefined) continue;
    const name = `${parentTaskKey} ${child.name}`;
    if (keys.has(name)) yield `${at}: ${history.name(parentTaskKey)} has two children named ${child.name}`;
    keys.set(name, record.key);
  }
};

/** By its signal, unless the supervisor that has it is gone. */
export const driversAreTold: HistoryLaw = function* (history) {
  for (const { record } of quiet(history)) {
    const { key, life } = record;
    const made = history.asked.find(({ what, value }) => what === 'create' && value === key);
    if (!made || life.driver !== 'creator' || !life.cancelled) continue;
    const isGone = history.asked.some(({ what, by }) => by === made.by && /^(stop|drain)$/.test(what));
    if (!isGone && !history.driverAborts.includes(key))
      yield `${history.name(key)} was cancelled, and its driver was never told`;
  }
};
