import { firstLife } from '../../machines/index.ts';
import type { Store, TaskRecord, Write } from '../../src/index.ts';

/** The arbitrary moment at which the samples are written. */
export const start = 1_000_000;

export function queued(key: string, creation: Partial<TaskRecord['creation']> = {}): TaskRecord {
  return {
    key,
    order: 0,
    sequence: 1,
    leaf: 'queued',
    creation: {
      type: 'sample',
      input: undefined,
      priority: 0,
      reason: { kind: 'system' },
      entity: undefined,
      entityName: undefined,
      changeTag: undefined,
      activationId: undefined,
      parentTaskKey: undefined,
      rootTaskKey: undefined,
      child: undefined,
      owner: 'process',
      ...creation,
    },
    life: firstLife({ driver: 'supervisor', cancelable: true, queuedAt: start }),
    children: undefined,
  };
}

export const insert = (record: TaskRecord): Write => ({ kind: 'insert', record });

/** The next step of a record that was read. */
export function step(seen: TaskRecord, leaf: string, life: Partial<TaskRecord['life']> = {}): Write {
  const record = { ...seen, sequence: seen.sequence + 1, leaf, life: { ...seen.life, ...life } };
  return { kind: 'replace', record, sequence: seen.sequence, fence: seen.life.fence };
}

/** The record of the first write, as it was committed. */
export async function committed({ records }: Store, ...group: readonly Write[]): Promise<TaskRecord> {
  const [verdict] = await records.commit([group], 'worker', start);
  const record = verdict?.records[0];
  if (!verdict?.ok || !record) throw new Error('Expected the group to be committed.');
  return record;
}
