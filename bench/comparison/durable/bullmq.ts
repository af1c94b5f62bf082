import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { type DurableSystem, type Place, concurrency } from './system.ts';

export async function openBullMq({ redisPort }: Place): Promise<DurableSystem> {
  const connection = { host: '127.0.0.1', port: redisPort, maxRetriesPerRequest: null };
  const queue = new Queue<number>('work', { connection });
  const worker = new Worker<number>('work', () => Promise.resolve(1), { connection, concurrency });
  const waiting = new Map<number, () => void>();
  let jobs = 0;
  // Emitted once Redis has acknowledged that the job is completed.
  worker.on('completed', ({ data }) => {
    waiting.get(data)?.();
    waiting.delete(data);
  });
  worker.on('error', (error) => {
    throw error;
  });
  await worker.waitUntilReady();
  const redis = new Redis(redisPort, '127.0.0.1');
  const before = await serverCpuMs(redis);
  return {
    async run() {
      const job = (jobs += 1);
      const completed = new Promise<void>((resolve) => waiting.set(job, resolve));
      await queue.add('noop', job);
      await completed;
    },
    async close() {
      const used = (await serverCpuMs(redis)) - before;
      await worker.close();
      await queue.close();
      await redis.quit();
      return { serverCpuMs: used };
    },
  };
}

async function serverCpuMs(redis: Redis): Promise<number> {
  const text = await redis.info('cpu');
  const seconds = ['used_cpu_sys', 'used_cpu_user'].map((name) =>
    Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(text)?.[1]),
  );
  return seconds.reduce((sum, each) => sum + each, 0) * 1_000;
}
