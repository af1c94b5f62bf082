import type { RecordFilter, RecordStore, TaskRecord } from '../index.ts';

/** So many places in the order of creation are read at a time. */
const windowSize = 1_000;

/**
 * The last tasks that pass the filter and were created before the place `before`, newest first. A store reads in the
 * order of creation only: where the last one stands is found by halving, so that a page costs a page and not the file.
 */
export async function newest(
  records: RecordStore,
  filter: RecordFilter,
  { before = Number.POSITIVE_INFINITY, limit }: { readonly before?: number; readonly limit: number },
): Promise<TaskRecord[]> {
  const found: TaskRecord[] = [];
  let end = before;
  while (found.length < limit) {
    const last = await lastBefore(records, filter, end);
    if (last === undefined) break;
    const start = Math.max(last - Math.min(windowSize, limit - found.length), 0);
    const window = await records.query({ filter, after: start, limit: last - start });
    found.push(...window.filter(({ order }) => order <= last).toReversed());
    end = start + 1;
  }
  return found;
}

/** The place of the last one before `end`; undefined: there is none. */
async function lastBefore(
  records: RecordStore,
  filter: RecordFilter,
  end: number,
): Promise<number | undefined> {
  const next = async (after: number) => {
    const [record] = await records.query({ filter, after, limit: 1 });
    return record && record.order < end ? record.order : undefined;
  };
  let last = await next(0);
  if (last === undefined) return undefined;
  let nothingAfter = end - 1;
  for (let step = 1; nothingAfter === Number.POSITIVE_INFINITY; step *= 2) {
    const further = await next(last + step);
    if (further === undefined) nothingAfter = last + step;
    else last = further;
  }
  while (last < nothingAfter) {
    const middle = last + Math.floor((nothingAfter - last) / 2);
    const further = await next(middle);
    if (further === undefined) nothingAfter = middle;
    else last = further;
  }
  return last;
}
