import { expect, test } from 'vitest';
import { createSupervisor, defineTask, memoryStore } from '../../src/index.ts';
import { simulatedClock } from '../../src/testing/index.ts';
import { seen } from '../properties/seen-store.ts';

const noop = defineTask({ type: 'noop', run: () => {} });

test('a supervisor that has stopped sets no timer, though the answer to its pruning comes after that', async () => {
  const clock = simulatedClock();
  const inner = memoryStore();
  const held = Promise.withResolvers<void>();
  const prunes: number[] = [];
  const store = seen(inner, {
    prune: async (request) => {
      prunes.push(clock.now());
      await held.promise;
      return inner.records.prune(request);
    },
  });
  const supervisor = await createSupervisor({ tasks: [noop], store, clock });
  await (await supervisor.submit(noop)).ended();
  await clock.advance(1_000); // the pruning is under way
  expect(prunes).toHaveLength(1);
  await supervisor.stop();
  expect(clock.pending).toBe(0);
  held.resolve();
  await clock.advance(0);
  expect(clock.pending).toBe(0); // got 1: in 24 hours it prunes again, and so on
});

test('a supervisor that has stopped prunes nothing, though a body ends after that', async () => {
  const clock = simulatedClock();
  const inner = memoryStore();
  let prunes = 0;
  const store = seen(inner, { prune: (request) => ((prunes += 1), inner.records.prune(request)) });
  const gate = Promise.withResolvers<void>();
  const deaf = defineTask({ type: 'deaf', graceMs: 10, run: () => gate.promise });
  const supervisor = await createSupervisor({ tasks: [deaf], store, clock });
  await supervisor.submit(deaf);
  await clock.advance(0);
  const stopped = supervisor.stop({ waitMs: 0 });
  await clock.advance(100);
  await stopped;
  gate.resolve(); // its success stands, and is recorded
  await clock.advance(0);
  expect(clock.pending).toBe(0); // got 1
  await clock.advance(3 * 86_400_000);
  expect(prunes).toBe(0);
});
