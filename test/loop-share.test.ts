import { expect, test } from 'vitest';
import { type Clock, createSupervisor, defineTask, memoryStore } from '../src/index.ts';
import { systemClock } from '../src/clock.ts';
import { LoopShare } from '../src/loop-share.ts';
import { settled } from '../src/testing/settle.ts';

const work = defineTask({ type: 'work', run: () => 'done' });
const waiting = defineTask({ type: 'waiting', run: ({ sleep }) => sleep(1e9) });

test('a loop of nothing but submits leaves timers their turn', async () => {
  await using supervisor = await createSupervisor({ tasks: [work] });
  let isOver = false;
  setTimeout(() => (isOver = true), 1);
  while (!isOver) await supervisor.submit(work);
});

test('a loop of nothing but cancels leaves timers their turn', async () => {
  await using supervisor = await createSupervisor({ tasks: [waiting], concurrency: 1 });
  const task = await supervisor.submit(waiting);
  await task.watch().next();
  let isOver = false;
  setTimeout(() => (isOver = true), 1);
  while (!isOver) await task.cancel().catch(() => undefined);
});

/** Every look at it takes a millisecond: much is done at every step. */
function slowClock(): Clock & { yields: number } {
  let passed = 0;
  return {
    ...systemClock,
    yields: 0,
    monotonic: () => (passed += 1),
    yield(resume, background) {
      if (background !== true) this.yields += 1;
      systemClock.yield?.(resume, background);
    },
  };
}

test('whatever is done to many tasks at once leaves the loop its turns', async () => {
  const clock = slowClock();
  await using supervisor = await createSupervisor({ tasks: [waiting], concurrency: 1, clock });
  const turnsOf = async (act: () => Promise<unknown>) => {
    const before = clock.yields;
    await act();
    return clock.yields - before;
  };
  const tasks: Awaited<ReturnType<typeof supervisor.submit<unknown, void>>>[] = [];
  const many = Array.from({ length: 10_000 });
  const submits = async () => {
    tasks.push(...(await Promise.all(many.map(() => supervisor.submit(waiting)))));
  };
  expect(await turnsOf(submits)).toBeGreaterThan(1);
  expect(await turnsOf(() => Promise.all(tasks.map((task) => task.cancel())))).toBeGreaterThan(1);
});

test('a parent that is canceled with many children leaves the loop its turns', async () => {
  const clock = slowClock();
  const parent = defineTask({
    type: 'parent',
    async run({ task }) {
      await task.spawnAll(waiting, Array.from({ length: 10_000 }));
    },
  });
  await using supervisor = await createSupervisor({ tasks: [parent, waiting], concurrency: 1, clock });
  const task = await supervisor.submit(parent);
  // They are made together: when the parent's progress is known, all are there.
  for await (const { progress } of task.watch()) if (progress !== undefined) break;
  const before = clock.yields;
  await task.cancel();
  await expect(task.result()).rejects.toMatchObject({ name: 'RequestCanceled' });
  expect(clock.yields - before).toBeGreaterThan(5);
});

test('a clock without turns has none taken', async () => {
  const clock: Clock = {
    now: () => systemClock.now(),
    monotonic: () => systemClock.monotonic(),
    setTimer: (...timer) => systemClock.setTimer(...timer),
  };
  await using supervisor = await createSupervisor({ tasks: [work], clock, store: memoryStore() });
  const results = await Promise.all(Array.from({ length: 1_000 }, () => supervisor.submit(work)));
  expect(await results.at(-1)?.result()).toBe('done');
});

test('no answer overtakes another that waits for the loop', async () => {
  const turns: (() => void)[] = [];
  let passed = 0;
  const loop = new LoopShare({
    ...systemClock,
    monotonic: () => (passed += 5),
    yield: (resume) => void turns.push(resume),
  });
  const order: string[] = [];
  const answer = (name: string) => loop.within(Promise.resolve()).then(() => void order.push(name));
  await answer('within its share');
  await answer('and so is this');
  const late = answer('after the loop has turned');
  await settled();
  expect(order).toEqual(['within its share', 'and so is this']);
  // The loop begins to turn, and something else comes first.
  turns.shift()?.();
  const behind = answer('behind it');
  await settled();
  for (const resume of turns.splice(0)) resume();
  await Promise.all([late, behind]);
  expect(order.slice(2)).toEqual(['after the loop has turned', 'behind it']);
});
