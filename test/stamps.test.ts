import { expect, test } from 'vitest';
import type { TaskInfo } from '../src/index.ts';
import { heldBody } from './support/held-body.ts';
import { quiet } from './support/quiet.ts';
import { heldWorld, world } from './support/world.ts';

const hour = 3_600_000;

function timesOf({ queueTime, startTime, completeTime, attempts }: TaskInfo) {
  return [queueTime, startTime, ...attempts.flatMap(({ start, end }) => [start, end]), completeTime].map(
    Number,
  );
}

const inOrder = (times: readonly number[]) => times.every((time, index) => time >= (times[index - 1] ?? 0));

test('times stand in their order although the wall clock is set back at every step', async () => {
  const body = heldBody();
  await using at = await world({ tasks: [body.definition] });
  await at.supervisor.pause();
  const begin = at.clock.now();
  const task = await at.supervisor.submit(body.definition);
  at.clock.setWall(begin - hour);
  await at.supervisor.resume();
  const run = await body.started();
  at.clock.setWall(begin - 2 * hour);
  run.reject(new Error('no'));
  const times = timesOf(await task.ended());
  expect(times).toEqual(Array(5).fill(begin));
});

test('times stand in their order although the wall clock jumps ahead and back', async () => {
  await using at = await heldWorld();
  const begin = at.clock.now();
  at.clock.setWall(begin + hour);
  await at.task.cancel();
  at.clock.setWall(begin - hour);
  at.run.resolve('done');
  const times = timesOf(await at.task.ended());
  expect(times).not.toContain(NaN);
  expect(inOrder(times)).toBe(true);
});

test('keys are unique and grow although the wall clock stands, or is set back', async () => {
  await using at = await world();
  const keys: string[] = [];
  for (let index = 0; index < 50; index += 1) {
    if (index % 10 === 0) at.clock.setWall(at.clock.now() - hour);
    keys.push((await at.supervisor.createTask({ type: 'created', cancelable: true })).key);
  }
  expect(keys).toEqual([...new Set(keys)].toSorted((a, b) => (a < b ? -1 : 1)));
});

test('a task that ends within one millisecond has all its times, and they are the same', async () => {
  await using at = await heldWorld();
  at.run.resolve();
  await quiet();
  expect(new Set(timesOf(await at.task.info())).size).toBe(1);
});
