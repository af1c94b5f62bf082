import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Queue, Worker } from 'bullmq';
import type { Adapter } from './adapter.ts';

export const adapter: Adapter = async ({ slots, attempts }, body, { redisPort }) => {
  const connection = { host: '127.0.0.1', port: redisPort, maxRetriesPerRequest: null };
  const name = randomUUID();
  const queue = new Queue<number>(name, { connection });
  // A processor that declares three parameters gets a signal, and its job can be canceled.
  const run = (job: { data: number }, _token?: string, _signal?: AbortSignal) => body(job.data);
  const worker = new Worker<number>(name, run, { connection, concurrency: slots });
  await worker.waitUntilReady();
  return {
    add: (job) => queue.add('work', job, { jobId: `job-${job}`, attempts }),
    async cancel(job) {
      if (!worker.cancelJob(`job-${job}`)) await queue.remove(`job-${job}`);
    },
    rest: () => pause(20),
    async close() {
      await worker.close();
      await queue.close();
    },
  };
};
