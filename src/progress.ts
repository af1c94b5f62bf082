import { type TaskRecord, isFinal, structuredParent } from './record.ts';
import type { Write } from './store.ts';

/** What a task adds to the sum of its parent: 100 once it succeeded, its last progress if it failed. */
function contribution({ leaf, life, creation }: TaskRecord): number {
  const weight = creation.child?.weight ?? 0;
  if (leaf === 'success') return weight * 100;
  return weight * ((leaf === 'error' ? life.lastProgress : life.progress) ?? 0);
}

/** What a change of a child means for the sums of its parent; undefined: nothing. Cost: O(1), however many siblings. */
export function childChanged(before: TaskRecord, after: TaskRecord): Write | undefined {
  const parent = structuredParent(after);
  if (parent === undefined) return undefined;
  const done = contribution(after) - contribution(before);
  const open = isFinal(after) && !isFinal(before) ? -1 : 0;
  return done === 0 && open === 0 ? undefined : { kind: 'add', key: parent, open, weight: 0, done };
}

/** What a new child means for the sums of its parent. */
export function childCreated(record: TaskRecord): Write | undefined {
  const parent = structuredParent(record);
  if (parent === undefined) return undefined;
  return { kind: 'add', key: parent, open: 1, weight: record.creation.child?.weight ?? 0, done: 0 };
}
