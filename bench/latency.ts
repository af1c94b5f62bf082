import { Child } from './child.ts';
import type { Latencies } from './latency-worker.ts';
import type { Rows } from './report.ts';
import { quantile, significant } from './statistics.ts';
import { peers } from './systems.ts';

export const title = 'Latency: one task at a time, a millisecond apart';

export const method =
  'One process for each row’s system, one after the other. From the call until: the body is called; the result is ' +
  'there; a waiting body’s signal aborts; `cancel()` resolves; `ended()` resolves. Peers cannot cancel what runs.';

export async function measure(quick: boolean): Promise<Rows> {
  const count = quick ? 200 : 4_000;
  const rows: Rows = {};
  for (const name of ['taskchart', ...peers])
    Object.assign(rows, await latencies('submitLatency', name, count));
  return Object.assign(rows, await latencies('cancelLatency', 'taskchart', count));
}

async function latencies(job: string, name: string, count: number): Promise<Rows> {
  const child = new Child<number, Latencies>(job, name);
  try {
    const measured = await child.ask(count);
    return Object.fromEntries(
      Object.entries(measured).map(([what, values]) => [`${what}, ${name}`, row(values)] as const),
    );
  } finally {
    child.stop();
  }
}

function row(milliseconds: readonly number[]): Rows[string] {
  const at = (share: number) => significant(quantile(milliseconds, share) * 1_000);
  return { 'p50 (µs)': at(0.5), 'p99 (µs)': at(0.99) };
}
