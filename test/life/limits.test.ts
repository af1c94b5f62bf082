import { describe, expect, test, vi } from 'vitest';
import { createSupervisor, defineTask, memoryStore } from '../../src/index.ts';
import { simulatedClock } from '../../src/testing/index.ts';
import { answerOf } from '../support/fault.ts';
import { gatedStore } from '../support/gated-store.ts';
import { quiet } from '../support/quiet.ts';
import { stopAll, world } from '../support/world.ts';
import { abortsOf, after, familyWorld, held, listen, told } from './stage.ts';

describe('the time of an attempt', () => {
  test('starts with the attempt, and at its end the signal aborts with Timedout', async () => {
    const body = held({ timeoutMs: 1_000 });
    await using at = await world({ tasks: [body.definition] });
    await at.supervisor.pause();
    const task = await at.supervisor.submit(body.definition);
    await at.clock.advance(5_000);
    await at.supervisor.resume();
    const { signal, reject } = await body.started();
    await at.clock.advance(999);
    expect(signal.aborted).toBe(false);
    await at.clock.advance(1);
    expect(signal.reason).toMatchObject({ name: 'Timedout' });
    expect(await told(task)).toMatchObject({ state: 'running', cancelled: false });
    reject(signal.reason);
    expect(await told(task)).toMatchObject({ state: 'error', fault: 'Timedout' });
  });

  test('is each attempt’s own', async () => {
    const body = held({ timeoutMs: 1_000, retry: { maxAttempts: 3, backoff: after(500) } });
    await using at = await world({ tasks: [body.definition] });
    const task = await at.supervisor.submit(body.definition);
    await at.clock.advance(1_000);
    body.runs[0]?.reject(body.runs[0].signal.reason);
    await at.clock.advance(500);
    await at.clock.advance(999);
    expect(body.runs.map(({ signal }) => signal.aborted)).toEqual([true, false]);
    body.runs[1]?.resolve('in time');
    const info = await task.ended();
    expect(info).toMatchObject({ state: 'success', attempt: 2 });
    expect(info.attempts[0]?.fault?.fault.name).toBe('Timedout');
    await at.clock.advance(10_000);
    expect(body.runs[1]?.signal.aborted).toBe(false);
  });

  test('is not over for a parent that joins', async () => {
    await using at = await familyWorld({ parent: { timeoutMs: 1_000 } });
    await at.run.task.spawn(at.child.definition);
    at.run.resolve('held');
    await at.clock.advance(5_000);
    at.child.runs[0]?.resolve();
    expect(await told(at.task)).toMatchObject({ state: 'success' });
  });

  test('is over for a parent that awaits its child', async () => {
    const child = held({ type: 'child' });
    const parent = defineTask({
      type: 'parent',
      timeoutMs: 1_000,
      run: async ({ task }) => (await task.spawn(child.definition)).result(),
    });
    await using at = await world({ tasks: [parent, child.definition] });
    const task = await at.supervisor.submit(parent);
    await at.clock.advance(1_000);
    const { signal, reject } = await child.started();
    expect(signal.aborted).toBe(true);
    reject(signal.reason);
    expect(await told(task)).toMatchObject({ state: 'error', fault: 'Timedout' });
  });

  test('is not delayed by a wall clock that is set back', async () => {
    const body = held({ timeoutMs: 1_000 });
    await using at = await world({ tasks: [body.definition] });
    await at.supervisor.pause();
    await at.supervisor.submit(body.definition);
    at.clock.setWall(at.clock.now() - 3_600_000);
    await at.supervisor.resume();
    await at.clock.advance(1_000);
    expect((await body.started()).signal.aborted).toBe(true);
  });

  test('does not start twice, however often the task changes', async () => {
    const body = held({ timeoutMs: 1_000 });
    await using at = await world({ tasks: [body.definition] });
    await at.supervisor.submit(body.definition);
    const run = await body.started();
    for (let ms = 0; ms < 1_000; ms += 100) {
      await run.task.setDescription(`after ${ms}`);
      expect(run.signal.aborted).toBe(false);
      await at.clock.advance(100);
    }
    expect(run.signal.aborted).toBe(true);
  });
});

describe('the deadline of a task', () => {
  test('ends it where it is queued, and no attempt ever starts', async () => {
    const body = held({ deadlineMs: 1_000 });
    await using at = await world({ tasks: [body.definition] });
    await at.supervisor.pause();
    const task = await at.supervisor.submit(body.definition);
    const { deadline } = await task.info();
    expect(deadline).toEqual(new Date(at.clock.now() + 1_000));
    await at.clock.advance(999);
    expect(await told(task)).toMatchObject({ state: 'queued' });
    await at.clock.advance(1);
    const info = await task.ended();
    expect(info).toMatchObject({ state: 'error', cancelled: false, error: { fault: { name: 'Timedout' } } });
    expect([info.startTime, info.completeTime]).toEqual([undefined, deadline]);
    await at.supervisor.resume();
    await quiet();
    expect(body.runs).toHaveLength(0);
  });

  test('aborts the attempt that runs, and none follows', async () => {
    const body = held({ deadlineMs: 1_000, timeoutMs: 800, retry: { maxAttempts: 9, backoff: after(100) } });
    await using at = await world({ tasks: [body.definition] });
    const task = await at.supervisor.submit(body.definition);
    await at.clock.advance(800);
    body.runs[0]?.reject(body.runs[0].signal.reason);
    await at.clock.advance(199);
    expect(body.runs[1]?.signal.aborted).toBe(false);
    await at.clock.advance(1);
    expect(body.runs[1]?.signal.reason).toMatchObject({ name: 'Timedout' });
    body.runs[1]?.reject(body.runs[1].signal.reason);
    expect(await told(task)).toMatchObject({ state: 'error', fault: 'Timedout', attempt: 2 });
  });

  test('lets no attempt wait beyond it: the task ends with the fault that it has', async () => {
    const body = held({ deadlineMs: 1_000, retry: { maxAttempts: 9, backoff: after(600) } });
    await using at = await world({ tasks: [body.definition] });
    const task = await at.supervisor.submit(body.definition);
    (await body.started()).reject(new Error('first'));
    await at.clock.advance(600);
    body.runs[1]?.reject(new Error('second'));
    expect(await told(task)).toMatchObject({ state: 'error', fault: 'SystemError', attempt: 2 });
  });

  test('ends a task that waits for its next attempt, and for a slot', async () => {
    const body = held({ deadlineMs: 1_000, retry: { maxAttempts: 9, backoff: after(600) } });
    const other = held({ type: 'other' });
    await using at = await world({ tasks: [body.definition, other.definition], concurrency: 1 });
    const task = await at.supervisor.submit(body.definition);
    await at.supervisor.submit(other.definition);
    (await body.started()).reject(new Error('first'));
    await at.clock.advance(1_000);
    expect(await told(task)).toMatchObject({ state: 'error', fault: 'Timedout', attempt: 2 });
    expect(body.runs).toHaveLength(1);
  });

  test('is the definition’s, unless the submit says another', async () => {
    const body = held({ deadlineMs: 1_000 });
    await using at = await world({ tasks: [body.definition] });
    const task = await at.supervisor.submit(body.definition, 1, { deadlineMs: 50 });
    expect((await task.info()).deadline).toEqual(new Date(at.clock.now() + 50));
    for (const deadlineMs of [0, -1, NaN])
      expect(await answerOf(() => at.supervisor.submit(body.definition, 1, { deadlineMs }))).toBe(
        'InvalidArgument',
      );
  });

  test('passes while no supervisor is there, and the next one ends the task', async () => {
    const store = memoryStore();
    const clock = simulatedClock();
    const body = held({ deadlineMs: 1_000 });
    const tasks = [body.definition];
    const first = await createSupervisor({ tasks, store, clock, run: false });
    const { key } = await first.submit(body.definition);
    await first.stop();
    await clock.advance(5_000);
    const second = await createSupervisor({ tasks, store, clock, run: false });
    await clock.advance(0);
    expect(await told(await second.task(key))).toMatchObject({ state: 'error', fault: 'Timedout' });
    await stopAll(clock, second);
  });

  test('that is endless is none', async () => {
    const body = held({ deadlineMs: Infinity });
    await using at = await world({ tasks: [body.definition] });
    expect((await (await at.supervisor.submit(body.definition)).info()).deadline).toBeUndefined();
  });

  test('starts no attempt when it passed while a parent joined for its retry', async () => {
    await using at = await familyWorld({
      parent: { deadlineMs: 1_000, retry: { maxAttempts: 2, backoff: after(1) } },
      child: { cancelable: false },
    });
    await at.run.task.spawn(at.child.definition);
    at.run.reject(new Error('again'));
    await at.clock.advance(2_000);
    at.child.runs[0]?.resolve();
    await at.clock.advance(1);
    expect(at.parent.runs).toHaveLength(1);
    expect(await told(at.task)).toMatchObject({ state: 'error' });
  });
});

describe('a body that does not end within its grace', () => {
  test('is called unresponsive from then on, once, and keeps its state and its slot', async () => {
    const body = held({ graceMs: 100 });
    await using at = await world({ tasks: [body.definition], concurrency: 1 });
    const events = listen(at.supervisor);
    const task = await at.supervisor.submit(body.definition);
    await at.supervisor.submit(body.definition);
    const run = await body.started();
    await task.cancel();
    const askedAt = at.clock.now();
    await at.clock.advance(99);
    expect((await task.info()).unresponsiveSince).toBeUndefined();
    await at.clock.advance(1);
    const since = new Date(askedAt + 100);
    expect(await task.info()).toMatchObject({ state: 'running', unresponsiveSince: since });
    await at.clock.advance(100_000);
    expect(events.filter(({ kind }) => kind === 'unresponsive')).toMatchObject([{ key: task.key, since }]);
    expect(body.runs).toHaveLength(1);
    const counters = () => at.supervisor.actor.getSnapshot().context;
    expect(counters()).toMatchObject({ slots: 1, unresponsive: 1 });
    run.resolve();
    expect(await told(task)).toMatchObject({ state: 'success', cancelled: true });
    await quiet();
    expect(counters()).toMatchObject({ slots: 1, unresponsive: 0 });
  });

  test('has no more grace when another cause is added', async () => {
    const body = held({ timeoutMs: 1_000, graceMs: 100 });
    await using at = await world({ tasks: [body.definition] });
    const task = await at.supervisor.submit(body.definition);
    const aborts = abortsOf(await body.started());
    await at.clock.advance(1_050);
    await task.cancel();
    await at.clock.advance(50);
    expect((await task.info()).unresponsiveSince).toEqual(new Date(at.clock.now()));
    expect(aborts).toEqual(['Timedout']);
  });

  test('and one that ends in time is never called so', async () => {
    const body = held({ graceMs: 100, retry: { maxAttempts: 2, backoff: after(10) }, timeoutMs: 1_000 });
    await using at = await world({ tasks: [body.definition] });
    const events = listen(at.supervisor);
    const task = await at.supervisor.submit(body.definition);
    await at.clock.advance(1_099);
    body.runs[0]?.reject(body.runs[0].signal.reason);
    await at.clock.advance(900);
    expect((await task.info()).unresponsiveSince).toBeUndefined();
    expect(events.some(({ kind }) => kind === 'unresponsive')).toBe(false);
  });

  test('is called so where the supervisor stops, too', async () => {
    const body = held({ graceMs: 100 });
    await using at = await world({ tasks: [body.definition] });
    const events = listen(at.supervisor);
    await at.supervisor.submit(body.definition);
    await body.started();
    at.supervisor.stop({ waitMs: 0 }).catch(() => {});
    await at.clock.advance(1_000);
    expect(events.some(({ kind }) => kind === 'unresponsive')).toBe(true);
  });
});

describe('after a supervisor has stopped', () => {
  test('the end of a body that ignored it sets no timer, and nothing expires', async () => {
    const body = held({ graceMs: 10, deadlineMs: 1_000 });
    const clock = simulatedClock();
    const supervisor = await createSupervisor({ tasks: [body.definition], clock });
    const task = await supervisor.submit(body.definition);
    const run = await body.started();
    const stopped = supervisor.stop({ waitMs: 0 });
    await clock.advance(10);
    await stopped;
    run.reject(run.signal.reason);
    expect(await told(task)).toMatchObject({ state: 'queued' });
    await clock.advance(10_000);
    expect(await told(task)).toMatchObject({ state: 'queued' });
  });

  test('the end of a body that ignored it writes nothing to the console', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    try {
      const body = held({ graceMs: 10 });
      const clock = simulatedClock();
      const supervisor = await createSupervisor({ tasks: [body.definition], clock });
      await supervisor.submit(body.definition);
      await supervisor.submit(body.definition);
      const runs = [await body.started(0), await body.started(1)];
      const stopped = supervisor.stop({ waitMs: 0 });
      await clock.advance(10);
      await stopped;
      for (const run of runs) run.resolve();
      await quiet();
      expect(warn.mock.calls).toEqual([]);
    } finally {
      warn.mockRestore();
    }
  });

  test('no timer is left, not even one in the background', async () => {
    const clock = simulatedClock();
    const supervisor = await createSupervisor({ tasks: [], clock, store: gatedStore() });
    await (await supervisor.createTask({ type: 'made', cancelable: true })).setState('success');
    await quiet();
    await supervisor.stop();
    expect(clock.pending).toBe(0);
  });
});
