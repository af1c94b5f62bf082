import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createSupervisor, defineTask } from '../../../src/index.ts';
import { sqliteStore } from '../../../src/stores/sqlite.ts';
import { type DurableSystem, type Place, concurrency } from './system.ts';

export async function openTaskchart(
  { folder }: Place,
  synchronous: 'full' | 'normal',
): Promise<DurableSystem> {
  const path = join(folder, 'tasks.db');
  const task = defineTask({ type: 'noop', run: () => Promise.resolve(1) });
  const store = sqliteStore(path, { synchronous });
  const supervisor = await createSupervisor({ tasks: [task], concurrency, store });
  return {
    run: async () => (await supervisor.submit(task)).result(),
    async close() {
      await supervisor.stop({ waitMs: 0 });
      await store.close();
      return { writesPerTransaction: writesPerTransaction(path) };
    },
  };
}

/** The file counts what was changed, and numbers the batches of its only worker. */
function writesPerTransaction(path: string): number {
  const database = new DatabaseSync(path, { readOnly: true });
  const row = database
    .prepare('SELECT changes AS writes, (SELECT max(number) FROM batch) AS batches FROM total')
    .get() as { writes: number; batches: number };
  database.close();
  return row.writes / row.batches;
}
