import type { TaskRecord } from '../../src/index.ts';
import { isFinal, stateOf } from '../../src/store.ts';
import type { History } from '../properties/history.ts';
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

/** What is wrong with these records, at a moment when nothing is under way. */
export function* lookAt(records: readonly TaskRecord[], history: History): Iterable<string> {
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
