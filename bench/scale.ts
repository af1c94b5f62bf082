import { Child } from './child.ts';
import type { Rows } from './report.ts';
import { median, significant } from './statistics.ts';

export const title = 'Scale: what one costs among many';

export const method =
  'CPU time of all threads, garbage collection included, each figure in a process of its own; the median of three. ' +
  'A report: the children of one parent, 16 at a time, report a hundred times each, every report awaited; the time of as ' +
  'many children that report nothing is taken off. A task: 1,000 no-op tasks at once, each with `timeoutMs` and ' +
  '`deadlineMs`, while so many others wait for their `delayMs` and their `deadlineMs`.';

const times = 3;

export async function measure(quick: boolean): Promise<Rows> {
  const children = quick ? [20, 200] : [200, 2_000, 20_000];
  const timers = quick ? [0, 1_000] : [0, 10_000, 100_000];
  const rounds = quick ? 2 : 20;
  return {
    ...(await series(children, 'a report, children', (count) => alone('perReport', count))),
    ...(await series(timers, 'a task, timers waiting', (count) =>
      alone('perTaskBesideTimers', { timers: count, rounds }),
    )),
  };
}

/** The cost for each size, and how it stands to that for the smallest. */
async function series(
  sizes: readonly number[],
  what: string,
  cost: (size: number) => Promise<number>,
): Promise<Rows> {
  const rows: Rows = {};
  let first: number | undefined;
  for (const size of sizes) {
    const costs: number[] = [];
    for (let time = 0; time < times; time += 1) costs.push(await cost(size));
    const middle = median(costs);
    first ??= middle;
    rows[`${what}: ${size.toLocaleString('en')}`] = {
      'CPU µs': significant(middle),
      'of the first': significant(middle / first),
    };
  }
  return rows;
}

async function alone<Asked>(job: string, asked: Asked): Promise<number> {
  const child = new Child<Asked, number>(job, 'taskchart');
  try {
    return await child.ask(asked);
  } finally {
    child.stop();
  }
}
