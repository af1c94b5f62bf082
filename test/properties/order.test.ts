import fc from 'fast-check';
import assert from 'node:assert/strict';
import { test } from 'vitest';
import { createSupervisor, defineTask } from '../../src/index.ts';
import { simulatedClock, simulatedRandom } from '../../src/testing/index.ts';
import { numRuns, timeout } from './checking.ts';
import { Turns } from './turns.ts';

interface Submitted {
  readonly priority: number;
  readonly delayMs: number;
  readonly workMs: number;
}

interface Scene {
  readonly seed: number;
  readonly concurrency: number;
  readonly tasks: readonly Submitted[];
}

const scenes: fc.Arbitrary<Scene> = fc.record({
  seed: fc.nat(),
  concurrency: fc.integer({ min: 1, max: 4 }),
  tasks: fc.array(
    fc.record({
      priority: fc.integer({ min: -2, max: 2 }),
      delayMs: fc.constantFrom(0, 0, 20),
      workMs: fc.nat({ max: 30 }),
    }),
    { minLength: 1, maxLength: 15 },
  ),
});

/** Submits everything while nothing starts, and gives the order in which the tasks then start. */
async function startOrder({ seed, concurrency, tasks }: Scene): Promise<number[]> {
  const turns = new Turns(seed);
  const clock = simulatedClock({ settle: () => turns.all() });
  const started: number[] = [];
  const work = defineTask({
    type: 'work',
    async run({ input, sleep }: { input: number; sleep: (ms: number) => Promise<void> }) {
      started.push(input);
      await sleep(tasks[input]?.workMs ?? 0);
    },
  });
  const settle = async <T>(promise: Promise<T>) => (await turns.all(), promise);
  const supervisor = await settle(
    createSupervisor({ tasks: [work], concurrency, clock, random: simulatedRandom(1), turns }),
  );
  await settle(supervisor.pause());
  for (const [index, { priority, delayMs }] of tasks.entries()) {
    await settle(supervisor.submit(work, index, { priority, delayMs }));
  }
  // All are due: those that were to wait stand where they were offered.
  await clock.advance(100);
  await settle(supervisor.resume());
  await clock.advance(10_000);
  await settle(supervisor.stop());
  return started;
}

function rank({ tasks }: Scene): number[] {
  return tasks
    .map((_, index) => index)
    .toSorted((a, b) => (tasks[b]?.priority ?? 0) - (tasks[a]?.priority ?? 0));
}

test('the higher priority starts first, and within one the first that was submitted', { timeout }, () =>
  fc.assert(
    fc.asyncProperty(scenes, async (scene) => {
      assert.deepEqual(await startOrder({ ...scene, concurrency: 1 }), rank(scene));
    }),
    { numRuns },
  ),
);

test('with several slots none is overtaken by more than there are other slots', { timeout }, () =>
  fc.assert(
    fc.asyncProperty(scenes, async (scene) => {
      const started = await startOrder(scene);
      const ranks = rank(scene);
      assert.deepEqual(new Set(started), new Set(ranks));
      for (const [place, task] of started.entries()) {
        const overtaken = Math.abs(place - ranks.indexOf(task));
        assert.ok(
          overtaken < scene.concurrency,
          `${task} starts at ${place} in ${started.join()}, expected ${ranks.join()}.`,
        );
      }
    }),
    { numRuns },
  ),
);
