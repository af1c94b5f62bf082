import { expect, test } from 'vitest';
import { type BodyContext, createSupervisor, defineTask, memoryStore } from '../../src/index.ts';
import { simulatedClock } from '../../src/testing/index.ts';
import { gatedStore } from '../support/gated-store.ts';

test('a child that is committed while its supervisor stops is run by whoever is left', async () => {
  const clock = simulatedClock();
  const inner = memoryStore();
  const gate = Promise.withResolvers<void>();
  const child = defineTask({ type: 'child', run: () => 'done' });
  const parent = defineTask({
    type: 'parent',
    graceMs: 10,
    async run({ task, attempt }: BodyContext): Promise<string> {
      if (attempt > 1) return 'again';
      await gate.promise;
      void task.spawn(child);
      return 'done';
    },
  });
  const tasks = [parent, child];
  const store = gatedStore(inner);
  const first = await createSupervisor({ tasks, store, clock, concurrency: 2 });
  const { key } = await first.submit(parent);
  await clock.advance(0);
  store.holdCalls('commit'); // a slow store
  gate.resolve();
  await clock.advance(0);
  const stopped = first.stop({ waitMs: 0 });
  await clock.advance(1_000);
  await stopped;
  const second = await createSupervisor({ tasks, store: inner, clock, concurrency: 2 });
  await clock.advance(1_000);
  store.release(); // now the child is in the store
  await clock.advance(60_000);
  const states = [];
  for await (const { descriptionId, state } of second.tasks()) states.push(`${descriptionId} ${state}`);
  // Got: parent running (it joins), child queued, and both slots free, until some supervisor starts.
  expect(states).toEqual(['parent success', 'child success']);
  expect((await (await second.task(key)).info()).state).toBe('success');
});
