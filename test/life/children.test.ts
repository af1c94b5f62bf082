import { describe, expect, test } from 'vitest';
import {
  type BodyContext,
  type TaskHandle,
  createSupervisor,
  defineTask,
  memoryStore,
} from '../../src/index.ts';
import { simulatedClock } from '../../src/testing/index.ts';
import { faultOf } from '../support/fault.ts';
import { quiet, standing } from '../support/quiet.ts';
import { stopAll, world } from '../support/world.ts';
import { after, familyWorld, held, told } from './stage.ts';

const twice = { maxAttempts: 2, backoff: after(10) };

describe('a structured child', () => {
  test('knows its parent and its root, and has its parent’s priority and reason', async () => {
    const body = held();
    await using at = await world({ tasks: [body.definition] });
    const root = await at.supervisor.submit(body.definition, 0, { priority: 3, initiatedBy: 'ann' });
    const child = await (await body.started(0)).task.spawn(body.definition, 1);
    const grandchild = await (await body.started(1)).task.spawn(body.definition, 2, { priority: 5 });
    const reason = { kind: 'user', userName: 'ann' };
    const rootTaskKey = root.key;
    expect(await child.info()).toMatchObject({ parentTaskKey: root.key, rootTaskKey, priority: 3, reason });
    expect(await grandchild.info()).toMatchObject({
      parentTaskKey: child.key,
      rootTaskKey,
      priority: 5,
      reason,
    });
  });

  test('gives its result to the body that awaits it', async () => {
    await using at = await familyWorld();
    const child = await at.run.task.spawn(at.child.definition, 'in');
    const run = await at.child.started();
    expect(run.input).toBe('in');
    run.resolve('out');
    expect(await child.result()).toBe('out');
  });

  test('that fails, fails the await of its result and nothing else', async () => {
    await using at = await familyWorld();
    const child = await at.run.task.spawn(at.child.definition);
    (await at.child.started()).reject(new Error('broken'));
    expect(await faultOf(child.result(), 'SystemError')).toMatchObject({ message: 'broken' });
    expect(at.run.signal.aborted).toBe(false);
    expect(await told(at.task)).toMatchObject({ state: 'running', cancelled: false });
    at.run.resolve('in spite of it');
    expect(await told(at.task)).toMatchObject({ state: 'success' });
  });

  test('is tried again by its own rules, and its parent joins that long', async () => {
    await using at = await familyWorld({ child: { retry: twice } });
    await at.run.task.spawn(at.child.definition);
    at.run.resolve();
    await quiet();
    at.child.runs[0]?.reject(new Error('again'));
    await at.clock.advance(10);
    expect(await told(at.task)).toMatchObject({ state: 'running' });
    at.child.runs[1]?.resolve();
    expect(await told(at.task)).toMatchObject({ state: 'success' });
  });
});

describe('a parent does not end before its children', () => {
  test('when it returns: it holds the result, and gives its end the time of the last child’s', async () => {
    await using at = await familyWorld();
    await at.run.task.spawn(at.child.definition);
    await at.run.task.spawn(at.child.definition);
    const ended = at.task.ended();
    at.run.resolve('held');
    await at.clock.advance(100);
    expect(await standing(ended)).toBe('pending');
    const info = await at.task.info();
    expect([info.state, info.result, info.completeTime]).toEqual(['running', undefined, undefined]);
    at.child.runs[0]?.resolve();
    await at.clock.advance(100);
    expect(await standing(ended)).toBe('pending');
    at.child.runs[1]?.reject(new Error('broken'));
    expect(await ended).toMatchObject({
      state: 'success',
      result: 'held',
      completeTime: new Date(at.clock.now()),
    });
  });

  test('when it rejects: it cancels them first, and ends with its own fault', async () => {
    await using at = await familyWorld();
    const child = await at.run.task.spawn(at.child.definition);
    const run = await at.child.started();
    at.run.reject(new TypeError('own'));
    await quiet();
    expect(run.signal.reason).toMatchObject({ name: 'RequestCanceled' });
    expect(await told(at.task)).toMatchObject({ state: 'running', cancelled: false });
    run.reject(run.signal.reason);
    expect(await told(child)).toMatchObject({ state: 'error', cancelled: true, fault: 'RequestCanceled' });
    expect(await told(at.task)).toMatchObject({ state: 'error', cancelled: false, fault: 'SystemError' });
  });

  test('when it is tried again: the next attempt waits for them', async () => {
    await using at = await familyWorld({ parent: { retry: twice } });
    await at.run.task.spawn(at.child.definition);
    const run = await at.child.started();
    at.run.reject(new Error('again'));
    await at.clock.advance(10_000);
    expect(run.signal.aborted).toBe(true);
    expect(at.parent.runs).toHaveLength(1);
    expect(await told(at.task)).toMatchObject({ state: 'running', attempt: 1 });
    run.reject(run.signal.reason);
    await at.clock.advance(10);
    expect(at.parent.runs[1]).toMatchObject({ attempt: 2 });
  });

  test('although one is not cancelable: it is waited for', async () => {
    await using at = await familyWorld({ child: { cancelable: false } });
    const child = await at.run.task.spawn(at.child.definition);
    const run = await at.child.started();
    expect(await at.task.cancel()).toBe('requested');
    at.run.reject(at.run.signal.reason);
    await quiet();
    expect(run.signal.aborted).toBe(false);
    expect(await told(at.task)).toMatchObject({ state: 'running', cancelled: true });
    run.resolve('finished');
    expect(await told(child)).toMatchObject({ state: 'success', cancelled: false });
    expect(await told(at.task)).toMatchObject({ state: 'error', fault: 'RequestCanceled' });
  });

  test('nor does a grandparent', async () => {
    const body = held();
    await using at = await world({ tasks: [body.definition] });
    const root = await at.supervisor.submit(body.definition);
    for (const depth of [0, 1, 2]) {
      const run = await body.started(depth);
      if (depth < 2) await run.task.spawn(body.definition);
    }
    body.runs[0]?.resolve();
    body.runs[1]?.resolve();
    expect(await told(root)).toMatchObject({ state: 'running' });
    body.runs[2]?.resolve();
    expect(await told(root)).toMatchObject({ state: 'success' });
  });

  test('nor does one that waits in the queue after an eviction, and it cascades its cancel', async () => {
    const store = memoryStore();
    const clock = simulatedClock();
    const at = await familyWorld({ store, clock });
    const child = await at.run.task.spawn(at.child.definition);
    const childRun = await at.child.started();
    const stopped = at.supervisor.stop({ waitMs: 0 });
    await clock.advance(0);
    at.run.reject(at.run.signal.reason);
    childRun.reject(childRun.signal.reason);
    await stopped;
    const tasks = [at.parent.definition, at.child.definition];
    const next = await createSupervisor({ tasks, store, clock, run: false });
    await (await next.task(at.task.key)).cancel();
    await quiet();
    const states = [(await at.task.info()).state, (await child.info()).state];
    await stopAll(clock, next);
    expect(states).toEqual(['error', 'error']);
  });
});

describe('a cancel of a parent', () => {
  test('asks all its structured children, also those that are queued, and their children', async () => {
    const body = held();
    await using at = await world({ tasks: [body.definition], concurrency: 4 });
    const root = await at.supervisor.submit(body.definition, 'root');
    const run = await body.started();
    const children = [await run.task.spawn(body.definition), await run.task.spawn(body.definition)];
    const grandchild = await (await body.started(1)).task.spawn(body.definition);
    const queued = await run.task.spawn(body.definition, 'late', { delayMs: 1_000_000 });
    await quiet();
    expect(await root.cancel()).toBe('requested');
    expect(await told(queued)).toMatchObject({ state: 'error', cancelled: true });
    for (const task of [...children, grandchild]) {
      expect(await told(task)).toMatchObject({ state: 'running', cancelled: true });
    }
    expect(body.runs.every(({ signal }) => signal.aborted)).toBe(true);
    for (const { reject, signal } of body.runs) reject(signal.reason);
    expect(await told(root)).toMatchObject({ state: 'error', fault: 'RequestCanceled' });
  });

  test('reaches more children than a store is asked for at a time', async () => {
    await using at = await familyWorld();
    const children = await Promise.all(
      Array.from({ length: 1_100 }, (_, index) =>
        at.run.task.spawn(at.child.definition, index, { delayMs: 1_000_000 }),
      ),
    );
    await at.task.cancel();
    at.run.reject(at.run.signal.reason);
    expect(await told(at.task)).toMatchObject({ state: 'error', fault: 'RequestCanceled' });
    expect(await told(children.at(-1) as TaskHandle)).toMatchObject({ cancelled: true });
  });

  test('reaches a child whose spawn was under way', async () => {
    await using at = await familyWorld();
    const spawning = at.run.task.spawn(at.child.definition);
    const canceling = at.task.cancel();
    const child = await spawning.then(
      (task) => task,
      (fault: unknown) => fault as Error,
    );
    await canceling;
    const answer = child instanceof Error ? child.name : (await told(child)).cancelled;
    expect(['RequestCanceled', true]).toContain(answer);
  });

  test('does not reach a detached child, and does not wait for it', async () => {
    await using at = await familyWorld();
    const child = await at.run.task.spawn(at.child.definition, 1, { detached: true });
    const run = await at.child.started();
    await at.task.cancel();
    at.run.reject(at.run.signal.reason);
    expect(await told(at.task)).toMatchObject({ state: 'error', fault: 'RequestCanceled' });
    expect(await told(child)).toMatchObject({ state: 'running', cancelled: false });
    expect((await child.info()).parentTaskKey).toBe(at.task.key);
    run.resolve('on its own');
    expect(await told(child)).toMatchObject({ state: 'success' });
  });

  test('does not reach a task that only names it as parent', async () => {
    await using at = await familyWorld();
    const linked = await at.supervisor.submit(at.child.definition, 1, { parentTaskKey: at.task.key });
    await at.task.cancel();
    at.run.reject(at.run.signal.reason);
    expect(await told(at.task)).toMatchObject({ state: 'error' });
    expect(await told(linked)).toMatchObject({ state: 'running', cancelled: false });
  });
});

test('a child that failed and was named is the same for the next attempt, which finds its fault', async () => {
  const child = held({ type: 'child' });
  const keys: string[] = [];
  const parent = defineTask({
    type: 'parent',
    retry: twice,
    async run({ task }: BodyContext) {
      const spawned = await task.spawn(child.definition, 1, { name: 'one' });
      keys.push(spawned.key);
      await spawned.result();
    },
  });
  await using at = await world({ tasks: [parent, child.definition] });
  const task = await at.supervisor.submit(parent);
  (await child.started()).reject(new Error('broken'));
  await at.clock.advance(10);
  expect(await told(task)).toMatchObject({ state: 'error', attempt: 2 });
  expect(new Set(keys).size).toBe(1);
  expect(child.runs).toHaveLength(1);
});
