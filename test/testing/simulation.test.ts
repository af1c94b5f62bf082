import { execFileSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { defineTask, memoryStore } from '../../src/index.ts';
import {
  type Simulation,
  SimulationFailure,
  faultyStore,
  simulate,
  simulatedRandom,
  storeContract,
} from '../../src/testing/index.ts';
import { slowStore } from '../support/slow-store.ts';
import { busyScenario } from './busy-scenario.ts';

const faults = { refused: 5, lost: 5, torn: 5, duplicated: 20 };

async function failureOf(running: Promise<unknown>): Promise<SimulationFailure> {
  const error = await running.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(SimulationFailure);
  return error as SimulationFailure;
}

describe('a simulation', () => {
  test('is the same for the same seed, in any process', async () => {
    const { hash, trace } = await simulate(7, busyScenario(faults));
    expect((await simulate(7, busyScenario(faults))).trace).toEqual(trace);
    const elsewhere = execFileSync(process.execPath, [join(import.meta.dirname, 'print-hash.ts'), '7']);
    expect(elsewhere.toString().trim()).toBe(hash);
    expect((await simulate(8, busyScenario(faults))).hash).not.toBe(hash);
  });

  test('is the same for the same schedule', async () => {
    const { hash, schedule } = await simulate(9, busyScenario({}));
    expect((await simulate(9, busyScenario({}), { schedule })).hash).toBe(hash);
  });

  test('is the same on a store that answers by events of the loop, whenever those come', async () => {
    const { hash } = await simulate(5, busyScenario(faults));
    for (let time = 0; time < 2; time += 1) {
      const slow = await simulate(5, busyScenario(faults), {
        openStore: () => slowStore(memoryStore({ leases: true })),
      });
      expect(slow.hash).toBe(hash);
    }
  });

  test('disposes of its store at the end of every run, though that is opened late', async () => {
    let [opened, closed] = [0, 0];
    const openStore = async () => {
      opened += 1;
      await setImmediate();
      return { ...memoryStore(), [Symbol.asyncDispose]: async () => void (closed += 1) };
    };
    await simulate(1, async () => {}, { openStore });
    await failureOf(simulate(1, () => Promise.reject(new Error('No.')), { openStore, shrinkRuns: 2 }));
    expect(opened).toBeGreaterThan(2);
    expect(closed).toBe(opened);
  });

  test('takes no time', async () => {
    const sleepsLong = defineTask({ type: 'long', run: ({ sleep }) => sleep(1e10) });
    const { result } = await simulate(1, async (simulation) => {
      const { supervisor } = await simulation.start({ tasks: [sleepsLong] });
      await (await supervisor.submit(sleepsLong)).ended();
      return simulation.clock.monotonic();
    });
    expect(result).toBeGreaterThanOrEqual(1e10);
  });

  test('that waits for what never comes says so', async () => {
    const { message } = await failureOf(simulate(1, () => new Promise(() => {})));
    expect(message).toMatch(/waits for something that never comes/);
  });
});

/** A client that takes for granted that its cancel comes before the end of the body. */
async function hasty(simulation: Simulation): Promise<void> {
  const quick = defineTask({ type: 'quick', run: () => 'done' });
  const { supervisor } = await simulation.start({ tasks: [quick] });
  const task = await supervisor.submit(quick);
  for (let look = 0; look < 5; look += 1) await task.info();
  await task.cancel();
}

describe('a scenario that fails in some orders', () => {
  test('is found, shrunk, and replayed from its message', async () => {
    let found: SimulationFailure | undefined;
    for (let seed = 1; !found && seed <= 50; seed += 1) {
      found = await simulate(seed, hasty).then(
        () => undefined,
        (error: SimulationFailure) => error,
      );
    }
    expect(found?.cause).toMatchObject({ name: 'InvalidState' });
    const { seed, schedule } = found as SimulationFailure;
    expect(found?.message).toContain(
      `simulate(${seed}, scenario, { schedule: ${JSON.stringify(schedule)} })`,
    );
    const again = await failureOf(simulate(seed, hasty, { schedule, shrinkRuns: 0 }));
    expect(again.trace).toEqual(found?.trace);
    expect(schedule.filter((choice) => choice !== 0).length).toBeLessThanOrEqual(8);
  });
});

describe('a process that crashes', () => {
  const waits = defineTask({ type: 'waits', run: ({ sleep }) => sleep(10) });

  test.for(['before', 'after'] as const)(
    '%s any commit loses nothing that was acknowledged',
    async (when) => {
      for (let commit = 1; commit <= 6; commit += 1) {
        const { result } = await simulate(commit, async (simulation) => {
          const crashAt = { commit, when };
          const client = await simulation.start({ tasks: [waits], run: false, crashAt });
          const acknowledged: string[] = [];
          const submits = (async () => {
            for (let count = 0; count < 4; count += 1)
              acknowledged.push((await client.supervisor.submit(waits)).key);
          })();
          await Promise.race([submits, client.crashed]);
          const { supervisor } = await simulation.start({ tasks: [waits] });
          await supervisor.idle();
          for (const key of acknowledged)
            expect(await (await supervisor.task(key)).info()).toMatchObject({ state: 'success' });
          const { success } = await simulation.store.records.counts();
          return { acknowledged: acknowledged.length, success };
        });
        const done = Math.min(commit - 1, 4);
        expect(result).toEqual({
          acknowledged: done,
          success: when === 'after' && commit <= 4 ? done + 1 : done,
        });
      }
    },
  );

  test('runs no line of its bodies any more', async () => {
    let lines = 0;
    const busy = defineTask({
      type: 'busy',
      async run({ sleep }) {
        for (;;) {
          await sleep(1);
          lines += 1;
        }
      },
    });
    await simulate(1, async (simulation) => {
      const doomed = await simulation.start({ tasks: [busy] });
      await doomed.supervisor.submit(busy);
      while (lines === 0) await simulation.sleep(1);
      doomed.crash();
      const before = lines;
      await simulation.sleep(100);
      expect(lines).toBe(before);
    });
  });
});

describe('a faulty store', () => {
  const open = () => faultyStore(memoryStore({ leases: true }), { random: simulatedRandom(1) });
  for (const { name, run } of storeContract(open)) test(`without faults keeps the contract: ${name}`, run);

  test('with a line that is cut refuses, and is itself again', async () => {
    const store = faultyStore(memoryStore(), { random: simulatedRandom(1) });
    store.disconnect();
    await expect(Promise.resolve(store.records.counts())).rejects.toThrow('The store refused counts.');
    store.connect();
    expect(await store.records.counts()).toMatchObject({ queued: 0 });
  });

  test('that has fallen silent answers nothing, and is itself again', async () => {
    const store = faultyStore(memoryStore(), { random: simulatedRandom(1) });
    store.silence();
    const unanswered = Promise.resolve(store.records.counts()).then(() => 'answered');
    expect(await Promise.race([unanswered, setImmediate('silent')])).toBe('silent');
    store.connect();
    expect(await store.records.counts()).toMatchObject({ queued: 0 });
    expect(await Promise.race([unanswered, setImmediate('silent')])).toBe('silent');
  });

  test('refuses faults that are none', () => {
    const open = (given: object) => () =>
      faultyStore(memoryStore(), { random: simulatedRandom(1), faults: given });
    expect(open({ lots: 3 })).toThrow(
      /Expected a member of faults to be one of refused, lost, torn, duplicated, got 'lots'/,
    );
    expect(open({ lost: 101 })).toThrow(/Expected faults.lost to be a percentage from 0 to 100, got 101/);
  });
});

test(
  'whatever the order and the faults, everything ends, once, as it was told',
  { timeout: 120_000 },
  async () => {
    const first = Number(process.env['SIMULATION_SEED'] ?? randomInt(2 ** 30));
    console.log(`Simulations from seed ${first}; again with SIMULATION_SEED=${first}.`);
    const runs = Number(process.env['SIMULATION_RUNS'] ?? 60);
    for (let seed = first; seed < first + runs; seed += 1) await simulate(seed, busyScenario(faults));
  },
);
