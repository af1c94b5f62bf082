import { Child } from './child.ts';
import type { Rows } from './report.ts';
import { median } from './statistics.ts';
import { type SystemName, peers } from './systems.ts';

export const title = 'Memory: live heap after forced collections';

export const method =
  'Each figure in a process of its own. Queued: the growth of the heap by 100,000 more tasks that wait behind a body ' +
  'that does not end, without input and with no handle or promise kept; median of three processes. Ended: the ' +
  'difference between the heaps after two successive rounds of 100,000 tasks with retention 0, once no record is ' +
  'left, after one round of warm-up; the median and the largest of five such pairs.';

/** What issue 2 asks. */
const bytesQueued = 600;
const bytesEnded = 2;

export async function measure(quick: boolean): Promise<Rows> {
  const count = quick ? 10_000 : 100_000;
  const rows: Rows = {};
  for (const name of ['taskchart', ...peers] as const) {
    const bytes = await queued(name, count, quick ? 1 : 3);
    rows[`queued, ${name}`] = {
      'bytes a task': Math.round(bytes),
      ...(name === 'taskchart' && {
        bar: `at most ${bytesQueued}: ${bytes <= bytesQueued ? 'met' : 'MISSED'}`,
      }),
    };
  }
  const growths = await growth(count, quick ? 2 : 5);
  const middle = median(growths);
  rows['ended, taskchart, keeping nothing'] = {
    'bytes a task': `${middle.toFixed(2)} (largest ${Math.max(...growths).toFixed(2)})`,
    bar: `below ${bytesEnded}: ${middle < bytesEnded ? 'met' : 'MISSED'}`,
  };
  return rows;
}

async function queued(name: SystemName, count: number, times: number): Promise<number> {
  const figures: number[] = [];
  for (let time = 0; time < times; time += 1) {
    figures.push(await alone(new Child<number, number>('bytesPerQueued', name), count));
  }
  return median(figures);
}

/** By how much the heap grew from one round to the next, in bytes a task. */
async function growth(count: number, rounds: number): Promise<number[]> {
  const child = new Child<{ count: number; rounds: number }, number[]>('heapAfterRounds', 'taskchart');
  const heaps = await alone(child, { count, rounds });
  return heaps.slice(1).map((heap, index) => (heap - (heaps[index] ?? 0)) / count);
}

async function alone<Asked, Answer>(child: Child<Asked, Answer>, asked: Asked): Promise<Answer> {
  try {
    return await child.ask(asked);
  } finally {
    child.stop();
  }
}
