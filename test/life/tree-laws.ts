import type { TaskRecord } from '../../src/index.ts';
import { isFinal, stateOf } from '../../src/store.ts';
import type { History } from '../properties/history.ts';
import * as life from '../properties/laws-of-life.ts';
import * as records from '../properties/laws-of-records.ts';
import * as time from '../properties/laws-of-time.ts';
import type { HistoryLaw } from '../properties/laws-of-records.ts';

const isStructured = ({ creation }: TaskRecord) => creation.child !== undefined && !creation.child.detached;

/** The progress of a parent by the formula, from its children as they are. */
function formula(children: readonly TaskRecord[]): number | undefined {
  let [weight, done] = [0, 0];
  for (const { creation, life, leaf } of children) {
    const share = creation.child?.weight ?? 0;
    weight += share;
    done +=
      share * (leaf === 'success' ? 100 : ((leaf === 'error' ? life.lastProgress : life.progress) ?? 0));
  }
  return weight > 0 ? Math.floor(done / weight) : undefined;
}

/** However short tasks are kept, a child is there as long as its parent has not ended. */
function* lostChildren(records: readonly TaskRecord[], history: History): Iterable<string> {
  const byKey = new Map(records.map((record) => [record.key, record]));
  for (const [key, commits] of history.byKey()) {
    const [first] = commits;
    if (!first || byKey.has(key) || !isStructured(first.record)) continue;
    const parent = byKey.get(first.record.creation.parentTaskKey ?? '');
    if (parent && !isFinal(parent)) yield `${history.name(key)} is gone, and its parent has not ended`;
  }
}

/** What is wrong with these records, at a moment when nothing is under way. */
export function* lookAt(records: readonly TaskRecord[], history: History): Iterable<string> {
  yield* lostChildren(records, history);
  const families = Map.groupBy(records.filter(isStructured), ({ creation }) => creation.parentTaskKey);
  for (const record of records) {
    const children = families.get(record.key) ?? [];
    const open = children.filter((child) => !isFinal(child));
    const name = history.name(record.key);
    if ((record.children?.open ?? 0) !== open.length) {
      yield `${name} counts ${record.children?.open} open children, and has ${open.length}`;
    }
    if (stateOf(record) !== 'running') continue;
    if (record.leaf === 'running.joining' && open.length === 0) yield `${name} joins nobody`;
    if (!record.life.reportsItself && record.life.progress !== formula(children)) {
      yield `${name} shows ${record.life.progress}, and by its children it is ${formula(children)}`;
    }
    if (!record.life.cancelled) continue;
    for (const child of open) {
      if (child.life.cancelable && !child.life.cancelled) yield `${name} was canceled, and its child was not`;
    }
  }
}

export const parentsEndLast: HistoryLaw = function* (history) {
  const byKey = history.byKey();
  for (const { at, record } of history.commits) {
    const parentKey = record.creation.parentTaskKey;
    if (!isStructured(record) || parentKey === undefined) continue;
    const parent = byKey.get(parentKey)?.find((commit) => isFinal(commit.record));
    if (parent && parent.at < at) {
      yield `${at}: ${history.show(record)}, and its parent ${history.name(parentKey)} ended at ${parent.at}`;
    }
  }
};

export const cancelsEnd: HistoryLaw = function* (history) {
  for (const commits of history.byKey().values()) {
    const last = commits.at(-1)?.record;
    if (last?.life.cancelled && !isFinal(last)) yield `${history.show(last)} was canceled, and never ended`;
  }
};

/** An attempt that was asked to end by a client is the last one. */
export const nothingStartsOnceCanceled: HistoryLaw = function* (history) {
  for (const { at, record, before } of history.commits) {
    if (before?.life.cancelled && record.life.fence > before.life.fence && !isFinal(record)) {
      if (record.leaf !== 'running.joining') yield `${at}: ${history.show(record)} after it was canceled`;
    }
  }
};

/** What holds whether or not a supervisor stops in between. */
export const lawsOfTrees: Readonly<Record<string, HistoryLaw>> = {
  'a task that has ended never changes its outcome': records.finalIsFinal,
  'an error and a result are there only in their own state': records.outcomesBelongToStates,
  'the stamps are in order, and the last is set exactly in a final state': records.stampsAreOrdered,
  'progress is an integer from 0 to 100, and set only while the task runs': records.progressBelongsToRunning,
  'cancelled never goes back, and nobody is canceled who was not asked to be': records.cancelledNeverGoesBack,
  'the sequence grows with every commit': records.sequencesGrow,
  'a watcher sees growing sequences': records.watchersSeeSequencesGrow,
  'a watcher never misses the end': records.finalIsNeverMissed,
  'an actor shows nothing that was not committed': records.actorsFollowTheCommitted,
  'however many cancels come, there is one change and one abort': life.oneCancelCounts,
  'a key that was returned is found at once': life.whatIsReturnedIsThere,
  'every promise settles': life.everythingSettles,
  'a task whose body still runs is never called ended': life.endedMeansGone,
  'two bodies of one task never run at once': life.bodiesNeverOverlap,
  'no body starts once its supervisor stops': life.nothingStartsAfterStop,
  'a cancel that was accepted leads to a final state': cancelsEnd,
  'a supervisor that has stopped waits for no time any more': time.whoHasStoppedExpiresNothing,
  'no attempt starts once a cancel was accepted': nothingStartsOnceCanceled,
};

/** What holds besides where none does. */
export const lawsWithoutStop: Readonly<Record<string, HistoryLaw>> = {
  'a parent is never final before its structured children': parentsEndLast,
};
