import { mock } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { better, defineQueue, defineWorker } from 'plainjob';
import type { Adapter } from './adapter.ts';

const silent = () => {};
const logger = { error: silent, warn: silent, info: silent, debug: silent };

export const adapter: Adapter = ({ slots }, body) => {
  // plainjob takes all of its times from Date: its timeout keeps its default, half an hour.
  mock.timers.enable({ apis: ['Date'], now: 0 });
  const connection = better(new Database(':memory:'));
  const queue = defineQueue({ connection, logger, maintenanceInterval: 2 });
  const options = { queue, logger, pollIntervall: 1 };
  const work = ({ data }: { data: string }) => body(JSON.parse(data));
  const workers = Array.from({ length: slots }, () => defineWorker('work', work, options));
  const running = workers.map((worker) => worker.start());
  return {
    add: (job) => queue.add('work', job),
    pass: (ms) => mock.timers.tick(ms),
    rest: () => pause(10),
    async close() {
      await Promise.all([...workers.map((worker) => worker.stop()), ...running]);
      queue.close();
      mock.timers.reset();
    },
  };
};
