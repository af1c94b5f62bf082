import { expect, test } from 'vitest';
import { type Store, createSupervisor, defineTask, memoryStore } from '../../src/index.ts';
import { simulatedClock } from '../../src/testing/index.ts';
import { heldBody } from '../support/held-body.ts';

test('what a supervisor took and lost is started by whoever is left, though it stops before it looks again', async () => {
  const clock = simulatedClock();
  const { records, dispatch } = memoryStore();
  let isLost = false;
  const losing: Store = {
    records,
    dispatch: {
      offer: (offers) => dispatch.offer(offers),
      withdraw: (keys) => dispatch.withdraw(keys),
      offers: (hint) => dispatch.offers(hint),
      take: async (request) => {
        const taken = await dispatch.take(request);
        if (taken.keys.length === 0) return taken;
        isLost = true;
        throw new Error('The answer was lost.');
      },
    },
  };
  const noop = defineTask({ type: 'noop', run: () => 'done' });
  const busy = heldBody();
  const tasks = [noop, busy.definition];
  const second = await createSupervisor({ tasks, store: { records, dispatch }, clock, concurrency: 1 });
  await second.submit(busy.definition);
  const run = await busy.started();
  const first = await createSupervisor({ tasks, store: losing, clock, concurrency: 1 });
  const { key } = await second.submit(noop); // which has no slot for it
  await clock.advance(0);
  expect(isLost).toBe(true);
  await first.stop(); // within the 250 ms after which it would have looked again
  run.resolve();
  await clock.advance(60_000);
  const { state } = await (await second.task(key)).info();
  expect(state).toBe('success'); // got queued: offered to nobody until a supervisor starts
});
