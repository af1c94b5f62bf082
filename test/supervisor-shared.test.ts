import { describe, expect, test } from 'vitest';
import { type TaskRecord, memoryStore } from '../src/index.ts';
import { simulatedClock } from '../src/testing/index.ts';
import { faultOf } from './support/fault.ts';
import { gatedStore } from './support/gated-store.ts';
import { heldBody } from './support/held-body.ts';
import { quiet, standing } from './support/quiet.ts';
import { stopAll, world } from './support/world.ts';

/** A web server that submits, and a worker that runs, on one store. */
async function pair() {
  const clock = simulatedClock();
  const store = memoryStore();
  const workers = gatedStore(store);
  const body = heldBody();
  const tasks = [body.definition];
  const web = await world({ tasks, store, clock, run: false });
  const worker = await world({ tasks, store: workers, clock, concurrency: 2 });
  const dispose = () => stopAll(clock, web.supervisor, worker.supervisor);
  const supervisors = { web: web.supervisor, worker: worker.supervisor };
  return { clock, store, workers, body, ...supervisors, [Symbol.asyncDispose]: dispose };
}

describe('two supervisors of one store', () => {
  test('share their tasks: one submits, watches and cancels what the other runs', async () => {
    await using at = await pair();
    const task = await at.web.submit(at.body.definition, 'in');
    const watch = Array.fromAsync(task.watch());
    const run = await at.body.started();
    expect(run.input).toBe('in');
    await run.task.updateProgress(40);
    await quiet();
    expect(await task.info()).toMatchObject({ state: 'running', progress: 40 });
    expect(await task.cancel()).toBe('requested');
    await quiet();
    expect(run.signal.reason).toMatchObject({ name: 'RequestCanceled' });
    run.reject(run.signal.reason);
    await faultOf(task.result(), 'RequestCanceled');
    const seen = await watch;
    const sequences = seen.map(({ sequence }) => sequence);
    expect(sequences).toEqual([...new Set(sequences)].toSorted((a, b) => a - b));
    expect(seen.at(-1)).toEqual(await task.info());
    const other = await at.worker.task(task.key, at.body.definition);
    expect(await other.ended()).toEqual(await task.ended());
  });

  test('both see a cancel of a queued task, and neither starts it', async () => {
    await using at = await pair();
    await at.worker.pause();
    const task = await at.web.submit(at.body.definition);
    expect(await task.cancel()).toBe('canceled');
    await at.web.resume();
    await quiet();
    expect(at.body.runs.length).toBe(0);
    await faultOf((await at.worker.task(task.key)).cancel(), 'InvalidState');
  });

  test('both cancel at once: one abort, one state change', async () => {
    await using at = await pair();
    const task = await at.web.submit(at.body.definition);
    const run = await at.body.started();
    let aborts = 0;
    run.signal.addEventListener('abort', () => (aborts += 1));
    const other = await at.worker.task(task.key);
    const { sequence } = await task.info();
    const receipts = await Promise.all([task.cancel(), other.cancel(), task.cancel(), other.cancel()]);
    expect(receipts.toSorted()).toEqual([
      'alreadyRequested',
      'alreadyRequested',
      'alreadyRequested',
      'requested',
    ]);
    expect(aborts).toBe(1);
    expect((await task.info()).sequence).toBe(sequence + 1);
  });

  test('lose no cancel that comes while a commit of the other is on its way', async () => {
    await using at = await pair();
    const task = await at.web.submit(at.body.definition);
    const run = await at.body.started();
    await quiet();
    at.workers.hold('commit');
    run.task.updateProgress(10);
    await quiet();
    expect(await task.cancel()).toBe('requested');
    await quiet();
    at.workers.release();
    await quiet();
    expect(run.signal.aborted).toBe(true);
  });

  test('lose no cancel that comes while the other reads', async () => {
    await using at = await pair();
    const task = await at.web.submit(at.body.definition);
    const run = await at.body.started();
    await quiet();
    at.workers.hold('read');
    await task.setDescription('a hint, and the worker reads');
    await quiet();
    expect(at.workers.held).toBeGreaterThan(0);
    expect(await task.cancel()).toBe('requested');
    await quiet();
    at.workers.release();
    await quiet();
    expect(run.signal.aborted).toBe(true);
  });

  test('lose no final record for a watcher whose reading was on its way', async () => {
    await using at = await pair();
    const created = await at.web.createTask({ type: 'created', cancelable: true });
    const other = await at.worker.task(created.key);
    at.workers.hold('read');
    const ended = other.ended();
    ended.catch(() => {});
    await quiet();
    await created.setState('success', { result: 1 });
    await quiet();
    at.workers.release();
    expect(await standing(ended)).toBe('fulfilled');
  });

  test('start every task once, however many they are', async () => {
    const clock = simulatedClock();
    const store = memoryStore();
    const body = heldBody();
    const tasks = [body.definition];
    const workers = [];
    for (let index = 0; index < 4; index += 1)
      workers.push(await world({ tasks, store, clock, concurrency: 10 }));
    const [first] = workers;
    for (let index = 0; index < 40; index += 1) await first?.supervisor.submit(body.definition, index);
    await quiet();
    expect([body.runs.length, new Set(body.runs.map(({ input }) => input)).size]).toEqual([40, 40]);
    await stopAll(clock, ...workers.map(({ supervisor }) => supervisor));
  });

  test('leave to one what the other took and may no longer start', async () => {
    await using at = await pair();
    const filler = heldBody({ type: 'filler' });
    const options = { tasks: [at.body.definition, filler.definition], concurrency: 1 };
    await using next = await world({ ...options, store: at.store, clock: at.clock });
    await next.supervisor.submit(filler.definition);
    const run = await filler.started();
    at.workers.hold('take');
    const task = await at.web.submit(at.body.definition);
    await quiet();
    expect(at.workers.held).toBe(1);
    const stopping = at.worker.stop();
    await quiet();
    at.workers.release();
    await stopping;
    await quiet();
    run.resolve();
    await at.body.started();
    expect(await task.info()).toMatchObject({ state: 'running' });
    expect(next.supervisor.actor.getSnapshot().context.slots).toBe(1);
  });
});

describe('a type that no supervisor knows', () => {
  test('stays queued, is listed as unknownType, and is told once', async () => {
    await using at = await pair();
    const stranger = heldBody({ type: 'stranger' });
    await using other = await world({
      tasks: [stranger.definition],
      store: at.store,
      clock: at.clock,
      run: false,
    });
    const kinds: string[] = [];
    void (async () => {
      for await (const event of at.worker.events()) if (event.kind === 'unknownType') kinds.push(event.type);
    })();
    const first = await other.supervisor.submit(stranger.definition);
    await other.supervisor.submit(stranger.definition);
    await at.web.submit(at.body.definition);
    await at.clock.advance(60_000);
    const unknown = await Array.fromAsync(at.worker.tasks({ unknownType: true }));
    expect(unknown.map(({ descriptionId }) => descriptionId)).toEqual(['stranger', 'stranger']);
    expect(await first.info()).toMatchObject({ state: 'queued' });
    expect(kinds).toEqual(['stranger']);
    expect(await (await at.worker.task(first.key)).cancel()).toBe('canceled');
  });

  test('is run by a supervisor that comes later and knows it', async () => {
    await using at = await pair();
    const stranger = heldBody({ type: 'stranger' });
    await using other = await world({
      tasks: [stranger.definition],
      store: at.store,
      clock: at.clock,
      run: false,
    });
    await other.supervisor.submit(stranger.definition);
    await quiet();
    await using late = await world({ tasks: [stranger.definition], store: at.store, clock: at.clock });
    await stranger.started();
    expect(late.supervisor.actor.getSnapshot().context.slots).toBe(1);
  });
});

describe('a body that lost its task', () => {
  /** What a supervisor does that takes a task for lost: it is queued again, and its fence has moved on. */
  async function losing() {
    const at = await pair();
    const task = await at.web.submit(at.body.definition);
    const run = await at.body.started();
    await quiet();
    const [record] = await at.store.records.read([task.key]);
    if (!record) throw new Error('Expected a record.');
    const { sequence, life } = record;
    const lost = { ...life, fence: life.fence + 1, worker: undefined, attemptStartedAt: undefined };
    const next: TaskRecord = { ...record, leaf: 'queued', sequence: sequence + 1, life: lost };
    const write = { kind: 'replace', record: next, sequence, fence: life.fence } as const;
    return {
      ...at,
      task,
      run,
      lose: () => at.store.records.commit([[write]], 'another worker', at.clock.now()),
    };
  }

  test('is aborted, and all that it says is refused', async () => {
    await using at = await losing();
    await at.worker.pause();
    await at.lose();
    await quiet();
    expect(at.run.signal.reason).toMatchObject({ name: 'Evicted' });
    const before = await at.task.info();
    await faultOf(() => at.run.task.updateProgress(50), 'NotSupported');
    await faultOf(() => at.run.task.setDescription('late'), 'NotSupported');
    await faultOf(() => at.run.task.setCancelable(false), 'NotSupported');
    at.run.resolve('late');
    await quiet();
    expect(await at.task.info()).toEqual(before);
    expect(at.worker.actor.getSnapshot().context.slots).toBe(0);
  });

  test('runs again, here too, once the old body is gone', async () => {
    await using at = await losing();
    await at.lose();
    await quiet();
    at.run.reject(at.run.signal.reason);
    await quiet();
    expect(at.body.runs.length).toBe(2);
    at.body.runs[1]?.resolve('second');
    await quiet();
    expect(await at.task.info()).toMatchObject({ state: 'success', result: 'second' });
  });
});
