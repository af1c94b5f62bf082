import { describe, expect, test } from 'vitest';
import {
  type BodyContext,
  type TaskDefinition,
  createSupervisor,
  defineTask,
  memoryStore,
} from '../../src/index.ts';
import { simulatedClock } from '../../src/testing/index.ts';
import { quiet, standing } from '../support/quiet.ts';
import { stopAll, world } from '../support/world.ts';
import { familyWorld, held, told } from './stage.ts';

const slotsOf = (supervisor: { actor: { getSnapshot(): { context: { slots: number } } } }) =>
  supervisor.actor.getSnapshot().context.slots;

describe('with one slot', () => {
  test('a tree of any depth ends', async () => {
    const nested: TaskDefinition<number, number> = defineTask({
      type: 'nested',
      async run({ input, task }: BodyContext<number>): Promise<number> {
        if (input === 0) return 1;
        const children = [
          await task.spawn(nested, input - 1),
          await task.spawn(nested, input - 1, { name: 'second' }),
        ];
        const results = await Promise.all(children.map((child) => child.result()));
        return results.reduce((sum, result) => sum + result, 0);
      },
    });
    await using at = await world({ tasks: [nested], concurrency: 1 });
    const roots = await Promise.all([at.supervisor.submit(nested, 5), at.supervisor.submit(nested, 4)]);
    expect(await Promise.all(roots.map((root) => root.result()))).toEqual([32, 16]);
    await quiet();
    expect(slotsOf(at.supervisor)).toBe(0);
  });

  test('a parent gives its slot to its child, and goes on when that has ended', async () => {
    await using at = await familyWorld({ concurrency: 1 });
    expect(slotsOf(at.supervisor)).toBe(1);
    await at.run.task.spawn(at.child.definition);
    const run = await at.child.started();
    expect(slotsOf(at.supervisor)).toBe(1);
    run.resolve();
    await quiet();
    expect(slotsOf(at.supervisor)).toBe(1);
    at.run.resolve();
    await quiet();
    expect(slotsOf(at.supervisor)).toBe(0);
  });

  test('a parent keeps its slot beside a detached child', async () => {
    await using at = await familyWorld({ concurrency: 1 });
    await at.run.task.spawn(at.child.definition, 1, { detached: true });
    await quiet();
    expect([at.child.runs.length, slotsOf(at.supervisor)]).toEqual([0, 1]);
    at.run.resolve();
    await quiet();
    expect(at.child.runs).toHaveLength(1);
  });
});

describe('a child that another supervisor runs', () => {
  test('gives the slot back to its parent when it ends, although the parent’s record shows no change', async () => {
    const store = memoryStore();
    const at = await familyWorld({ store, concurrency: 1 });
    const { clock } = at;
    await at.supervisor.pause('child');
    const other = held({ type: 'child' });
    await at.run.task.updateProgress(1);
    const child = await at.run.task.spawn(at.child.definition);
    await quiet();
    expect(slotsOf(at.supervisor)).toBe(0);
    const second = await createSupervisor({ tasks: [other.definition], store, clock, run: false });
    await (await second.task(child.key)).cancel();
    expect(await told(child)).toMatchObject({ state: 'error' });
    expect(slotsOf(at.supervisor)).toBe(1);
    await stopAll(clock, at.supervisor, second);
  });
});

describe('the next to start', () => {
  test('is, within a priority, a child of a live task before a root that was there earlier', async () => {
    const body = held();
    await using at = await world({ tasks: [body.definition], concurrency: 1 });
    await at.supervisor.submit(body.definition, 'parent');
    const run = await body.started();
    await at.supervisor.submit(body.definition, 'root');
    await at.supervisor.submit(body.definition, 'urgent', { priority: 1 });
    await run.task.spawn(body.definition, 'child');
    run.resolve();
    const seen: unknown[] = [];
    for (let index = 1; index <= 3; index += 1) {
      const next = await body.started(index);
      seen.push(next.input);
      next.resolve();
    }
    expect(seen).toEqual(['urgent', 'child', 'root']);
  });
});

describe('drain', () => {
  test('lets the children of live tasks start and end, and leaves new roots queued', async () => {
    const body = held();
    const clock = simulatedClock();
    const supervisor = await createSupervisor({ tasks: [body.definition], clock, concurrency: 1 });
    const parent = await supervisor.submit(body.definition, 'parent');
    const root = await supervisor.submit(body.definition, 'root');
    const run = await body.started();
    const drained = supervisor.drain();
    const child = await run.task.spawn(body.definition, 'child');
    const childRun = await body.started(1);
    expect(childRun.input).toBe('child');
    run.resolve();
    await quiet();
    const grandchild = await childRun.task.spawn(body.definition, 'grandchild');
    childRun.resolve();
    expect(await standing(drained)).toBe('pending');
    (await body.started(2)).resolve();
    await drained;
    for (const task of [parent, child, grandchild])
      expect(await told(task)).toMatchObject({ state: 'success' });
    expect(await told(root)).toMatchObject({ state: 'queued' });
    expect(clock.pending).toBeLessThanOrEqual(1);
  });
});

describe('stop', () => {
  test('evicts parents and children, and leaves both queued for the next supervisor', async () => {
    await using at = await familyWorld();
    const child = await at.run.task.spawn(at.child.definition);
    const run = await at.child.started();
    const stopped = at.supervisor.stop({ waitMs: 0 });
    await at.clock.advance(0);
    run.reject(run.signal.reason);
    at.run.reject(at.run.signal.reason);
    await stopped;
    expect(await told(at.task)).toMatchObject({ state: 'queued', attempt: 1 });
    expect(await told(child)).toMatchObject({ state: 'queued', attempt: 1, cancelled: false });
  });

  test('leaves a parent that joins as it is, and the next supervisor ends it', async () => {
    const store = memoryStore();
    const at = await familyWorld({ store });
    await at.run.task.spawn(at.child.definition);
    const run = await at.child.started();
    at.run.resolve('held');
    await quiet();
    const { leaf } = await at.record(at.task);
    expect(leaf).toBe('running.joining');
    const stopped = at.supervisor.stop({ waitMs: 0 });
    await at.clock.advance(0);
    run.reject(run.signal.reason);
    await stopped;
    expect((await at.record(at.task)).leaf).toBe('running.joining');
    const tasks = [at.parent.definition, at.child.definition];
    const next = await createSupervisor({ tasks, store, clock: at.clock });
    (await at.child.started(1)).resolve();
    expect(await told(at.task)).toMatchObject({ state: 'success' });
    await stopAll(at.clock, next);
  });

  test('takes no grace where bodies only await children that obey', async () => {
    const child = defineTask({ type: 'child', run: ({ sleep }: BodyContext) => sleep(1_000_000) });
    const parent = defineTask({
      type: 'parent',
      run: async ({ task }: BodyContext) => (await task.spawn(child)).result(),
    });
    const clock = simulatedClock();
    const supervisor = await createSupervisor({ tasks: [parent, child], clock });
    await supervisor.submit(parent);
    await quiet();
    const stopped = supervisor.stop({ waitMs: 0 });
    await clock.advance(0);
    const state = await standing(stopped);
    await stopAll(clock, supervisor);
    expect(state).toBe('fulfilled');
  });
});
