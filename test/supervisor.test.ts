import { beforeEach, describe, expect, test, vi } from 'vitest';
import { type Supervisor, type TaskDefinition, createSupervisor, memoryStore } from '../src/index.ts';
import { simulatedClock } from '../src/testing/index.ts';
import { faultOf } from './support/fault.ts';
import { gatedStore } from './support/gated-store.ts';
import { cooperative, heldBody } from './support/held-body.ts';
import { quiet, settled, standing } from './support/quiet.ts';
import { heldWorld, stopAll, world } from './support/world.ts';

const stateOf = async (supervisor: Supervisor) =>
  (await Array.fromAsync(supervisor.tasks())).map(({ state, cancelled }) =>
    cancelled ? `${state}, asked` : state,
  );
// A supervisor that fails is warned of: here on purpose.
beforeEach(() => void vi.spyOn(process, 'emitWarning').mockImplementation(() => {}));

const leafOf = (supervisor: Supervisor) => supervisor.actor.getSnapshot().value as string;

describe('pause', () => {
  test('lets nothing new start, and what runs go on; resume takes it back', async () => {
    await using at = await heldWorld({ concurrency: 3 });
    await at.supervisor.pause();
    const second = await at.supervisor.submit(at.body.definition);
    await quiet();
    expect(at.body.runs.length).toBe(1);
    await at.run.task.updateProgress(10);
    at.run.resolve();
    expect(await at.task.ended()).toMatchObject({ state: 'success' });
    await quiet();
    expect([await second.info(), at.body.runs.length]).toMatchObject([{ state: 'queued' }, 1]);
    await at.supervisor.resume();
    await at.body.started(1);
    expect(await second.info()).toMatchObject({ state: 'running' });
  });

  test('of a type holds that type alone', async () => {
    const [a, b] = [heldBody({ type: 'a' }), heldBody({ type: 'b' })];
    await using at = await world({ tasks: [a.definition, b.definition] });
    await at.supervisor.pause('a');
    await at.supervisor.submit(a.definition);
    await at.supervisor.submit(b.definition);
    await quiet();
    expect([a.runs.length, b.runs.length]).toEqual([0, 1]);
    await at.supervisor.resume('b');
    await at.supervisor.resume();
    await quiet();
    expect(a.runs.length).toBe(0);
    await at.supervisor.resume('a');
    await quiet();
    expect(a.runs.length).toBe(1);
  });

  test('of all and of a type hold until both are taken back', async () => {
    const body = heldBody();
    await using at = await world({ tasks: [body.definition] });
    await at.supervisor.pause();
    await at.supervisor.pause('held');
    await at.supervisor.submit(body.definition);
    await at.supervisor.resume();
    await quiet();
    expect(body.runs.length).toBe(0);
    await at.supervisor.resume('held');
    await quiet();
    expect(body.runs.length).toBe(1);
  });

  test('once it has resolved, nothing that was queued before starts', async () => {
    const body = heldBody();
    await using at = await world({ tasks: [body.definition], concurrency: 1_000 });
    const submits = Array.from({ length: 50 }, () => at.supervisor.submit(body.definition));
    await at.supervisor.pause();
    const started = body.runs.length;
    await Promise.all(submits);
    await quiet();
    expect(body.runs.length).toBe(started);
  });

  test('is for every supervisor of a store, and for one that comes later', async () => {
    const body = heldBody();
    const store = memoryStore();
    await using one = await world({ tasks: [body.definition], store });
    await one.supervisor.pause('held');
    await using other = await world({ tasks: [body.definition], store });
    await other.supervisor.submit(body.definition);
    await quiet();
    expect(body.runs.length).toBe(0);
    await other.supervisor.resume('held');
    await quiet();
    expect(body.runs.length).toBe(1);
  });

  test('of a type whose name is * holds that type alone', async () => {
    const [star, other] = [heldBody({ type: '*' }), heldBody({ type: 'other' })];
    await using at = await world({ tasks: [star.definition, other.definition] });
    await at.supervisor.pause('*');
    await at.supervisor.submit(other.definition);
    await quiet();
    expect(other.runs.length).toBe(1);
  });
});

describe('idle', () => {
  test('resolves at once where nothing is queued or running', async () => {
    await using at = await world();
    expect(await standing(at.supervisor.idle())).toBe('fulfilled');
  });

  test('waits for what runs and for what is queued, delayed and created tasks included', async () => {
    await using at = await heldWorld({ concurrency: 1 });
    const idle = at.supervisor.idle();
    await at.supervisor.submit(at.body.definition, 2, { delayMs: 1_000 });
    const created = await at.supervisor.createTask({ type: 'created', cancelable: true });
    at.run.resolve();
    expect(await standing(idle)).toBe('pending');
    await at.clock.advance(1_000);
    (await at.body.started(1)).reject(new Error('no'));
    expect(await standing(idle)).toBe('pending');
    await created.cancel();
    expect(await standing(idle)).toBe('fulfilled');
  });

  test('rejects with SupervisorStopped when the supervisor stops before, and after', async () => {
    const at = await heldWorld();
    const idle = faultOf(at.supervisor.idle(), 'SupervisorStopped');
    await stopAll(at.clock, at.supervisor);
    await idle;
    await faultOf(at.supervisor.idle(), 'SupervisorStopped');
  });

  test('resolves however slowly the store counts', async () => {
    const store = gatedStore();
    await using at = await heldWorld({ store });
    store.hold('counts');
    const idle = at.supervisor.idle();
    await quiet();
    at.run.resolve();
    await at.task.ended();
    store.release();
    expect(await standing(idle)).toBe('fulfilled');
  });
});

describe('drain', () => {
  test('refuses new roots, lets what runs end, leaves the rest queued, and stops', async () => {
    const at = await heldWorld({ concurrency: 1 });
    const queued = await at.supervisor.submit(at.body.definition);
    const waiting = faultOf(queued.result(), 'SupervisorStopped');
    const draining = at.supervisor.drain();
    await quiet();
    expect(leafOf(at.supervisor)).toBe('draining.finishing');
    await faultOf(at.supervisor.submit(at.body.definition), 'SupervisorStopped');
    await faultOf(at.supervisor.createTask({ type: 'created', cancelable: true }), 'SupervisorStopped');
    await at.task.updateProgress(50);
    await at.clock.advance(3_600_000);
    expect(at.run.signal.aborted).toBe(false);
    expect(await standing(draining)).toBe('pending');
    at.run.resolve('done');
    await draining;
    await waiting;
    expect(await at.task.result()).toBe('done');
    expect(await stateOf(at.supervisor)).toEqual(['success', 'queued']);
    expect(leafOf(at.supervisor)).toBe('stopped');
  });

  test('starts no root in a slot that becomes free', async () => {
    const at = await heldWorld({ concurrency: 2 });
    const second = await at.supervisor.submit(at.body.definition);
    const third = await at.supervisor.submit(at.body.definition);
    const run = await at.body.started(1);
    const draining = at.supervisor.drain();
    at.run.resolve();
    await quiet();
    expect([at.body.runs.length, await standing(draining)]).toEqual([2, 'pending']);
    run.resolve();
    await draining;
    expect([await second.info(), await third.info()]).toMatchObject([
      { state: 'success' },
      { state: 'queued' },
    ]);
  });

  test('with nothing to wait for stops at once; again, it resolves as well', async () => {
    const { supervisor } = await world();
    expect(await standing(supervisor.drain())).toBe('fulfilled');
    expect(await standing(supervisor.drain())).toBe('fulfilled');
    expect(await standing(supervisor.stop())).toBe('fulfilled');
  });

  test('is hastened by a stop', async () => {
    const at = await heldWorld({ tasks: [cooperative()] });
    const draining = at.supervisor.drain();
    const stopping = at.supervisor.stop({ waitMs: 100 });
    at.run.signal.addEventListener('abort', () => at.run.reject(at.run.signal.reason));
    await at.clock.advance(100);
    expect([await standing(draining), await standing(stopping)]).toEqual(['fulfilled', 'fulfilled']);
    expect(await stateOf(at.supervisor)).toEqual(['queued']);
  });
});

describe('a supervisor whose store can no longer be written', () => {
  async function failed() {
    const store = gatedStore();
    const at = await heldWorld({ store, storeRetryMs: 1_000 });
    return { ...at, store };
  }

  test('fails when that lasts longer than storeRetryMs: bodies abort, and calls reject with StoreFailed', async () => {
    const at = await failed();
    const waiting = faultOf(at.task.result(), 'StoreFailed');
    at.store.fail(new Error('disk full'));
    const update = faultOf(at.task.updateProgress(1), 'StoreFailed');
    await at.clock.advance(999);
    expect(leafOf(at.supervisor)).toBe('running');
    await at.clock.advance(1);
    await Promise.all([update, waiting]);
    expect(leafOf(at.supervisor)).toBe('failed');
    expect(at.run.signal.reason).toMatchObject({ name: 'StoreFailed' });
    await faultOf(at.supervisor.submit(at.body.definition), 'StoreFailed');
    at.run.reject(at.run.signal.reason);
    expect(await standing(at.supervisor.stop())).toBe('fulfilled');
  });

  test('tells whoever drains it', async () => {
    const at = await failed();
    const draining = at.supervisor.drain();
    draining.catch(() => {});
    at.store.fail(new Error('disk full'));
    at.task.updateProgress(1).catch(() => {});
    await at.clock.advance(1_000);
    expect(await settled(draining)).toMatchObject({ name: 'StoreFailed' });
    expect(await settled(at.supervisor.drain())).toMatchObject({ name: 'StoreFailed' });
  });
});

test('a supervisor that is not to run starts nothing', async () => {
  const body = heldBody();
  await using at = await world({ tasks: [body.definition], run: false });
  const task = await at.supervisor.submit(body.definition);
  await at.clock.advance(60_000);
  expect(body.runs.length).toBe(0);
  expect(await task.cancel()).toBe('canceled');
});

test('two definitions of one type, or a type given twice, make no supervisor', async () => {
  const body = heldBody();
  const clock = simulatedClock();
  const twice: TaskDefinition<unknown>[] = [body.definition, body.definition];
  await faultOf(createSupervisor({ tasks: twice, clock }), 'InvalidArgument');
  await faultOf(
    createSupervisor({ tasks: [body.definition, heldBody().definition], clock }),
    'InvalidArgument',
  );
});
