import { expect, test } from 'vitest';
import { createSupervisor, memoryStore } from '../../src/index.ts';
import { simulatedClock } from '../../src/testing/index.ts';
import { gatedStore } from '../support/gated-store.ts';
import { heldBody } from '../support/held-body.ts';

test('a supervisor keeps nothing of a task that another one ended and removed before it could look', async () => {
  const clock = simulatedClock();
  const inner = memoryStore();
  const body = heldBody();
  const none = { maxCount: 0, maxAgeMs: 0 };
  const retention = { minAgeMs: 0, success: none, error: none };
  const tasks = [body.definition];
  const there = await createSupervisor({ tasks, store: inner, clock, retention });
  const store = gatedStore(inner);
  const here = await createSupervisor({ tasks, store, clock, run: false });
  const { key } = await there.submit(body.definition);
  const run = await body.started();
  const task = await here.task(key);
  await task.setDescription('seen from here'); // an actor follows the task here
  const lanes = () => (here.actor.getSnapshot() as { context: { lanes: number } }).context.lanes;
  store.holdCalls('read');
  run.resolve('done');
  await clock.advance(5_000); // ended and removed there; the hint waits to be read here
  expect((await inner.records.counts()).success).toBe(0);
  store.release();
  await clock.advance(1_000);
  expect(lanes()).toBe(0); // got 1, for as long as the supervisor lives: an actor without a record
});
