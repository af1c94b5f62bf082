import { expect, test } from 'vitest';
import { createSupervisor, memoryStore } from '../../src/index.ts';
import { simulatedClock } from '../../src/testing/index.ts';
import { seen } from '../properties/seen-store.ts';
import { quiet } from '../support/quiet.ts';
import { gatedStore } from '../support/gated-store.ts';
import { answerOf } from '../support/fault.ts';
import { heldBody } from '../support/held-body.ts';
import { world } from '../support/world.ts';

test('a refusal is never of a record that was older than the call', async () => {
  const clock = simulatedClock();
  const inner = memoryStore();
  const body = heldBody({ cancelable: false });
  const there = await createSupervisor({ tasks: [body.definition], store: inner, clock });
  let held: Promise<void> | undefined;
  const store = seen(inner, {
    // It reads at once, and its answer is long on its way.
    read: async (keys) => {
      const records = await inner.records.read(keys);
      await held;
      return records;
    },
  });
  const here = await createSupervisor({ tasks: [body.definition], store, clock, run: false });
  const { key } = await there.submit(body.definition);
  const run = await body.started();
  const task = await here.task(key);
  const gate = Promise.withResolvers<void>();
  held = gate.promise;
  const first = answerOf(() => task.cancel());
  await clock.advance(0);
  run.resolve('done');
  await clock.advance(0);
  expect(await (await there.task(key)).info()).toMatchObject({ state: 'success' });
  // Called after the end was committed, while the answer to an earlier reading is on its way.
  const second = answerOf(() => task.cancel());
  held = undefined;
  gate.resolve();
  expect(await first).toBe('NotSupported');
  expect(await second).toBe('InvalidState');
});

test('whoever waits for idle is not told what was so before the call', async () => {
  const store = gatedStore();
  const body = heldBody();
  await using at = await world({ tasks: [body.definition], store });
  store.hold('counts');
  const first = at.supervisor.idle();
  await quiet();
  const task = await at.supervisor.submit(body.definition);
  let isIdle = false;
  const second = at.supervisor.idle().then(() => (isIdle = true));
  await quiet();
  store.release();
  await first;
  await quiet();
  expect(isIdle).toBe(false); // got true: by the count that was on its way
  (await body.started()).resolve();
  await second;
  expect((await task.info()).state).toBe('success');
});
