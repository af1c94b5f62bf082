import { describe, expect, test } from 'vitest';
import { type BodyContext, Fault, type FaultName, defineTask } from '../src/index.ts';
import { answerOf, faultOf } from './support/fault.ts';
import { quiet, standing } from './support/quiet.ts';
import { unhandled } from './support/unhandled.ts';
import { heldWorld, world } from './support/world.ts';

describe('the signal', () => {
  test('aborts exactly once, with RequestCanceled, however often cancel is asked for', async () => {
    await using at = await heldWorld();
    let aborts = 0;
    at.run.signal.addEventListener('abort', () => (aborts += 1));
    const receipts = await Promise.all([
      at.task.cancel(),
      at.task.cancel(),
      at.run.task.cancel(),
      at.task.cancel(),
    ]);
    expect(receipts).toEqual(['requested', 'alreadyRequested', 'alreadyRequested', 'alreadyRequested']);
    expect(aborts).toBe(1);
    expect(at.run.signal.reason).toBeInstanceOf(Fault);
    expect(at.run.signal.reason).toMatchObject({
      name: 'RequestCanceled',
      message: 'The task was canceled by a user.',
    });
    expect((await at.task.info()).sequence).toBe(3);
  });

  test('keeps the reason of its first abort when a cancel comes after an eviction', async () => {
    await using at = await heldWorld();
    at.supervisor.stop({ waitMs: 0 }).catch(() => {});
    await at.clock.advance(0);
    let aborts = 0;
    at.run.signal.addEventListener('abort', () => (aborts += 1));
    expect(at.run.signal.reason).toMatchObject({ name: 'Evicted' });
    expect(await at.task.cancel()).toBe('requested');
    expect([aborts, (at.run.signal.reason as Fault).name]).toEqual([0, 'Evicted']);
    at.run.reject(at.run.signal.reason);
    await quiet();
    expect(await at.task.info()).toMatchObject({
      state: 'error',
      cancelled: true,
      error: { fault: { name: 'RequestCanceled' } },
    });
  });

  test('that is looked at for the first time after the cancel is aborted', async () => {
    const seen = Promise.withResolvers<AbortSignal>();
    const go = Promise.withResolvers<void>();
    const definition = defineTask({
      type: 'late',
      async run(context: BodyContext) {
        await go.promise;
        seen.resolve(context.signal);
      },
    });
    await using at = await world({ tasks: [definition] });
    const task = await at.supervisor.submit(definition);
    await quiet();
    await task.cancel();
    go.resolve();
    expect((await seen.promise).reason).toMatchObject({ name: 'RequestCanceled' });
    expect(await task.ended()).toMatchObject({ state: 'success', cancelled: true });
  });
});

describe('sleep', () => {
  test('resolves after its time, and not before', async () => {
    await using at = await heldWorld();
    const sleeping = at.run.sleep(100);
    await at.clock.advance(99);
    expect(await standing(sleeping)).toBe('pending');
    await at.clock.advance(1);
    expect(await standing(sleeping)).toBe('fulfilled');
  });

  test("rejects with the signal's reason at an abort, and leaves no timer behind", async () => {
    const alive = new Set<object>();
    await using at = await heldWorld();
    const set = at.clock.setTimer.bind(at.clock);
    at.clock.setTimer = (delayMs, fire, background) => {
      const timer = set(delayMs, fire, background);
      const watched = { cancel: () => (alive.delete(watched), timer.cancel()) };
      if (delayMs === 1_234_567) alive.add(watched);
      return watched;
    };
    const sleeping = faultOf(at.run.sleep(1_234_567), 'RequestCanceled');
    expect(alive.size).toBe(1);
    await at.task.cancel();
    expect(await sleeping).toBe(at.run.signal.reason);
    expect(alive.size).toBe(0);
    await faultOf(at.run.sleep(1_234_567), 'RequestCanceled');
    expect(alive.size).toBe(0);
  });

  test.for([-1, NaN, '1', undefined])('of %s is InvalidArgument', async (ms) => {
    await using at = await heldWorld();
    await faultOf(at.run.sleep(ms as number), 'InvalidArgument');
  });
});

/* oxlint-disable unicorn/no-thenable -- bodies may return whatever is thenable */
describe('a body ends once', () => {
  const ways: readonly (readonly [string, (context: BodyContext) => unknown, FaultName | 'success'])[] = [
    [
      'throws in its first line',
      () => {
        throw new Error('at once');
      },
      'SystemError',
    ],
    [
      'throws undefined',
      () => {
        throw undefined;
      },
      'SystemError',
    ],
    ['returns a value that is no promise', () => 7, 'success'],
    ['returns a thenable', () => ({ then: (resolve: (value: number) => void) => resolve(7) }), 'success'],
    [
      'returns a thenable that rejects',
      () => ({ then: (_resolve: unknown, reject: (e: unknown) => void) => reject(new Error('no')) }),
      'SystemError',
    ],
    [
      'returns a thenable that settles twice, and throws',
      () => ({
        then(resolve: (value: number) => void) {
          resolve(7);
          resolve(8);
          throw new Error('no');
        },
      }),
      'success',
    ],
    [
      'returns an object whose then throws when it is read',
      () => ({
        get then() {
          throw new Error('no');
        },
      }),
      'SystemError',
    ],
  ];
  test.for(ways)('when it %s', async ([, run, end]) => {
    const definition = defineTask({ type: 'odd', run });
    await using at = await world({ tasks: [definition], concurrency: 1 });
    const task = await at.supervisor.submit(definition);
    const info = await task.ended();
    expect(info.error?.fault.name ?? info.state).toBe(end);
    expect(info.result).toBe(end === 'success' ? 7 : undefined);
    await quiet();
    expect(at.supervisor.actor.getSnapshot().context).toMatchObject({ slots: 0 });
  });
});

test('what a body asks of its task after its end is refused, and is never an unhandled rejection', async () => {
  await using rejections = unhandled();
  await using at = await heldWorld();
  const events = at.supervisor.events();
  at.run.resolve();
  await at.task.ended();
  at.run.task.updateProgress(1);
  at.run.task.setDescription('late');
  at.run.task.setCancelable(false);
  expect(await answerOf(() => at.run.task.updateProgress(2))).toBe('InvalidState');
  await quiet();
  const seen = [];
  for await (const event of events) {
    if (event.kind === 'refused') seen.push([event.event, event.fault.name, event.key === at.task.key]);
    if (seen.length === 3) break;
  }
  const told = ['UPDATE_PROGRESS', 'SET_DESCRIPTION', 'SET_CANCELABLE'].map((type) => [
    type,
    'InvalidState',
    true,
  ]);
  expect(seen).toEqual(told);
  expect(rejections.seen).toEqual([]);
});

test('a cancel of its own task that a body does not await is never an unhandled rejection', async () => {
  await using rejections = unhandled();
  await using at = await heldWorld();
  at.run.resolve();
  await at.task.ended();
  void at.run.task.cancel();
  await quiet();
  expect(rejections.seen).toEqual([]);
});
