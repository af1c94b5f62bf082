import { expect, test } from 'vitest';
import { memoryStore } from '../../src/index.ts';
import { heldBody } from '../support/held-body.ts';
import { quiet } from '../support/quiet.ts';
import { heldWorld, stopAll, world } from '../support/world.ts';

const days = 86_400_000;

test('a canceled task is not called ended while its code runs, and nobody starts it a second time', async () => {
  // pg-boss #555, River #1135
  const store = memoryStore();
  await using at = await heldWorld({ store });
  await at.task.cancel();
  await using other = await world({ tasks: [at.body.definition], store, clock: at.clock });
  await at.supervisor.pause();
  await at.supervisor.resume();
  await at.clock.advance(60_000);
  expect(await at.task.info()).toMatchObject({ state: 'running', cancelled: true });
  expect(await (await other.supervisor.task(at.task.key)).cancel()).toBe('alreadyRequested');
  expect(at.body.runs.length).toBe(1);
  at.run.reject(at.run.signal.reason);
  await at.clock.advance(60_000);
  expect(await at.task.info()).toMatchObject({
    state: 'error',
    error: { fault: { name: 'RequestCanceled' } },
  });
  expect(at.body.runs.length).toBe(1);
});

test('a body that ignores its abort keeps its slot until it is gone', async () => {
  // p-queue #219
  await using at = await heldWorld({ concurrency: 1 });
  await at.supervisor.submit(at.body.definition);
  await at.task.cancel();
  await at.clock.advance(60_000);
  expect(at.body.runs.length).toBe(1);
  at.run.resolve();
  await at.body.started(1);
});

test('a task that waited long in the queue runs once', async () => {
  // plainjob 0.0.14
  await using at = await heldWorld({ concurrency: 1 });
  const waiting = await at.supervisor.submit(at.body.definition, 'waiting');
  const delayed = await at.supervisor.submit(at.body.definition, 'delayed', { delayMs: 3 * days });
  await at.clock.advance(10 * days);
  expect([await waiting.info(), await delayed.info()]).toMatchObject([
    { state: 'queued' },
    { state: 'queued' },
  ]);
  at.run.resolve();
  for (const index of [1, 2]) (await at.body.started(index)).resolve();
  await at.clock.advance(10 * days);
  expect(at.body.runs.map(({ input }) => input)).toEqual(['in', 'waiting', 'delayed']);
});

test('a task that was evicted runs again, and not twice at once', async () => {
  const store = memoryStore();
  const at = await heldWorld({ store });
  const stopping = at.supervisor.stop({ waitMs: 0 });
  await using other = await world({ tasks: [at.body.definition], store, clock: at.clock });
  await at.clock.advance(1);
  expect(at.body.runs.length).toBe(1);
  at.run.reject(at.run.signal.reason);
  await stopping;
  const again = await at.body.started(1);
  again.resolve('second');
  await quiet();
  expect(await (await other.supervisor.task(at.task.key)).info()).toMatchObject({
    state: 'success',
    result: 'second',
  });
});

test('a body that outlives a stop is started nowhere else while this process lives', async () => {
  const store = memoryStore();
  const at = await heldWorld({ store });
  await stopAll(at.clock, at.supervisor);
  const body = heldBody();
  await using other = await world({ tasks: [body.definition], store, clock: at.clock });
  await at.clock.advance(10_000);
  expect(body.runs.length).toBe(0);
  expect(await (await other.supervisor.task(at.task.key)).info()).toMatchObject({ state: 'running' });
});
