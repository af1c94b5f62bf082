import { expect, test } from 'vitest';
import { createSupervisor, defineTask } from '../../src/index.ts';
import { simulatedClock } from '../../src/testing/index.ts';
import { gatedStore } from '../support/gated-store.ts';

const dated = defineTask({ type: 'dated', deadlineMs: 5_000, run: () => {} });

test('a supervisor that has stopped waits for no deadline, though a child is committed after that', async () => {
  const clock = simulatedClock();
  const store = gatedStore();
  const spawns = Promise.withResolvers<void>();
  const parent = defineTask({
    type: 'parent',
    graceMs: 10,
    async run({ task }) {
      store.hold('commit');
      spawns.resolve();
      await task.spawn(dated);
    },
  });
  const supervisor = await createSupervisor({ tasks: [parent, dated], store, clock });
  await supervisor.submit(parent);
  await spawns.promise;
  await clock.advance(0);
  const stopped = supervisor.stop({ waitMs: 0 });
  await clock.advance(100);
  await stopped;
  store.release();
  await clock.advance(0);
  const [, child] = await store.records.query({ filter: {}, after: 0, limit: 10 });
  expect(child).toMatchObject({ leaf: 'queued' });
  expect(clock.pending).toBe(0); // got 1: the deadline of the child
});

test('a supervisor that has stopped waits for no start, though it is told after that what comes next', async () => {
  const clock = simulatedClock();
  const store = gatedStore();
  const supervisor = await createSupervisor({ tasks: [dated], store, clock });
  await clock.advance(0);
  store.hold('take');
  await supervisor.submit(dated, undefined, { delayMs: 3_600_000 });
  await clock.advance(0);
  expect(store.held).toBe(1);
  const stopped = supervisor.stop({ waitMs: 0 });
  await clock.advance(100);
  await stopped;
  store.release();
  await clock.advance(0);
  expect(clock.pending).toBe(0); // got 1: the task that is due in an hour
});
