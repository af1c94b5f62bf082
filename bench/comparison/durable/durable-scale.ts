import type { Rows } from '../../report.ts';
import { median, quantile, significant } from '../../statistics.ts';
import { apart } from '../apart.ts';
import { folder } from '../comparison.ts';
import type { Latencies } from './durable-latency.ts';
import type { Million } from './million.ts';

export { folder };

export const title = 'Durable scale: a million stored tasks, latency, syncs';

export const method =
  'Taskchart on `sqliteStore`. The million: written through the store’s own code, of ten types, each with an entity, a tag, an ' +
  'activation, a parent and a root; half a percent is queued, a thousandth runs, one percent failed. Opening is from the call of `sqliteStore` to the first answer, with the ' +
  'file in the cache of the system. A page is the first 100 records of a filter, as records; 20 times each. Commits of one record follow one another, alone and ' +
  'while 20,000 final records are removed. Latency: one task at a time, a millisecond between two; of 16 slots. Across processes: one ' +
  'process submits and cancels, another runs. Syncs are counted by `strace`, where there is one. Each figure in a process of its own; ms, unless the row says otherwise.';

const modes = ['full', 'normal'] as const;

export async function measure(quick: boolean): Promise<Rows> {
  const count = quick ? 20_000 : 1_000_000;
  const rows: Rows = millionRows(await alone<Million>('million', 'normal', count), count);
  for (const mode of modes) {
    const within = await alone<Latencies>('within', mode, quick ? 30 : 1_000);
    const across = await alone<Latencies>('across', mode, quick ? 5 : 100);
    const { syncs } = await alone<{ syncs?: number }>('syncs', mode, quick ? 5 : 50);
    for (const [name, times] of Object.entries({ ...within, ...across })) {
      const bar = name.endsWith('elsewhere') ? 200 : undefined;
      rows[`${name}, ${mode}`] = timing(times, bar);
    }
    rows[`syncs a task, to its end, ${mode}`] = { figure: syncs ?? 'no strace' };
  }
  return rows;
}

function millionRows({ bytesPerTask, openMs, pages, ...given }: Million, count: number): Rows {
  const rows: Rows = {
    'stored tasks': { figure: count },
    'bytes a stored task': { figure: significant(bytesPerTask) },
    open: {
      figure: significant(openMs),
      bar: openMs < 1_000 ? 'below 1,000: met' : 'below 1,000: MISSED',
    },
  };
  for (const [name, times] of Object.entries(pages)) rows[`first page: ${name}`] = timing(times);
  rows['commit of one record'] = timing(given.commitsAlone);
  rows['the same beside removals'] = timing(given.commitsBesidePrune);
  rows['removals a second, meanwhile'] = { figure: significant(given.prunedPerSecond) };
  return rows;
}

function timing(times: readonly number[], most?: number): Rows[string] {
  const middle = significant(median(times));
  const figures = { median: middle, '99th percentile': significant(quantile(times, 0.99)) };
  return most === undefined
    ? figures
    : { ...figures, bar: `median below ${most}: ${middle < most ? 'met' : 'MISSED'}` };
}

async function alone<T extends object>(job: string, mode: string, count: number): Promise<T> {
  const args = (at: string) => [at, job, mode, String(count)];
  const got = await apart<T>('durable/durable-scale-worker.ts', args, 900_000);
  if ('error' in got) throw new Error(`Expected ${job}, ${mode}, to run, but ${got.error}.`);
  return got;
}
