import type { Rows } from '../../report.ts';
import { median, pairwiseRatios, quantile, significant } from '../../statistics.ts';
import { apart } from '../apart.ts';
import { folder } from '../comparison.ts';
import { startRedis } from '../redis.ts';
import { type SystemName, entryOf, names } from './durable-systems.ts';
import type { Load, Speed } from './load.ts';
import { concurrency } from './system.ts';

export { folder };

export const title = 'Durable throughput: no-op tasks that are kept, 1,000 in flight';

export const method =
  'A task is submitted, starts and succeeds, and each of the three is acknowledged, kept as the row says: by SQLite ' +
  `with that \`synchronous\`, or by Redis. 1,000 clients submit their next task when their last has succeeded; ${concurrency.toLocaleString('en')} bodies may run at once. ` +
  'Each system in a fresh process in each round; two seconds of warm-up are not counted. ' +
  'Rate: the median of the rounds. Ratio: the median of the ratios within each round (first and third quartile). CPU time is that of all ' +
  'threads and of Redis. Writes a transaction: of records, in the mean. Bare SQL runs the statements with which the store inserts, starts and ends a task and keeps the journal of its steps (`transitions`, the default), on ' +
  'its schema, in the transactions of the size that Taskchart had in the same round, and does nothing else. plainjob has 16 workers in its thread, BullMQ answers by the event of its worker.';

/** What issue 5 asks of a row of Taskchart, and what it aims at. */
const bars: Partial<Record<SystemName, Readonly<Record<string, readonly [of: SystemName, least: number]>>>> =
  {
    'Taskchart, normal': {
      'bar 2.5 of BullMQ': ['BullMQ, Redis without disk', 2.5],
      'bar 0.6 of bare SQL': ['bare SQL, normal', 0.6],
    },
    'Taskchart, full': {
      'bar 1.5 of BullMQ': ['BullMQ, Redis without disk', 1.5],
      'bar 0.6 of bare SQL': ['bare SQL, full', 0.6],
    },
  };

type Speeds = ReadonlyMap<SystemName, Speed[]>;

export async function measure(quick: boolean): Promise<Rows> {
  const load: Load = { inFlight: 1_000, warmUpMs: quick ? 1_000 : 2_000, ms: quick ? 3_000 : 4_000 };
  const speeds: Speeds = new Map(names.map((name) => [name, []]));
  for (let round = 0; round < (quick ? 1 : 5); round += 1)
    for (const name of names) speeds.get(name)?.push(await alone(name, load, speeds));
  return Object.fromEntries(names.map((name) => [name, row(name, speeds)]));
}

async function alone(name: SystemName, load: Load, speeds: Speeds): Promise<Speed> {
  const { journal } = entryOf(name);
  await using redis = journal ? await startRedis(journal) : undefined;
  const ours = name.replace('bare SQL', 'Taskchart') as SystemName;
  const place = {
    redisPort: redis?.port ?? 0,
    writesPerTransaction: speeds.get(ours)?.at(-1)?.writesPerTransaction ?? 0,
  };
  const args = (at: string) => [at, name, JSON.stringify(place), JSON.stringify(load)];
  const got = await apart<Speed>('durable/durable-worker.ts', args, 180_000);
  if ('error' in got) throw new Error(`Expected ${name} to run, but ${got.error}.`);
  return got;
}

function row(name: SystemName, speeds: Speeds): Rows[string] {
  const rates = (of: SystemName) => (speeds.get(of) ?? []).map(({ tasksPerSecond }) => tasksPerSecond);
  const own = speeds.get(name) ?? [];
  const figures: Record<string, number | string> = {
    'tasks/s': significant(median(rates(name))),
    'CPU µs a task': significant(median(own.map(({ cpuPerTask }) => cpuPerTask))),
  };
  const sizes = own.flatMap(({ writesPerTransaction }) => writesPerTransaction ?? []);
  if (sizes.length > 0) figures['writes a transaction'] = significant(median(sizes));
  for (const [bar, [peer, least]] of Object.entries(bars[name] ?? {})) {
    const ratios = pairwiseRatios(rates(name), rates(peer));
    const [low, middle = 0, high] = [0.25, 0.5, 0.75].map((share) => significant(quantile(ratios, share)));
    figures[bar] = `${middle} (${low}–${high}): ${middle >= least ? 'met' : 'MISSED'}`;
  }
  return figures;
}
