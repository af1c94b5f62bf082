import { Child } from './child.ts';
import type { Rows } from './report.ts';
import { median, pairwiseRatios, quantile, significant } from './statistics.ts';
import { type SystemName, all, peers } from './systems.ts';
import type { Round, Speed } from './throughput-worker.ts';

/** What issue 2 asks of the architecture, with XState's interpreter deciding. */
const bar = 0.1;

export const title = 'Throughput: no-op tasks in memory, awaited result, concurrency 16';

export const method =
  'One run: each system in a fresh process, and all tasks submitted at once, as in the measurement from which the bar ' +
  'was taken (p-queue: 150,000 tasks/s on a quiet machine). Warm: one process for each system, all alive from beginning to end. After warm-up ' +
  'they take turns, one round of a second each; so many tasks are submitted at once, and when all have ended so many ' +
  'more. Garbage is collected before each round, outside of the time. ' +
  'Rate: the median of the rounds. Ratio: the median of the ratios within each round (first and third quartile). ' +
  'CPU time is that of all threads, garbage collection included. ' +
  '`taskchart` keeps every record for its default retention (at least a minute), the peers keep none. ' +
  '`the chart alone` decides the start and the end of a task and does nothing else: with the interpreter deciding, no ' +
  'runtime can be faster.';

interface Shape extends Round {
  readonly name: string;
  /** Every round in a new process, without a warm-up. */
  readonly isOneRun: boolean;
}

function shapes(quick: boolean): readonly Shape[] {
  const shape = (inFlight: number, isOneRun: boolean): Shape => ({
    name: `${inFlight.toLocaleString('en')} at once, ${isOneRun ? 'one run' : 'warm'}`,
    inFlight,
    isOneRun,
    leastMs: isOneRun ? 0 : quick ? 100 : 1_000,
  });
  return [shape(quick ? 1_000 : 100_000, true), shape(1_000, false), shape(quick ? 2_000 : 20_000, false)];
}

export async function measure(quick: boolean): Promise<Rows> {
  const rows: Rows = {};
  for (const shape of shapes(quick)) {
    const speeds = shape.isOneRun
      ? await inFreshProcesses(shape, quick ? 1 : 7)
      : await takeTurns(shape, quick ? 1 : 3, quick ? 3 : 11);
    for (const name of all) rows[`${name}, ${shape.name}`] = row(name, speeds, shape.isOneRun);
  }
  return rows;
}

async function inFreshProcesses(shape: Shape, rounds: number): Promise<Map<SystemName, Speed[]>> {
  const speeds = new Map<SystemName, Speed[]>(all.map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const name of all) {
      const child = new Child<Round, Speed>('rate', name);
      speeds.get(name)?.push(await child.ask(shape).finally(() => child.stop()));
    }
  }
  return speeds;
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

function row(name: SystemName, speeds: ReadonlyMap<SystemName, Speed[]>, hasBar: boolean): Rows[string] {
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
    if (hasBar && peer === 'p-queue' && name !== 'the chart alone')
      figures[`bar ${bar} of p-queue`] = median(ratios) >= bar ? 'met' : 'MISSED';
  }
  return figures;
}
