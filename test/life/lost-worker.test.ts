import { expect, test } from 'vitest';
import { type BodyContext, type RuntimeEvent, defineTask } from '../../src/index.ts';
import { onStore, stores } from '../support/stores.ts';
import { type SimulatedProcess, type Simulation, simulate } from '../../src/testing/index.ts';

const leaseMs = 9_000;

/** Runs as long as it is told, unless its signal aborts. */
const waits = defineTask({
  type: 'waits',
  retry: { maxAttempts: 2, maxLost: 2 },
  run: ({ input, sleep }: BodyContext<number>) => sleep(input).then(() => 'done'),
});
const once = defineTask({
  type: 'once',
  retry: { maxLost: 0 },
  run: ({ sleep }: BodyContext) => sleep(1e6),
});
const stubborn = defineTask({
  type: 'stubborn',
  cancelable: false,
  run: ({ sleep }: BodyContext) => sleep(1_000),
});
const parent = defineTask({
  type: 'parent',
  async run({ task }: BodyContext<number>) {
    await task.spawn(waits, 30_000, { name: 'child' });
    return 'spawned';
  },
});
const tasks = [waits, once, stubborn, parent];

function start(simulation: Simulation, options: object = {}): Promise<SimulatedProcess> {
  return simulation.start({ tasks, leaseMs, ...options });
}

/** What the process tells, as it happens. */
function heard({ supervisor }: SimulatedProcess): RuntimeEvent[] {
  const events: RuntimeEvent[] = [];
  void (async () => {
    for await (const event of supervisor.events()) events.push(event);
  })();
  return events;
}

/** A task that runs on a process, as another process sees it. */
async function running(simulation: Simulation, definition: typeof waits | typeof once, input = 1e6) {
  const web = await start(simulation, { run: false });
  const doomed = await start(simulation);
  const task = await web.supervisor.submit(definition as typeof waits, input);
  while ((await task.info()).state !== 'running') await simulation.sleep(1);
  return { web, doomed, task };
}

/** Several orders of events, on every store. */
async function seeded<T>(scenario: (simulation: Simulation) => Promise<T>): Promise<void> {
  for (const kind of stores)
    for (let seed = 1; seed <= Math.ceil(kind.share / 10); seed += 1)
      await onStore(kind, (store) => simulate(seed, scenario, { openStore: () => store }));
}

test('what a lost process was running starts anew elsewhere, and is not charged', () =>
  seeded(async (simulation) => {
    const { web, doomed, task } = await running(simulation, waits, 20_000);
    const other = await start(simulation);
    const events = [heard(web), heard(other)];
    doomed.crash();
    expect(await task.result()).toBe('done');
    const info = await task.info();
    expect(info).toMatchObject({ attempt: 1, maxAttempts: 2 });
    expect(info.attempts).toMatchObject([{ fault: { fault: { name: 'WorkerLost' } } }, {}]);
    expect(events.flat().map(({ kind }) => kind)).toContain('workerLost');
    await web.supervisor.stop();
  }));

test('a task whose cancel was requested ends in RequestCanceled when its process is lost', () =>
  seeded(async (simulation) => {
    const { doomed, task } = await running(simulation, waits);
    doomed.line.disconnect();
    expect(await task.cancel()).toBe('requested');
    doomed.crash();
    expect(await task.ended()).toMatchObject({
      state: 'error',
      cancelled: true,
      error: { fault: { name: 'RequestCanceled' } },
    });
  }));

test('a task that takes its process along more often than `maxLost` ends in WorkerLost', () =>
  seeded(async (simulation) => {
    const { doomed, task } = await running(simulation, waits);
    doomed.crash();
    for (let lost = 1; lost <= 2; lost += 1) {
      const next = await start(simulation);
      const before = (await task.info()).attempts.length;
      while ((await task.info()).state !== 'running' || before === lost - 1) {
        await simulation.sleep(500);
        const { state, attempts } = await task.info();
        if (state === 'running' && attempts.length === lost) break;
      }
      next.crash();
    }
    const info = await task.ended();
    expect(info).toMatchObject({ state: 'error', error: { fault: { name: 'WorkerLost' } }, attempt: 1 });
    expect(info.attempts).toHaveLength(3);
  }));

test('`maxLost: 0` starts a body at most once', () =>
  seeded(async (simulation) => {
    const { doomed, task } = await running(simulation, once);
    const other = await start(simulation);
    doomed.crash();
    expect((await task.ended()).error?.fault.name).toBe('WorkerLost');
    await other.supervisor.idle();
  }));

test('a process that lives keeps its task for as long as it runs, and lets its lease go afterwards', () =>
  seeded(async (simulation) => {
    const { web, doomed: alive, task } = await running(simulation, waits, 100_000);
    expect(await task.result()).toBe('done');
    expect((await task.info()).attempts).toHaveLength(1);
    await simulation.sleep(2 * leaseMs);
    expect([...((await simulation.store.leases?.beats()) ?? [])]).toEqual([]);
    await Promise.all([web.supervisor.stop(), alive.supervisor.stop()]);
  }));

test('a process that was cut off for longer than its lease has its body aborted, and its late end is refused', () =>
  seeded(async (simulation) => {
    const bodies: AbortSignal[] = [];
    const deaf = defineTask({
      type: 'deaf',
      async run({ signal }: BodyContext) {
        const number = bodies.push(signal);
        // It does not look at its signal: it wants to end as it pleases.
        await simulation.sleep(number === 1 ? 40_000 : 100_000);
        return number;
      },
    });
    const options = { tasks: [deaf], leaseMs, storeRetryMs: 1e6 };
    const frozen = await simulation.start(options);
    const task = await frozen.supervisor.submit(deaf);
    while (bodies.length === 0) await simulation.sleep(1);
    const events = heard(frozen);
    const other = await simulation.start({ ...options, concurrency: 1 });
    const there = await other.supervisor.task(task.key);
    frozen.line.disconnect();
    while (bodies.length === 1) await simulation.sleep(100);
    frozen.line.connect();
    await simulation.sleep(5_000);
    expect(bodies[0]?.aborted).toBe(true);
    expect(await there.result()).toBe(2);
    expect(events.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['leaseLost', 'late']));
    expect((await task.info()).result).toBe(2);
  }));

test('a created task is lost with the process of its creator, unless nobody owns it', () =>
  seeded(async (simulation) => {
    const web = await start(simulation, { run: false });
    const doomed = await start(simulation, { run: false });
    const create = async (options: object = {}) => {
      const task = await doomed.supervisor.createTask({ type: 'driven', cancelable: true, ...options });
      return { task, seen: await web.supervisor.task(task.key) };
    };
    const [waiting, working, asked, free] = [
      await create(),
      await create(),
      await create(),
      await create({ owner: 'none' }),
    ];
    await Promise.all([working, asked, free].map(({ task }) => task.setState('running')));
    await asked.seen.cancel();
    await simulation.sleep(2 * leaseMs);
    expect((await waiting.seen.info()).state).toBe('queued');
    doomed.crash();
    expect((await waiting.seen.ended()).error?.fault.name).toBe('WorkerLost');
    expect((await working.seen.ended()).error?.fault.name).toBe('WorkerLost');
    expect((await asked.seen.ended()).error?.fault.name).toBe('RequestCanceled');
    await simulation.sleep(2 * leaseMs);
    expect((await free.seen.info()).state).toBe('running');
  }));

test('a created task that its supervisor leaves unfinished is lost when the lease is over', () =>
  seeded(async (simulation) => {
    const web = await start(simulation, { run: false });
    const leaving = await start(simulation, { run: false });
    const { key } = await leaving.supervisor.createTask({ type: 'driven', cancelable: true });
    const seen = await web.supervisor.task(key);
    await leaving.supervisor.stop();
    expect((await seen.info()).state).toBe('queued');
    expect((await seen.ended()).error?.fault.name).toBe('WorkerLost');
  }));

test('a parent whose process is lost while it joins goes on to join', () =>
  seeded(async (simulation) => {
    const web = await start(simulation, { run: false });
    const doomed = await start(simulation, { concurrency: 1 });
    const task = await web.supervisor.submit(parent, 0);
    for (let children = 0; children === 0; await simulation.sleep(10))
      for await (const { state } of web.supervisor.tasks({ type: 'waits' }))
        if (state === 'running') children += 1;
    // By then the parent's body has returned, which gave its slot to the child before.
    await simulation.sleep(1_000);
    doomed.crash();
    await start(simulation);
    expect(await task.result()).toBe('spawned');
    const children = await Array.fromAsync(web.supervisor.tasks({ parentTaskKey: task.key }));
    expect(children).toMatchObject([{ state: 'success', attempt: 1 }]);
    expect(children[0]?.attempts).toHaveLength(2);
    expect((await task.info()).attempts).toHaveLength(1);
  }));

test('what a process that takes over leaves undone, the next one does', () =>
  seeded(async (simulation) => {
    const { doomed, task } = await running(simulation, waits, 10_000);
    doomed.crash();
    const taker = await simulation.start({ tasks, leaseMs, crashAt: { commit: 1, when: 'before' } });
    await Promise.race([taker.crashed, task.ended()]);
    await start(simulation);
    expect(await task.result()).toBe('done');
  }));

test('no body of one task runs beside another while no process outlives its lease', () =>
  seeded(async (simulation) => {
    const atWork = new Map<string, number>();
    let most = 0;
    const counted = defineTask({
      type: 'counted',
      async run({ sleep, task }: BodyContext<number>) {
        const mine = simulation.random.fraction();
        atWork.set(`${task.key} ${mine}`, mine);
        most = Math.max(most, [...atWork.keys()].filter((name) => name.startsWith(task.key)).length);
        await sleep(7_000);
        atWork.delete(`${task.key} ${mine}`);
      },
    });
    const options = { tasks: [counted], leaseMs, concurrency: 2, faults: { refused: 10, lost: 10 } };
    const [first, doomed, last] = [
      await simulation.start(options),
      await simulation.start(options),
      await simulation.start(options),
    ];
    const all = [];
    for (let count = 0; count < 8; count += 1) all.push(await first.supervisor.submit(counted, count));
    await simulation.sleep(3_000);
    doomed.crash();
    for (const name of atWork.keys()) {
      const info = await (await last.supervisor.task(name.split(' ')[0] ?? '')).info();
      if (info.state !== 'running') atWork.delete(name);
    }
    atWork.clear();
    await Promise.all(all.map((task) => task.ended()));
    expect(most).toBe(1);
    expect((await Promise.all(all.map((task) => task.info()))).map(({ state }) => state)).toEqual(
      all.map(() => 'success'),
    );
  }));
