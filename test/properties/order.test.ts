import fc from 'fast-check';
import assert from 'node:assert/strict';
import { describe, test } from 'vitest';
import { defineTask } from '../../src/index.ts';
import { type Simulation, simulate } from '../../src/testing/index.ts';
import { rest } from '../support/rest.ts';
import { type StoreKind, onStore, stores } from '../support/stores.ts';
import { runsOn, timeout } from './checking.ts';
import { schedules } from './schedules.ts';

interface Submitted {
  readonly priority: number;
  readonly delayMs: number;
  readonly workMs: number;
}

interface Scene {
  readonly seed: number;
  readonly schedule: readonly number[];
  readonly concurrency: number;
  readonly tasks: readonly Submitted[];
}

const scenes: fc.Arbitrary<Scene> = fc.record({
  seed: fc.nat(),
  schedule: schedules,
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
async function startOrder({ seed, schedule, concurrency, tasks }: Scene, kind: StoreKind): Promise<number[]> {
  const started: number[] = [];
  const work = defineTask({
    type: 'work',
    async run({ input, sleep }: { input: number; sleep: (ms: number) => Promise<void> }) {
      started.push(input);
      await sleep(tasks[input]?.workMs ?? 0);
    },
  });
  const scenario = async (simulation: Simulation) => {
    const { supervisor } = await simulation.start({ tasks: [work], concurrency });
    await supervisor.pause();
    for (const [index, { priority, delayMs }] of tasks.entries()) {
      await supervisor.submit(work, index, { priority, delayMs });
      // Offers that are under way at once may come to the store in another order.
      await rest(simulation, 0);
    }
    // All are due: those that were to wait stand where they were offered.
    await rest(simulation, 100);
    await supervisor.resume();
    await supervisor.idle();
    await supervisor.stop();
  };
  await onStore(kind, (store) =>
    simulate(seed, scenario, { schedule, shrinkRuns: 0, openStore: () => store }),
  );
  return started;
}

/** When a task was submitted, acknowledged, and started: the number of what happened before. */
interface Times {
  submitted: number;
  acknowledged: number;
  started: number;
}

/** Submits at random times, while some run and some wait. */
async function runAsTheyCome({ seed, schedule, concurrency, tasks }: Scene, kind: StoreKind) {
  let happened = 0;
  const times = tasks.map((): Times => ({ submitted: 0, acknowledged: Infinity, started: Infinity }));
  const at = (index: number) => times[index] as Times;
  const work = defineTask({
    type: 'work',
    async run({ input, sleep }: { input: number; sleep: (ms: number) => Promise<void> }) {
      at(input).started = happened += 1;
      await sleep(tasks[input]?.workMs ?? 0);
    },
  });
  const scenario = async (simulation: Simulation) => {
    const { supervisor } = await simulation.start({ tasks: [work], concurrency });
    const submitting: Promise<void>[] = [];
    for (const [index, { priority, delayMs }] of tasks.entries()) {
      await rest(simulation, delayMs);
      at(index).submitted = happened += 1;
      const submitted = supervisor.submit(work, index, { priority });
      submitting.push(submitted.then(() => void (at(index).acknowledged = happened += 1)));
    }
    await Promise.all(submitting);
    await supervisor.idle();
    await supervisor.stop();
  };
  await onStore(kind, (store) =>
    simulate(seed, scenario, { schedule, shrinkRuns: 0, openStore: () => store }),
  );
  return times;
}

function rank({ tasks }: Scene): number[] {
  return tasks
    .map((_, index) => index)
    .toSorted((a, b) => (tasks[b]?.priority ?? 0) - (tasks[a]?.priority ?? 0));
}

describe.for(stores)('on the store $name', { timeout }, (kind) => {
  test('the higher priority starts first, and within one the first that was submitted', () =>
    fc.assert(
      fc.asyncProperty(scenes, async (scene) => {
        assert.deepEqual(await startOrder({ ...scene, concurrency: 1 }, kind), rank(scene));
      }),
      { numRuns: runsOn(kind) },
    ));

  test('with several slots none is overtaken by more than there are other slots', () =>
    fc.assert(
      fc.asyncProperty(scenes, async (scene) => {
        const started = await startOrder(scene, kind);
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
      { numRuns: runsOn(kind) },
    ));

  test('no task that is submitted later, and is not more urgent, starts before one that waits', () =>
    fc.assert(
      fc.asyncProperty(scenes, async (scene) => {
        const times = await runAsTheyCome(scene, kind);
        const priority = (index: number) => scene.tasks[index]?.priority ?? 0;
        for (const [first, { acknowledged, started }] of times.entries()) {
          assert.notEqual(started, Infinity);
          for (const [second, later] of times.entries()) {
            const isBehind = later.submitted > acknowledged && priority(second) <= priority(first);
            const all = `${JSON.stringify(times)}`;
            if (isBehind) assert.ok(started < later.started, `${second} starts before ${first}: ${all}`);
          }
        }
      }),
      { numRuns: runsOn(kind) },
    ));
});
