import { beforeEach, describe, expect, test, vi } from 'vitest';
import { createSupervisor } from '../src/index.ts';
import { faultOf } from './support/fault.ts';
import { gatedStore } from './support/gated-store.ts';
import { cooperative, heldBody } from './support/held-body.ts';
import { quiet, settled, standing } from './support/quiet.ts';
import { heldWorld, stopAll, world } from './support/world.ts';

// A supervisor that fails is warned of: here on purpose.
beforeEach(() => void vi.spyOn(process, 'emitWarning').mockImplementation(() => {}));

async function cooperativeWorld() {
  const definition = cooperative();
  const at = await world({ tasks: [definition] });
  const task = await at.supervisor.submit(definition);
  await quiet();
  return { ...at, task };
}

describe('stop', () => {
  test('with nothing running settles at once, and ends the actor', async () => {
    const { supervisor } = await world();
    expect(await standing(supervisor.stop())).toBe('fulfilled');
    expect(supervisor.actor.getSnapshot()).toMatchObject({ status: 'done', value: 'stopped' });
  });

  test('leaves queued tasks as they are', async () => {
    const body = heldBody();
    const at = await world({ tasks: [body.definition], run: false });
    const task = await at.supervisor.submit(body.definition);
    const before = await task.info();
    expect(await standing(at.supervisor.stop())).toBe('fulfilled');
    expect(await task.info()).toEqual(before);
  });

  test('settles as soon as the last body has ended by itself', async () => {
    const at = await heldWorld();
    const stopping = at.supervisor.stop();
    await at.clock.advance(4_000);
    expect([at.run.signal.aborted, await standing(stopping)]).toEqual([false, 'pending']);
    at.run.resolve('done');
    expect(await standing(stopping)).toBe('fulfilled');
    expect(await at.task.info()).toMatchObject({ state: 'success', result: 'done' });
  });

  test('evicts what still runs after waitMs, by default 5,000, and no earlier', async () => {
    const at = await cooperativeWorld();
    const stopping = at.supervisor.stop();
    await at.clock.advance(4_999);
    expect(await at.task.info()).toMatchObject({ state: 'running' });
    await at.clock.advance(1);
    expect(await standing(stopping)).toBe('fulfilled');
    expect(await at.task.info()).toMatchObject({
      state: 'queued',
      attempt: 1,
      attempts: [],
      cancelled: false,
    });
  });

  test('settles at the latest graceMs after that, and leaves running what ignores its abort', async () => {
    const at = await heldWorld();
    const waiting = faultOf(at.task.result(), 'SupervisorStopped');
    const stopping = at.supervisor.stop({ waitMs: 1_000 });
    await at.clock.advance(1_000);
    expect(at.run.signal.reason).toMatchObject({ name: 'Evicted' });
    await at.clock.advance(4_999);
    expect(await standing(stopping)).toBe('pending');
    await at.clock.advance(1);
    expect(await standing(stopping)).toBe('fulfilled');
    expect(await at.task.info()).toMatchObject({ state: 'running', cancelled: false });
    await waiting;
  });

  test.for<[string, 'resolve' | 'reject', object]>([
    ['returns', 'resolve', { state: 'success', result: 'late' }],
    ['rejects', 'reject', { state: 'queued', attempts: [] }],
  ])('still records the end of a body that %s after it', async ([, end, info]) => {
    const at = await heldWorld();
    await stopAll(at.clock, at.supervisor);
    at.run[end]('late');
    await quiet();
    expect(await at.task.info()).toMatchObject(info);
    expect(at.supervisor.actor.getSnapshot()).toMatchObject({ status: 'done', context: { slots: 0 } });
  });

  test('waits for the longest grace of those that run, and for no other', async () => {
    const [short, long] = [
      heldBody({ type: 'short', graceMs: 10 }),
      heldBody({ type: 'long', graceMs: 700 }),
    ];
    const at = await world({ tasks: [short.definition, long.definition] });
    await at.supervisor.submit(short.definition);
    await at.supervisor.submit(long.definition);
    await quiet();
    const stopping = at.supervisor.stop({ waitMs: 0 });
    await at.clock.advance(699);
    expect(await standing(stopping)).toBe('pending');
    await at.clock.advance(1);
    expect(await standing(stopping)).toBe('fulfilled');
  });

  test.for<[string, number | undefined, number]>([
    ['without waitMs: at once', undefined, 0],
    ['with a shorter waitMs', 100, 100],
    ['with a longer waitMs: not at all', 50_000, 5_000],
  ])('is hastened by a second call, %s', async ([, waitMs, evictedAfterMs]) => {
    const at = await cooperativeWorld();
    const first = at.supervisor.stop();
    await quiet();
    const second = at.supervisor.stop(waitMs === undefined ? {} : { waitMs });
    await at.clock.advance(Math.max(0, evictedAfterMs - 1));
    expect(await standing(first)).toBe(evictedAfterMs > 0 ? 'pending' : 'fulfilled');
    await at.clock.advance(1);
    expect([await standing(first), await standing(second)]).toEqual(['fulfilled', 'fulfilled']);
  });

  test('that is asked for again while bodies ignore their abort, waits for them no longer', async () => {
    const at = await heldWorld();
    const first = at.supervisor.stop({ waitMs: 0 });
    await at.clock.advance(1);
    expect(await standing(first)).toBe('pending');
    const second = at.supervisor.stop();
    await at.clock.advance(0);
    expect([await standing(first), await standing(second)]).toEqual(['fulfilled', 'fulfilled']);
    expect(await standing(at.supervisor.stop())).toBe('fulfilled');
  });

  test.for([-1, NaN, '5' as never, null as never])(
    'with waitMs %s is InvalidArgument, and stops nothing',
    async (waitMs) => {
      await using at = await world();
      await faultOf(at.supervisor.stop({ waitMs }), 'InvalidArgument');
      expect(at.supervisor.actor.getSnapshot().value).toBe('running');
    },
  );

  test('is what await using does', async () => {
    let supervisor;
    {
      await using one = await createSupervisor({ tasks: [] });
      supervisor = one;
    }
    expect(supervisor.actor.getSnapshot().status).toBe('done');
  });

  test('ends the events', async () => {
    const { supervisor } = await world();
    const reading = Array.fromAsync(supervisor.events());
    await supervisor.stop();
    expect((await reading).filter(({ kind }) => kind === 'supervisor')).toMatchObject([
      { state: 'draining.closing' },
      { state: 'stopped' },
    ]);
    expect(await Array.fromAsync(supervisor.events())).toEqual([]);
  });

  test('leaves no timer behind', async () => {
    const at = await cooperativeWorld();
    await stopAll(at.clock, at.supervisor);
    expect(at.clock.pending).toBe(0);
  });

  test('settles although the store does not answer', async () => {
    const store = gatedStore();
    const at = await heldWorld({ store });
    store.hold('commit', 'read');
    const update = at.task.updateProgress(1);
    update.catch(() => {});
    const stopping = at.supervisor.stop({ waitMs: 100 });
    await at.clock.advance(5_100);
    expect(await standing(stopping)).toBe('fulfilled');
    expect(await settled(update)).toMatchObject({ name: 'SupervisorStopped' });
  });

  test('settles although nothing runs and the store does not answer', async () => {
    const store = gatedStore();
    const at = await world({ store });
    store.hold('commit');
    const creating = at.supervisor.createTask({ type: 'created', cancelable: true });
    creating.catch(() => {});
    await quiet();
    const stopping = at.supervisor.stop({ waitMs: 100 });
    await at.clock.advance(100_000);
    expect(await standing(stopping)).toBe('fulfilled');
    expect(await standing(creating)).toBe('rejected');
  });

  test('starts nothing: no body begins once it was called', async () => {
    const store = gatedStore();
    const body = heldBody();
    const at = await world({ tasks: [body.definition], store });
    store.hold('commit');
    const submitting = at.supervisor.submit(body.definition);
    submitting.catch(() => {});
    await quiet();
    const stopping = at.supervisor.stop({ waitMs: 0 });
    store.release();
    await at.clock.advance(10_000);
    await stopping;
    expect(body.runs.length).toBe(0);
  });

  test('starts nothing, also when a claim is on its way', async () => {
    const store = gatedStore();
    const body = heldBody();
    const at = await world({ tasks: [body.definition], store });
    store.hold('commit');
    const submitting = at.supervisor.submit(body.definition);
    await quiet();
    store.release();
    store.hold('commit');
    await submitting;
    await quiet();
    expect(store.held).toBe(1); // that of the claim
    const stopping = at.supervisor.stop({ waitMs: 0 });
    await quiet();
    store.release();
    await at.clock.advance(10_000);
    await stopping;
    expect(body.runs.length).toBe(0);
  });

  test('runs no body a second time, whatever was on its way to the store', async () => {
    const store = gatedStore();
    const at = await heldWorld({ store });
    store.hold('commit');
    at.run.task.updateProgress(1);
    await quiet();
    at.run.resolve('done');
    const stopping = at.supervisor.stop({ waitMs: 0 });
    await at.clock.advance(10_000);
    await stopping;
    store.release();
    await quiet();
    expect(at.body.runs.length).toBe(1);
  });

  test('loses no end of a body that waits behind another commit', async () => {
    const store = gatedStore();
    const at = await heldWorld({ store });
    store.hold('commit');
    at.run.task.updateProgress(1);
    await quiet();
    at.run.resolve('done');
    const stopping = at.supervisor.stop({ waitMs: 0 });
    await at.clock.advance(10_000);
    await stopping;
    store.release();
    await quiet();
    expect(await at.task.info()).toMatchObject({ state: 'success', result: 'done' });
  });
});
