import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  type BodyContext,
  type SpawnOptions,
  createSupervisor,
  defineTask,
  memoryStore,
} from '../../src/index.ts';
import { simulatedClock } from '../../src/testing/index.ts';
import { faultOf } from '../support/fault.ts';
import { quiet, standing } from '../support/quiet.ts';
import { unhandled } from '../support/unhandled.ts';
import { stopAll, world } from '../support/world.ts';
import { after, familyWorld, held, told } from './stage.ts';

describe('a named child', () => {
  test('is there once, however often and however fast it is spawned', async () => {
    await using at = await familyWorld();
    const spawn = () => at.run.task.spawn(at.child.definition, 1, { name: 'one' });
    const [first, ...others] = await Promise.all([spawn(), spawn(), spawn()]);
    others.push(await spawn());
    expect(others.map(({ key }) => key)).toEqual(Array(3).fill(first.key));
    await quiet();
    expect(at.child.runs).toHaveLength(1);
    expect((await at.record(at.task)).children).toMatchObject({ open: 1, weight: 1 });
  });

  test('is the same for the next attempt, with its result', async () => {
    await using at = await familyWorld({ parent: { retry: { maxAttempts: 2, backoff: after(10) } } });
    const first = await at.run.task.spawn(at.child.definition, 1, { name: 'one' });
    (await at.child.started()).resolve('out');
    await first.ended();
    at.run.reject(new Error('again'));
    await at.clock.advance(10);
    const second = await at.parent.runs[1]?.task.spawn(at.child.definition, 1, { name: 'one' });
    expect(second?.key).toBe(first.key);
    expect(await second?.result()).toBe('out');
    expect(at.child.runs).toHaveLength(1);
  });

  test('is the same after an eviction, in the next supervisor', async () => {
    const store = memoryStore();
    const clock = simulatedClock();
    const at = await familyWorld({ store, clock });
    const first = await at.run.task.spawn(at.child.definition, 1, { name: 'one' });
    const run = await at.child.started();
    const stopped = at.supervisor.stop({ waitMs: 0 });
    await clock.advance(0);
    at.run.reject(at.run.signal.reason);
    run.reject(run.signal.reason);
    await stopped;
    const next = await createSupervisor({ tasks: [at.parent.definition, at.child.definition], store, clock });
    const second = await (await at.parent.started(1)).task.spawn(at.child.definition, 1, { name: 'one' });
    expect(second.key).toBe(first.key);
    await at.child.started(1);
    at.child.runs[1]?.resolve('out');
    expect(await second.result()).toBe('out');
    at.parent.runs[1]?.resolve();
    await stopAll(clock, next);
  });

  test('is another for another parent, and for another name', async () => {
    const body = held();
    await using at = await world({ tasks: [body.definition] });
    await at.supervisor.submit(body.definition);
    await at.supervisor.submit(body.definition);
    const [one, two] = [await body.started(0), await body.started(1)];
    const spawned = await Promise.all([
      one.task.spawn(body.definition, 1, { name: 'a' }),
      two.task.spawn(body.definition, 1, { name: 'a' }),
      one.task.spawn(body.definition, 1, { name: 'b' }),
    ]);
    expect(new Set(spawned.map(({ key }) => key)).size).toBe(3);
  });

  test('of another type under a name that is taken is InvalidArgument', async () => {
    await using at = await familyWorld();
    await at.run.task.spawn(at.child.definition, 1, { name: 'one' });
    const fault = await faultOf(
      at.run.task.spawn(at.parent.definition, 1, { name: 'one' }),
      'InvalidArgument',
    );
    expect(fault).toMatchObject({ invalidProperty: 'name' });
  });
});

test('children without a name are as many as were spawned', async () => {
  await using at = await familyWorld();
  const spawn = () => at.run.task.spawn(at.child.definition, 1);
  const spawned = await Promise.all([spawn(), spawn(), spawn()]);
  expect(new Set(spawned.map(({ key }) => key)).size).toBe(3);
  expect((await at.record(at.task)).children).toMatchObject({ open: 3, weight: 3 });
});

describe('a spawn is refused', () => {
  test.for([
    ['canceling', 'RequestCanceled'],
    ['expiring', 'Timedout'],
  ] as const)('in %s with %s, and there is no child', async ([substate, name]) => {
    await using at = await familyWorld({ parent: { timeoutMs: 1_000 } });
    if (substate === 'canceling') await at.task.cancel();
    else await at.clock.advance(1_000);
    expect((await at.record(at.task)).leaf).toBe(`running.${substate}`);
    await faultOf(at.run.task.spawn(at.child.definition), name);
    expect((await at.record(at.task)).children?.open ?? 0).toBe(0);
  });

  test('in evicting with Evicted, and there is no child', async () => {
    await using at = await familyWorld();
    at.supervisor.stop({ waitMs: 0 }).catch(() => {});
    await at.clock.advance(0);
    expect((await at.record(at.task)).leaf).toBe('running.evicting');
    await faultOf(at.run.task.spawn(at.child.definition), 'Evicted');
    expect((await at.record(at.task)).children?.open ?? 0).toBe(0);
  });

  test('to a body that ended, with InvalidState once the task is final', async () => {
    await using at = await familyWorld();
    at.run.resolve();
    await at.task.ended();
    await faultOf(at.run.task.spawn(at.child.definition), 'InvalidState');
  });

  test('to a body that ended, with NotSupported while its task joins', async () => {
    await using at = await familyWorld();
    await at.run.task.spawn(at.child.definition);
    at.run.resolve();
    await quiet();
    await faultOf(at.run.task.spawn(at.child.definition), 'NotSupported');
  });

  test.for<SpawnOptions>([
    { name: '' },
    { weight: -1 },
    { weight: Infinity },
    { weight: NaN },
    { detached: 1 as never },
    { delayMs: -1 },
    { deadlineMs: 0 },
    { priority: 0.5 },
    { initiatedBy: 'ann' } as never,
    { idempotencyKey: 'one' } as never,
  ])('with %j as InvalidArgument', async (options) => {
    await using at = await familyWorld();
    await faultOf(at.run.task.spawn(at.child.definition, 1, options), 'InvalidArgument');
    expect((await at.record(at.task)).children).toBeUndefined();
  });

  test('of a definition that the supervisor was not given, and of input that its schema refuses', async () => {
    const numbers = defineTask({ type: 'numbers', input: z.number(), run: ({ input }) => input });
    const unknown = defineTask({ type: 'unknown', run: () => 1 });
    await using at = await familyWorld({ tasks: [numbers] });
    await faultOf(at.run.task.spawn(unknown), 'InvalidArgument');
    await faultOf(at.run.task.spawn(numbers, 'text' as never), 'InvalidArgument');
    await faultOf(
      at.run.task.spawn(at.child.definition, () => 1),
      'InvalidArgument',
    );
    expect((await at.record(at.task)).children).toBeUndefined();
  });
});

describe('a spawn that nobody awaits', () => {
  test('makes a child all the same, and the parent waits for it', async () => {
    await using at = await familyWorld();
    void at.run.task.spawn(at.child.definition);
    const run = await at.child.started();
    at.run.resolve();
    expect(await told(at.task)).toMatchObject({ state: 'running' });
    run.resolve();
    expect(await told(at.task)).toMatchObject({ state: 'success' });
  });

  test('and that is refused is never an unhandled rejection', async () => {
    await using rejections = unhandled();
    await using at = await familyWorld();
    at.run.resolve();
    await at.task.ended();
    void at.run.task.spawn(at.child.definition);
    await quiet();
    expect(rejections.seen).toEqual([]);
  });

  test('and is the body’s last word still makes a child', async () => {
    const child = held({ type: 'child' });
    const hasty = defineTask({
      type: 'hasty',
      run: ({ task }: BodyContext) => void task.spawn(child.definition),
    });
    await using at = await world({ tasks: [hasty, child.definition] });
    const task = await at.supervisor.submit(hasty);
    expect(await told(task)).toMatchObject({ state: 'running' });
  });
});

describe('spawnAll', () => {
  async function spawningAll(options: object = {}, rules = {}) {
    const at = await familyWorld({ child: rules });
    const results = at.run.task.spawnAll(at.child.definition, ['a', 'b', 'c'], options);
    results.then(undefined, () => {});
    await quiet();
    return { at, results, runs: at.child.runs };
  }

  test('resolves with all results, in the order of the inputs', async () => {
    const { at, results, runs } = await spawningAll();
    for (const run of runs.toReversed()) run.resolve(`${String(run.input)}!`);
    expect(await results).toEqual(['a!', 'b!', 'c!']);
    expect(await at.run.task.spawnAll(at.child.definition, [])).toEqual([]);
    await at[Symbol.asyncDispose]();
  });

  test('rejects by default with the first fault, and the others go on', async () => {
    const { at, results, runs } = await spawningAll();
    runs[1]?.reject(new Error('broken'));
    expect(await faultOf(results, 'SystemError')).toMatchObject({ message: 'broken' });
    expect(runs.map(({ signal }) => signal.aborted)).toEqual([false, false, false]);
    runs[0]?.resolve();
    at.run.resolve('all the same');
    expect(await told(at.task)).toMatchObject({ state: 'running' });
    runs[2]?.resolve();
    expect(await told(at.task)).toMatchObject({ state: 'success' });
    await at[Symbol.asyncDispose]();
  });

  test('that ignores failures resolves with every outcome', async () => {
    const { at, results, runs } = await spawningAll({ onFailure: 'ignore' });
    runs[1]?.reject(new Error('broken'));
    expect(await standing(results)).toBe('pending');
    runs[0]?.resolve(1);
    runs[2]?.resolve(3);
    expect(await results).toMatchObject([
      { status: 'fulfilled', value: 1 },
      { status: 'rejected', reason: { name: 'SystemError', message: 'broken' } },
      { status: 'fulfilled', value: 3 },
    ]);
    await at[Symbol.asyncDispose]();
  });

  test('that cancels siblings asks the others to end, and rejects with the first fault once all have', async () => {
    const { at, results, runs } = await spawningAll({ onFailure: 'cancelSiblings' });
    runs[1]?.reject(new Error('broken'));
    await quiet();
    expect(runs.map(({ signal }) => signal.aborted)).toEqual([true, false, true]);
    runs[0]?.reject(runs[0].signal.reason);
    expect(await standing(results)).toBe('pending');
    runs[2]?.resolve('too late');
    expect(await faultOf(results, 'SystemError')).toMatchObject({ message: 'broken' });
    await at[Symbol.asyncDispose]();
  });

  test('that cancels siblings waits for one that may not be canceled', async () => {
    const { at, results, runs } = await spawningAll({ onFailure: 'cancelSiblings' }, { cancelable: false });
    runs[0]?.reject(new Error('broken'));
    await quiet();
    expect(runs.map(({ signal }) => signal.aborted)).toEqual([false, false, false]);
    runs[1]?.resolve();
    expect(await standing(results)).toBe('pending');
    runs[2]?.resolve();
    await faultOf(results, 'SystemError');
    await at[Symbol.asyncDispose]();
  });

  test('gives each child the options that are said of it', async () => {
    const each = (input: string, index: number) => ({ name: input, weight: index, priority: index });
    const { at } = await spawningAll({ each });
    const named = await at.run.task.spawn(at.child.definition, 'x', { name: 'c' });
    expect((await named.info()).priority).toBe(2);
    expect((await at.record(at.task)).children).toMatchObject({ open: 3, weight: 3 });
    await at[Symbol.asyncDispose]();
  });

  test('of a wrong policy is InvalidArgument', async () => {
    const { at, results } = await spawningAll({ onFailure: 'explode' });
    await faultOf(results, 'InvalidArgument');
    expect(at.child.runs).toHaveLength(0);
    await at[Symbol.asyncDispose]();
  });

  test('of no list, or of options that are not known, is InvalidArgument', async () => {
    await using at = await familyWorld();
    await faultOf(
      at.run.task.spawnAll(at.child.definition, [], { onFail: 'ignore' } as never),
      'InvalidArgument',
    );
    await faultOf(at.run.task.spawnAll(at.child.definition, 5 as never), 'InvalidArgument');
  });

  test('creates all of the children, or none when one of them is refused', async () => {
    await using at = await familyWorld();
    await faultOf(at.run.task.spawnAll(at.child.definition, ['a', () => 1, 'c']), 'InvalidArgument');
    await quiet();
    expect(at.child.runs).toHaveLength(0);
  });
});
