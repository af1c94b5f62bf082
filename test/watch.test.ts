import { describe, expect, test } from 'vitest';
import { type CreatedTaskHandle, type TaskInfo, memoryStore } from '../src/index.ts';
import { faultOf } from './support/fault.ts';
import { gatedStore } from './support/gated-store.ts';
import { heldBody } from './support/held-body.ts';
import { quiet, standing } from './support/quiet.ts';
import { heldWorld, world } from './support/world.ts';

const sequencesOf = (infos: readonly TaskInfo[]) => infos.map(({ sequence }) => sequence);
const grows = (numbers: readonly number[]) =>
  numbers.every((n, index) => index === 0 || n > (numbers[index - 1] ?? 0));

describe('a watcher', () => {
  test('sees the present first, every change that it is quick enough for, and the end last', async () => {
    await using at = await heldWorld();
    const seen: TaskInfo[] = [];
    const watching = (async () => {
      for await (const info of at.task.watch()) seen.push(info);
    })();
    await quiet();
    for (const percentDone of [10, 20, 30]) {
      await at.task.updateProgress(percentDone);
      await quiet();
    }
    at.run.resolve('done');
    await watching;
    expect(seen.map(({ state, progress }) => [state, progress])).toEqual([
      ['running', undefined],
      ['running', 10],
      ['running', 20],
      ['running', 30],
      ['success', undefined],
    ]);
    expect(sequencesOf(seen)).toEqual([2, 3, 4, 5, 6]);
  });

  test('that is slow misses what lies between, never the end, and holds up nobody', async () => {
    await using at = await heldWorld();
    const watch = at.task.watch();
    const first = await watch.next();
    for (let percentDone = 0; percentDone < 100; percentDone += 1) await at.task.updateProgress(percentDone);
    const middle = await watch.next();
    at.run.resolve('done');
    await at.task.ended();
    const rest = await Array.fromAsync(watch);
    const seen = [first.value, middle.value, ...rest] as TaskInfo[];
    expect(grows(sequencesOf(seen))).toBe(true);
    expect(middle.value).toMatchObject({ progress: 99 });
    expect(rest).toEqual([await at.task.info()]);
  });

  test('of a final task sees that and no more', async () => {
    await using at = await heldWorld();
    at.run.resolve('done');
    await at.task.ended();
    expect(await Array.fromAsync(at.task.watch())).toEqual([await at.task.info()]);
  });

  test('of a task that is gone is told so', async () => {
    const none = { maxCount: 0, maxAgeMs: 0 };
    await using at = await heldWorld({ retention: { success: none, minAgeMs: 0 } });
    at.run.resolve();
    await at.task.ended();
    await at.clock.advance(10_000);
    await faultOf(Array.fromAsync(at.task.watch()), 'ManagedObjectNotFound');
  });

  test.for([1, 2, 100])('is one of %d, each of which sees the end', async (count) => {
    await using at = await heldWorld();
    const watches = Array.from({ length: count }, () => Array.fromAsync(at.task.watch()));
    await quiet();
    await at.task.cancel();
    at.run.reject(at.run.signal.reason);
    const final = await at.task.ended();
    for (const seen of await Promise.all(watches)) {
      expect(seen.at(-1)).toEqual(final);
      expect(grows(sequencesOf(seen))).toBe(true);
    }
  });

  test('that leaves is held by nothing: the task is let go of when nobody needs it', async () => {
    const body = heldBody();
    await using at = await world({ tasks: [body.definition], run: false });
    const task = await at.supervisor.submit(body.definition);
    const lanes = () => at.supervisor.actor.getSnapshot().context.lanes;
    for (let index = 0; index < 3; index += 1) for await (const info of task.watch()) if (info) break;
    await quiet();
    expect(lanes()).toBe(0);
  });

  test('sees nothing that is not committed', async () => {
    const store = gatedStore();
    await using at = await heldWorld({ store });
    const watch = at.task.watch();
    await watch.next();
    store.holdCalls('commit');
    const update = at.task.updateProgress(10);
    const next = watch.next();
    expect([await standing(update), await standing(next)]).toEqual(['pending', 'pending']);
    store.release();
    expect((await next).value).toMatchObject({ progress: 10 });
    await update;
  });

  test('has seen no later state than what info says, once it has seen it', async () => {
    await using at = await heldWorld();
    for await (const { sequence, state } of at.task.watch()) {
      expect((await at.task.info()).sequence).toBeGreaterThanOrEqual(sequence);
      if (state === 'running') at.run.resolve('done');
    }
  });
});

describe('what is acknowledged', () => {
  test('is what the next reading shows, by any handle and any supervisor of the store', async () => {
    const store = memoryStore();
    await using at = await heldWorld({ store });
    await using other = await world({ tasks: [at.body.definition], store, clock: at.clock, run: false });
    const far = await other.supervisor.task(at.task.key);
    for (const percentDone of [10, 20]) {
      await at.task.updateProgress(percentDone);
      expect(await far.info()).toMatchObject({ progress: percentDone });
      await far.updateProgress(percentDone + 5);
      expect(await at.task.info()).toMatchObject({ progress: percentDone + 5 });
    }
  });

  test('of a submit is a task that everybody finds at once', async () => {
    const store = memoryStore();
    const body = heldBody();
    await using at = await world({ tasks: [body.definition], store });
    await using other = await world({ tasks: [], store, clock: at.clock, run: false });
    const { key } = await at.supervisor.submit(body.definition);
    expect((await (await other.supervisor.task(key)).info()).key).toBe(key);
    expect(await Array.fromAsync(other.supervisor.tasks())).toMatchObject([{ key }]);
  });
});

test('the signal of a created task aborts when it is canceled by anyone, and at no other time', async () => {
  const store = memoryStore();
  await using at = await world({ store });
  await using other = await world({ store, clock: at.clock, run: false });
  const tasks = [];
  for (let index = 0; index < 4; index += 1) {
    tasks.push(await at.supervisor.createTask({ type: 'created', cancelable: true }));
  }
  const [near, far, ended, queued] = tasks as [
    (typeof tasks)[0],
    (typeof tasks)[0],
    (typeof tasks)[0],
    (typeof tasks)[0],
  ];
  for (const task of [near, far, ended]) await task.setState('running');
  await near.cancel();
  await (await other.supervisor.task(far.key)).cancel();
  await ended.setState('error');
  await (await other.supervisor.task(queued.key)).cancel();
  await quiet();
  expect(tasks.map(({ signal }) => signal.aborted)).toEqual([true, true, false, true]);
  expect(far.signal.reason).toMatchObject({ name: 'RequestCanceled' });
});

describe('a task without a body is held by nothing, once all that was asked of it is answered:', () => {
  test.for<[string, (task: CreatedTaskHandle) => Promise<unknown>]>([
    ['a cancel in the queue', (task) => task.cancel()],
    ['an end that its driver said', (task) => task.setState('success')],
    ['an end that somebody waited for', (task) => Promise.all([task.ended(), task.cancel()])],
  ])('%s', async ([, end]) => {
    await using at = await world();
    for (let index = 0; index < 3; index += 1) {
      await end(await at.supervisor.createTask({ type: 'created', cancelable: true }));
    }
    await quiet();
    expect(at.supervisor.actor.getSnapshot().context.lanes).toBe(0);
  });

  test('a description of a submitted task', async () => {
    const body = heldBody();
    await using at = await world({ tasks: [body.definition], run: false });
    await (await at.supervisor.submit(body.definition)).setDescription('waits');
    await quiet();
    expect(at.supervisor.actor.getSnapshot().context.lanes).toBe(0);
  });
});
