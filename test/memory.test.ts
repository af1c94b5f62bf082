import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { createSupervisor, defineTask } from '../src/index.ts';
import { settled } from '../src/testing/settle.ts';

async function measured(what: string): Promise<number> {
  const file = join(import.meta.dirname, 'memory.measure.ts');
  const env = { ...process.env, NODE_ENV: 'production' };
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', file, what], { env });
  return Number(stdout);
}

test('100,000 tasks leave nothing behind', { timeout: 240_000 }, async () => {
  const bytes = await measured('leftBehind');
  // Half of the heap's own noise: it may as well be less than before.
  expect(Math.abs(bytes)).toBeLessThan(2);
});

test('a queued task costs at most 600 bytes', { timeout: 60_000 }, async () => {
  const bytes = await measured('queued');
  expect(bytes).toBeGreaterThan(50);
  expect(bytes).toBeLessThanOrEqual(600);
});

test('10,000 tasks with a watcher each raise no warning', { timeout: 60_000 }, async () => {
  const warnings: Error[] = [];
  const warn = (warning: Error) => void warnings.push(warning);
  process.on('warning', warn);
  try {
    const work = defineTask({ type: 'work', run: ({ signal }) => signal.throwIfAborted() });
    await using supervisor = await createSupervisor({ tasks: [work], concurrency: 100 });
    await supervisor.pause();
    const tasks = await Promise.all(Array.from({ length: 10_000 }, () => supervisor.submit(work)));
    const last = tasks.map(async (task) => {
      let state = '';
      for await (const info of task.watch()) ({ state } = info);
      return state;
    });
    await supervisor.resume();
    expect(new Set(await Promise.all(last))).toEqual(new Set(['success']));
    // A warning comes in a tick of its own.
    await settled();
    expect(warnings).toEqual([]);
  } finally {
    process.off('warning', warn);
  }
});
