import type { Store, TaskRecord, Write } from '../../src/index.ts';
import { next, queued as sample, replace, start } from '../../src/testing/store-contract/samples.ts';

export { insert, start } from '../../src/testing/store-contract/samples.ts';

export function queued(key: string, creation: Partial<TaskRecord['creation']> = {}): TaskRecord {
  return sample(key, { type: 'sample', ...creation });
}

/** The next step of a record that was read. */
export function step(seen: TaskRecord, leaf: string, life: Partial<TaskRecord['life']> = {}): Write {
  return replace(seen, next(seen, leaf, life));
}

/** The record of the first write, as it was committed. */
export async function committed({ records }: Store, ...group: readonly Write[]): Promise<TaskRecord> {
  const [verdict] = await records.commit([group], 'worker', start);
  const record = verdict?.records[0];
  if (!verdict?.ok || !record) throw new Error('Expected the group to be committed.');
  return record;
}
