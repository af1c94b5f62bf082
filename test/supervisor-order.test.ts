import { describe, expect, test } from 'vitest';
import { type BodyContext, type SubmitOptions, defineTask } from '../src/index.ts';
import { heldBody } from './support/held-body.ts';
import { quiet } from './support/quiet.ts';
import { heldWorld, world } from './support/world.ts';

/** Runs one after the other, and notes the inputs in the order in which bodies began. */
async function oneByOne() {
  const order: unknown[] = [];
  const definition = defineTask({
    type: 'noted',
    run: ({ input }: BodyContext<string>) => void order.push(input),
  });
  const at = await world({ tasks: [definition], concurrency: 1 });
  await at.supervisor.pause();
  const submit = (input: string, options: SubmitOptions = {}) =>
    at.supervisor.submit(definition, input, options);
  return { ...at, order, submit };
}

describe('what starts next', () => {
  test('is the first of the highest priority, of the submits the first', async () => {
    await using at = await oneByOne();
    const priorities = { a: 0, b: -1, c: 7, d: 0, e: 7, f: 1e9, g: -1 };
    for (const [input, priority] of Object.entries(priorities)) await at.submit(input, { priority });
    await at.supervisor.resume();
    await at.supervisor.idle();
    expect(at.order).toEqual(['f', 'c', 'e', 'a', 'd', 'b', 'g']);
  });

  test('is the most urgent of those that come together, though there are free slots', async () => {
    const order: string[] = [];
    const body = defineTask({
      type: 'noted',
      async run({ input, sleep }: BodyContext<string>) {
        order.push(input);
        await sleep(1);
      },
    });
    await using at = await world({ tasks: [body], concurrency: 3 });
    // The first two are committed alone, the others together after them.
    const priorities = { first: 0, second: 0, third: 0, urgent: 1, fourth: 0 };
    const submits = Object.entries(priorities).map(([input, priority]) =>
      at.supervisor.submit(body, input, { priority }),
    );
    await Promise.all(submits);
    const idle = at.supervisor.idle();
    await at.clock.advance(10);
    await idle;
    expect(order).toEqual(['first', 'second', 'urgent', 'third', 'fourth']);
  });

  test('is in the order of submits, whatever their number', async () => {
    await using at = await oneByOne();
    const inputs = Array.from({ length: 1_000 }, (_, index) => `${index}`);
    await Promise.all(inputs.map((input) => at.submit(input)));
    await at.supervisor.resume();
    await at.supervisor.idle();
    expect(at.order).toEqual(inputs);
  });

  test('is by priority across types', async () => {
    const order: string[] = [];
    const [a, b] = ['a', 'b'].map((type) => defineTask({ type, run: () => void order.push(type) }));
    if (!a || !b) throw new Error('Expected two definitions.');
    await using at = await world({ tasks: [a, b], concurrency: 1 });
    await at.supervisor.pause();
    for (const [definition, priority] of [
      [a, 0],
      [b, 1],
      [a, 1],
      [b, 2],
      [a, 0],
      [b, 0],
    ] as const) {
      await at.supervisor.submit(definition, undefined, { priority });
    }
    await at.supervisor.resume();
    await at.supervisor.idle();
    expect(order.join('')).toBe('bbaaab');
  });

  test('is nothing that has a delay, until its time has come', async () => {
    await using at = await oneByOne();
    await at.supervisor.resume();
    await at.submit('late', { delayMs: 1_000 });
    await at.submit('later', { startAt: new Date(at.clock.now() + 2_000) });
    await at.submit('latest', { startAt: at.clock.now() + 3_000, priority: 9 });
    await at.submit('now', { delayMs: 0 });
    await at.submit('past', { startAt: 0 });
    await quiet();
    expect(at.order).toEqual(['now', 'past']);
    await at.clock.advance(999);
    expect(at.order.length).toBe(2);
    await at.clock.advance(1);
    expect(at.order.slice(2)).toEqual(['late']);
    await at.clock.advance(2_000);
    expect(at.order.slice(3)).toEqual(['later', 'latest']);
  });

  test('is by priority also among those whose time has come', async () => {
    await using at = await oneByOne();
    await at.submit('low', { delayMs: 10 });
    await at.submit('high', { delayMs: 20, priority: 1 });
    await at.clock.advance(100);
    await at.supervisor.resume();
    await at.supervisor.idle();
    expect(at.order).toEqual(['high', 'low']);
  });

  test('is shown as startAt while it waits', async () => {
    await using at = await oneByOne();
    const task = await at.submit('late', { delayMs: 1_000 });
    expect(await task.info()).toMatchObject({ state: 'queued', startAt: new Date(at.clock.now() + 1_000) });
    await at.supervisor.resume();
    await at.clock.advance(1_000);
    expect(await task.ended()).not.toHaveProperty('startAt');
  });

  test('comes at its time although the wall clock is set back or forward meanwhile', async () => {
    await using at = await oneByOne();
    await at.supervisor.resume();
    const begin = at.clock.now();
    await at.submit('late', { delayMs: 1_000 });
    await quiet();
    at.clock.setWall(begin - 3_600_000);
    await at.clock.advance(1_000);
    at.clock.setWall(begin + 1_000);
    await at.clock.advance(3_600_000);
    expect(at.order).toEqual(['late']);
  });

  test('is not what was canceled while it waited, and its body is never called', async () => {
    await using at = await oneByOne();
    const [first, second] = [await at.submit('first'), await at.submit('second', { delayMs: 1_000 })];
    await at.submit('third');
    expect([await first.cancel(), await second.cancel()]).toEqual(['canceled', 'canceled']);
    await at.supervisor.resume();
    await at.clock.advance(10_000);
    expect(at.order).toEqual(['third']);
  });
});

describe('concurrency', () => {
  test.for([1, 2, 7])('of %d is never exceeded, and used', async (concurrency) => {
    let running = 0;
    let most = 0;
    const definition = defineTask({
      type: 'counted',
      async run({ sleep, input }: BodyContext<number>) {
        running += 1;
        most = Math.max(most, running);
        // Also where it is canceled.
        await sleep(input).finally(() => (running -= 1));
        if (input % 3 === 0) throw new Error('no');
      },
    });
    await using at = await world({ tasks: [definition], concurrency });
    for (let index = 0; index < 40; index += 1) {
      const task = await at.supervisor.submit(definition, index % 5);
      if (index % 4 === 0) await task.cancel();
      expect(at.supervisor.actor.getSnapshot().context.slots).toBeLessThanOrEqual(concurrency);
    }
    const idle = at.supervisor.idle();
    await at.clock.advance(1_000);
    await idle;
    expect(most).toBe(concurrency);
    await quiet();
    expect(at.supervisor.actor.getSnapshot().context.slots).toBe(0);
  });

  test('counts a body until it is gone, whatever its task was told', async () => {
    await using at = await heldWorld({ concurrency: 1 });
    const second = await at.supervisor.submit(at.body.definition);
    await at.task.cancel();
    await at.clock.advance(3_600_000);
    expect(await second.info()).toMatchObject({ state: 'queued' });
    at.run.reject(at.run.signal.reason);
    await at.body.started(1);
    expect(await at.task.info()).toMatchObject({ state: 'error' });
    expect(await second.info()).toMatchObject({ state: 'running' });
  });

  test('of several types is one for all', async () => {
    const [a, b] = [heldBody({ type: 'a' }), heldBody({ type: 'b' })];
    await using at = await world({ tasks: [a.definition, b.definition], concurrency: 2 });
    for (const { definition } of [a, a, b, b]) await at.supervisor.submit(definition);
    await quiet();
    expect([a.runs.length, b.runs.length]).toEqual([2, 0]);
    a.runs[0]?.resolve();
    await quiet();
    expect([a.runs.length, b.runs.length]).toEqual([2, 1]);
  });

  test('counts no created task', async () => {
    const body = heldBody();
    await using at = await world({ tasks: [body.definition], concurrency: 1 });
    const created = await at.supervisor.createTask({ type: 'created', cancelable: true });
    await created.setState('running');
    await at.supervisor.submit(body.definition);
    await body.started();
  });
});
