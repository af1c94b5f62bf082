import { expect, test } from 'vitest';
import { type BodyContext, type Store, defineTask, memoryStore } from '../../src/index.ts';
import { type Simulation, type SimulateOptions, simulate } from '../../src/testing/index.ts';

const leaseMs = 9_000;
const waits = defineTask({
  type: 'waits',
  run: ({ input, sleep }: BodyContext<number>) => sleep(input).then(() => 'done'),
});
const parent = defineTask({
  type: 'parent',
  async run({ task }: BodyContext<number>) {
    const child = await task.spawn(waits, 60_000, { name: 'child' });
    return `child ${String(await child.result())}`;
  },
});
const tasks = [waits, parent];

async function seeded(scenario: (simulation: Simulation) => Promise<void>, options?: SimulateOptions) {
  for (let seed = 1; seed <= 20; seed += 1) await simulate(seed, scenario, options);
}

// Found by the crash harness: the key was returned, the offer was not in the file, and nobody who lives looked again.
test('what a process submitted before it was lost is started by whoever is left', () =>
  seeded(async (simulation) => {
    const worker = await simulation.start({ tasks, leaseMs });
    const web = await simulation.start({ tasks, leaseMs, run: false });
    const { key } = await web.supervisor.submit(waits, 10);
    web.crash();
    expect(await (await worker.supervisor.task(key)).result()).toBe('done');
  }));

test('what a process took before it was lost is started by whoever is left, though it was not claimed', async () => {
  let crash: (() => void) | undefined;
  /** The next to take anything is gone before it hears what. */
  const openStore = (): Store => {
    const { records, dispatch, leases } = memoryStore({ leases: true });
    const take: Store['dispatch']['take'] = async (request) => {
      const taken = await dispatch.take(request);
      if (taken.keys.length > 0) crash?.();
      return taken;
    };
    return { records, leases, dispatch: { ...dispatch, ...methods(dispatch), take } };
  };
  await seeded(
    async (simulation) => {
      crash = undefined;
      const busy = await simulation.start({ tasks, leaseMs, concurrency: 1 });
      const long = await busy.supervisor.submit(waits, 50_000);
      while ((await long.info()).state !== 'running') await simulation.sleep(1);
      const doomed = await simulation.start({ tasks, leaseMs });
      await simulation.sleep(2 * leaseMs);
      crash = () => {
        crash = undefined;
        doomed.crash();
      };
      const task = await busy.supervisor.submit(waits, 10);
      expect(await task.result()).toBe('done');
      expect(crash).toBeUndefined();
    },
    { openStore },
  );
});

function methods(dispatch: Store['dispatch']): Store['dispatch'] {
  return {
    offer: (offers) => dispatch.offer(offers),
    withdraw: (keys) => dispatch.withdraw(keys),
    take: (request) => dispatch.take(request),
    offers: (hint) => dispatch.offers(hint),
  };
}

test('a parent whose process is lost while it waits for a child elsewhere goes on elsewhere', () =>
  seeded(async (simulation) => {
    const doomed = await simulation.start({ tasks: [parent, waits], leaseMs, concurrency: 1 });
    await doomed.supervisor.pause('waits');
    const task = await doomed.supervisor.submit(parent, 0);
    while ((await doomed.supervisor.tasks({ type: 'waits' }).next()).done === true) await simulation.sleep(1);
    // Its only body gives its slot back, and its process runs nothing for a while.
    await simulation.sleep(2 * leaseMs);
    const other = await simulation.start({ tasks, leaseMs });
    doomed.crash();
    await other.supervisor.resume('waits');
    expect(await (await other.supervisor.task(task.key)).result()).toBe('child done');
  }));
