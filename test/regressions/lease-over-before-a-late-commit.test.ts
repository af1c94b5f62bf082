import { expect, test } from 'vitest';
import { type Store, type Supervisor, createSupervisor, defineTask, memoryStore } from '../../src/index.ts';
import { faultyStore, simulatedClock, simulatedRandom } from '../../src/testing/index.ts';
import { stopAll } from '../support/world.ts';

const leaseMs = 9_000;
const work = defineTask({ type: 'work', run: () => 'done' });
const tasks = [work];
const never = new Promise<never>(() => {});

/** The line of a process that is frozen with its first commit half-way. It is done when it goes on, and the last that it does. */
function freezing(store: Store) {
  const frozen = Promise.withResolvers<void>();
  const goesOn = Promise.withResolvers<void>();
  let isOpen = true;
  const turn = async <T>(name: string, happen: () => PromiseLike<T>): Promise<T> => {
    if (!isOpen) return never;
    if (name !== 'commit') return happen();
    isOpen = false;
    frozen.resolve();
    await goesOn.promise;
    await happen();
    return never;
  };
  const line = faultyStore(store, { random: simulatedRandom(1), turn });
  return { line, frozen: frozen.promise, goOn: goesOn.resolve };
}

/** One process that is lost with a commit half-way, and one that takes over from it, and runs nothing. */
async function stage() {
  const clock = simulatedClock();
  const store = memoryStore({ leases: true });
  const { line, frozen, goOn } = freezing(store);
  const web = await createSupervisor({ clock, leaseMs, store, tasks, run: false });
  const lost = await createSupervisor({ clock, leaseMs, store: line, tasks, storeRetryMs: Infinity });
  // It looks as long as it drives something.
  await web.createTask({ type: 'driven here', cancelable: true });
  const goOnLate = async () => {
    await clock.advance(0);
    await frozen;
    await clock.advance(3 * leaseMs);
    expect([...((await store.leases?.beats()) ?? [])]).toHaveLength(1); // its lease was taken over
    goOn();
    await clock.advance(0);
  };
  return { clock, store, web, lost, goOnLate };
}

// The store refused what came under a lease that was over, but not under one that was gone: nobody looks after that.
test('a task that is claimed after the lease of its process was taken over is run by whoever is left', async () => {
  const { clock, store, web, goOnLate } = await stage();
  const { key } = await web.submit(work);
  await goOnLate();
  const left = await createSupervisor({ clock, leaseMs, store, tasks });
  await clock.advance(3 * leaseMs);
  expect((await (await left.task(key)).info()).state).toBe('success'); // got running, for ever
  await stopAll(clock, web, left);
});

test('a task that is created after the lease of its process was taken over does not wait for its creator for ever', async () => {
  const { clock, web, lost, goOnLate } = await stage();
  void lost.createTask({ type: 'driven there', cancelable: true });
  await goOnLate();
  await clock.advance(3 * leaseMs);
  const states = [];
  for await (const { descriptionId, state } of web.tasks()) states.push(`${descriptionId} ${state}`);
  expect(states).toEqual(['driven here queued']); // got 'driven there queued' as well
  await stopAll(clock, web);
});

test('a task that is submitted after the lease of its process was taken over does not wait unoffered for ever', async () => {
  const { clock, store, web, lost, goOnLate } = await stage();
  const left = await createSupervisor({ clock, leaseMs, store, tasks });
  void lost.submit(work);
  await goOnLate();
  await clock.advance(3 * leaseMs);
  const states = [];
  for await (const { descriptionId, state } of web.tasks({ state: 'queued' }))
    states.push(`${descriptionId} ${state}`);
  expect(states).toEqual(['driven here queued']); // got 'work queued' as well
  await stopAll(clock, web, left);
});

/** What is asked of a process that does not know yet that its lease was taken over; each has to end by itself. */
const asked = {
  'runs what it takes': async (_here: Supervisor, web: Supervisor) => (await web.submit(work)).key,
  'creates what is submitted': async (here: Supervisor) => (await here.submit(work)).key,
  'creates what is driven': async (here: Supervisor) => {
    const task = await here.createTask({ type: 'driven there', cancelable: true });
    await task.setState('success');
    return task.key;
  },
};

// The store refuses it. Nobody else looks again: what was left was taken up before.
test.for(Object.entries(asked))(
  'a process whose lease was taken over %s, under the next',
  async ([, ask]) => {
    const clock = simulatedClock();
    const store = memoryStore({ leases: true });
    const web = await createSupervisor({ clock, leaseMs, store, tasks, run: false });
    // By its own count its lease is not over for long.
    const here = await createSupervisor({ clock, leaseMs: 4 * leaseMs, store, tasks });
    await (await here.submit(work)).result();
    await web.createTask({ type: 'driven here', cancelable: true });
    while ((await store.leases?.beats())?.size !== 1) await clock.advance(100);
    const key = ask(here, web);
    await clock.advance(4 * leaseMs);
    expect((await (await web.task(await key)).info()).state).toBe('success');
    await stopAll(clock, web, here);
  },
);
