import { answer } from '../apart-worker.ts';
import { acrossProcesses, withinProcess } from './durable-latency.ts';
import { syncsPerTask } from './durable-syncs.ts';
import { million } from './million.ts';

const [folder = '', job = '', synchronous = '', count = '0'] = process.argv.slice(2);
const mode = synchronous === 'full' ? 'full' : 'normal';

const jobs: Readonly<Record<string, () => Promise<object>>> = {
  million: () => million(folder, Number(count)),
  within: () => withinProcess(folder, mode, Number(count)),
  across: () => acrossProcesses(folder, mode, Number(count)),
  syncs: async () => ({ syncs: syncsPerTask(folder, mode, Number(count)) }),
};

answer(folder, () => jobs[job]?.() ?? Promise.reject(new Error(`There is no job ${job}.`)));
