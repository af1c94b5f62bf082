import { join } from 'node:path';
import Database from 'better-sqlite3';
import { better, defineQueue, defineWorker } from 'plainjob';
import type { DurableSystem, Place } from './system.ts';

/** A worker of plainjob runs one job at a time, in the thread that also does the SQL. */
const workerCount = 16;

const silent = () => {};
const logger = { error: silent, warn: silent, info: silent, debug: silent };

/** plainjob sets `synchronous` to normal by itself. */
export async function openPlainjob({ folder }: Place): Promise<DurableSystem> {
  const connection = better(new Database(join(folder, 'jobs.db')));
  const queue = defineQueue({ connection, logger });
  const waiting = new Map<number, () => void>();
  const onCompleted = ({ id }: { id: number }) => {
    waiting.get(id)?.();
    waiting.delete(id);
  };
  const options = { queue, logger, pollIntervall: 1, onCompleted };
  const workers = Array.from({ length: workerCount }, () => defineWorker('noop', () => {}, options));
  const running = workers.map((worker) => worker.start());
  return {
    run: () => new Promise<void>((resolve) => waiting.set(queue.add('noop', 1).id, resolve)),
    async close() {
      await Promise.all([...workers.map((worker) => worker.stop()), ...running]);
      queue.close();
      return {};
    },
  };
}
