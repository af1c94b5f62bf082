import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createSupervisor } from '../../../src/index.ts';
import { sqliteStore } from '../../../src/stores/sqlite.ts';
import { noop, runOneByOne } from './durable-latency.ts';

/** Syncs of the disk for each task that is submitted, runs and ends alone, as `strace` counts them; undefined without it. */
export function syncsPerTask(
  folder: string,
  synchronous: 'full' | 'normal',
  count: number,
): number | undefined {
  const trace = join(folder, 'trace.txt');
  const program = [process.execPath, fileURLToPath(import.meta.url), folder, synchronous, String(count)];
  const watched = ['-f', '-e', 'trace=fsync,fdatasync,mkdir', '-o', trace];
  const { status, error } = spawnSync('strace', [...watched, ...program], { stdio: ['ignore', 2, 2] });
  if (error) return undefined;
  if (status !== 0) throw new Error(`Expected strace to run the program, but it ended with ${status}.`);
  const lines = readFileSync(trace, 'utf8').split('\n');
  const [first, last] = ['first mark', 'last mark'].map((mark) =>
    lines.findIndex((line) => line.includes(mark)),
  );
  return lines.slice(first, last).filter((line) => /\b(fsync|fdatasync)\(/.test(line)).length / count;
}

async function run(folder: string, synchronous: string, count: number): Promise<void> {
  const path = join(folder, 'syncs.db');
  await using store = sqliteStore(path, { synchronous: synchronous === 'full' ? 'full' : 'normal' });
  await using supervisor = await createSupervisor({ tasks: [noop], store, concurrency: 16 });
  await runOneByOne(supervisor, 3);
  mkdirSync(join(folder, 'first mark'));
  await runOneByOne(supervisor, count);
  mkdirSync(join(folder, 'last mark'));
}

if (import.meta.main) {
  const [folder = '', synchronous = '', count = '0'] = process.argv.slice(2);
  await run(folder, synchronous, Number(count));
}
