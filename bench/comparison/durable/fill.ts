import { systemClock } from '../../../src/clock.ts';
import { keySource } from '../../../src/key.ts';
import { systemRandom } from '../../../src/random.ts';
import type { TaskRecord } from '../../../src/record.ts';
import { SqliteFile } from '../../../src/stores/sqlite-file.ts';
import { commitGroups } from '../../../src/stores/sqlite-records.ts';
import { rowOf } from '../../../src/stores/sqlite-row.ts';
import { readTotal, writeTotal } from '../../../src/stores/sqlite-total.ts';
import { type Sample, sample } from './sample.ts';

/** So many go in one transaction. */
const atOnce = 10_000;

/** Of a thousand tasks, so many wait, run, and have failed; the others have succeeded. */
const waiting = 5;
const running = 1;
const failed = 10;

/** Puts so many tasks into a new file, through the store's own code; of ten types, and linked in all ways that can be asked for. */
export async function fill(path: string, count: number): Promise<void> {
  const file = new SqliteFile({ path, synchronous: 'normal' });
  const samples = await sample();
  const newKey = keySource(systemClock, systemRandom);
  const now = Date.now();
  for (let first = 0; first < count; first += atOnce) {
    file.begin(false);
    const total = readTotal(file);
    const groups = Array.from({ length: Math.min(atOnce, count - first) }, (_, index) => {
      const record = linked(samples, first + index, newKey());
      return [['insert', record.key, rowOf(record, true), false] as const];
    });
    commitGroups(file, total, { groups, worker: 'fill', now, batch: undefined }, false);
    writeTotal(file, total);
    file.commit();
  }
  file.close();
}

function linked(samples: Sample, index: number, key: string): TaskRecord {
  const place = index % 1_000;
  const isWaiting = place < waiting;
  const isRunning = !isWaiting && place < waiting + running;
  const ended = place < waiting + running + failed ? samples.error : samples.success;
  const record = isWaiting ? samples.queued : isRunning ? samples.running : ended;
  const creation = {
    ...record.creation,
    type: `type-${index % 10}`,
    entity: `entity-${index % 10_007}`,
    changeTag: `tag-${index % 1_009}`,
    activationId: `activation-${index % 10_009}`,
    parentTaskKey: `parent-${index % 10_037}`,
    rootTaskKey: `root-${index % 1_013}`,
  };
  const life = isRunning ? { ...record.life, worker: `worker-${index % 7}` } : record.life;
  return { ...record, key, creation, life };
}
