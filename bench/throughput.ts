import { Child } from './child.ts';
import type { Rows } from './report.ts';
import { median, pairwiseRatios, quantile, significant } from './statistics.ts';
import { type SystemName, all, peers } from './systems.ts';
import type { Round, Speed } from './throughput-worker.ts';

/** What issue 2 asks of the architecture, with XState's interpreter deciding. */
const bar = 0.1;

export const title = 'Throughput: no-op tasks in memory, awaited result, concurrency 16';

export const method =
  'One process for each system, all alive from beginning to end. After warm-up they take turns, one round of a second ' +
  'each, so that the noise of the machine is in all of them. So many tasks are submitted at once, and when all have ' +
  'ended so many more. Garbage is collected before each round, outside of the time. ' +
  'Rate: the median of the rounds. Ratio: the median of the ratios within each round (first and third quartile). ' +
  'CPU time is that of all threads, garbage collection included. ' +
  '`taskchart` keeps every record for its default retention (at least a minute), the peers keep none.';

interface Shape extends Round {
  readonly name: string;
}

function shapes(quick: boolean): readonly Shape[] {
  const leastMs = quick ? 100 : 1_000;
  return [1_000, quick ? 2_000 : 20_000].map((inFlight) => ({
    name: `${inFlight.toLocaleString('en')} at once`,
    inFlight,
    leastMs,
  }));
}

export async function measure(quick: boolean): Promise<Rows> {
  const rows: Rows = {};
  for (const shape of shapes(quick)) {
    const speeds = await takeTurns(shape, quick ? 1 : 3, quick ? 3 : 11);
    for (const name of all) rows[`${name}, ${shape.name}`] = row(name, speeds);
  }
  return rows;
}

/** The speeds of every system, round by round. */
async function takeTurns(shape: Shape, warmUps: number, rounds: number): Promise<Map<SystemName, Speed[]>> {
  const children = all.map((name) => [name, new Child<Round, Speed>('rate', name)] as const);
  const speeds = new Map<SystemName, Speed[]>(all.map((name) => [name, []]));
  try {
    for (let round = -warmUps; round < rounds; round += 1) {
      for (const [name, child] of children) {
        const got = await child.ask(shape);
        if (round >= 0) speeds.get(name)?.push(got);
      }
    }
  } finally {
    for (const [, child] of children) child.stop();
  }
  return speeds;
}

function row(name: SystemName, speeds: ReadonlyMap<SystemName, Speed[]>): Rows[string] {
  const rates = (of: SystemName) => (speeds.get(of) ?? []).map(({ tasksPerSecond }) => tasksPerSecond);
  const cpu = (speeds.get(name) ?? []).map(({ cpuPerTask }) => cpuPerTask);
  const figures: Record<string, number | string> = {
    'tasks/s': significant(median(rates(name))),
    'CPU µs a task': significant(median(cpu)),
  };
  if (name === 'p-queue' || name === 'fastq') return figures;
  for (const peer of peers) {
    const ratios = pairwiseRatios(rates(name), rates(peer));
    const [low, middle, high] = [0.25, 0.5, 0.75].map((share) => significant(quantile(ratios, share)));
    figures[`of ${peer}`] = `${middle} (${low}–${high})`;
    if (peer === 'p-queue') figures[`bar ${bar} of p-queue`] = median(ratios) >= bar ? 'met' : 'MISSED';
  }
  return figures;
}
