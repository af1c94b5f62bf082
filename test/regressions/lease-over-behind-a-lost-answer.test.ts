import { expect, test } from 'vitest';
import { type Store, createSupervisor, memoryStore } from '../../src/index.ts';
import { faultyStore, simulatedClock, simulatedRandom } from '../../src/testing/index.ts';
import { heldBody } from '../support/held-body.ts';
import { stopAll } from '../support/world.ts';

const leaseMs = 9_000;

// A lease begins anew with its first beat. The second one was the first that it heard of: the very number that was next.
test('a process whose lease was over hears it, though the answer to its first beat after that is lost', async () => {
  const clock = simulatedClock();
  const shared = memoryStore({ leases: true });
  const leases = shared.leases as NonNullable<Store['leases']>;
  let losesAnswer = false;
  const lossy: typeof leases = {
    async beat(worker) {
      const beats = await leases.beat(worker);
      if (!losesAnswer) return beats;
      losesAnswer = false;
      throw new Error('The answer was lost.');
    },
    beats: () => leases.beats(),
    end: (worker, beats) => leases.end(worker, beats),
    retire: (worker) => leases.retire(worker),
  };
  const line = faultyStore({ ...shared, leases: lossy }, { random: simulatedRandom(1) });
  const [cut, other] = [heldBody(), heldBody()];
  const options = { clock, leaseMs, storeRetryMs: 1e6 };
  const here = await createSupervisor({ ...options, store: line, tasks: [cut.definition] });
  const { key } = await here.submit(cut.definition);
  const { signal } = await cut.started();
  const there = await createSupervisor({ ...options, store: shared, tasks: [other.definition] });
  const told: string[] = [];
  void (async () => {
    for await (const { kind } of here.events()) told.push(kind);
  })();
  line.disconnect();
  await clock.advance(3 * leaseMs);
  await other.started();
  losesAnswer = true;
  line.connect();
  await clock.advance(leaseMs);
  expect(signal.aborted).toBe(true); // got false: both bodies went on
  expect(told.filter((kind) => kind === 'leaseLost')).toHaveLength(1);
  for (const { runs } of [cut, other]) for (const { resolve } of runs) resolve();
  await clock.advance(0);
  expect((await (await there.task(key)).info()).state).toBe('success');
  await stopAll(clock, here, there);
});
