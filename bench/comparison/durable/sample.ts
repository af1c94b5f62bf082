import { decide, snapshotOf } from '../../../src/decide.ts';
import { createSupervisor, defineTask, memoryStore } from '../../../src/index.ts';
import type { TaskRecord } from '../../../src/record.ts';

/** The records of one no-op task, one after the other; and how it would be, had it been canceled. */
export interface Sample {
  readonly queued: TaskRecord;
  readonly running: TaskRecord;
  readonly success: TaskRecord;
  readonly error: TaskRecord;
}

export async function sample(): Promise<Sample> {
  const task = defineTask({ type: 'noop', run: () => Promise.resolve(1) });
  const store = memoryStore();
  await using supervisor = await createSupervisor({ tasks: [task], run: false, store });
  const { key } = await supervisor.submit(task);
  const [queued] = (await store.records.read([key])) as [TaskRecord];
  const at = queued.life.queuedAt;
  const start = decide(queued, snapshotOf(queued), { type: 'START', at, worker: key });
  const { fence } = start.record.life;
  const end = decide(start.record, start.snapshot, { type: 'BODY_RETURNED', at, fence, result: '[1]' });
  const canceled = decide(queued, snapshotOf(queued), { type: 'CANCEL', at });
  return { queued, running: start.record, success: end.record, error: canceled.record };
}
