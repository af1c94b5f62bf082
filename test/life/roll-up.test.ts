import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { memoryStore } from '../../src/index.ts';
import { gatedStore } from '../support/gated-store.ts';
import { type Run } from '../support/held-body.ts';
import { answerOf } from '../support/fault.ts';
import { quiet } from '../support/quiet.ts';
import { world } from '../support/world.ts';
import { type FamilyWorld, after, familyWorld, held, told } from './stage.ts';

/** Children of these weights, all running. */
async function children(at: FamilyWorld, ...weights: readonly number[]): Promise<Run[]> {
  const runs: Run[] = [];
  for (const weight of weights) {
    await at.run.task.spawn(at.child.definition, weight, { weight });
    runs.push(
      await at.child.started(at.child.runs.length === runs.length ? runs.length : at.child.runs.length - 1),
    );
  }
  return runs;
}

const progressOf = async (at: FamilyWorld) => (await told(at.task)).progress;

describe('the progress of a parent', () => {
  test('is unset before it has a child, and 0 once it has', async () => {
    await using at = await familyWorld();
    expect(await progressOf(at)).toBeUndefined();
    await children(at, 1);
    expect(await progressOf(at)).toBe(0);
  });

  test('is the mean of its children’s by weight, rounded down', async () => {
    await using at = await familyWorld();
    const [light, heavy] = await children(at, 1, 2);
    await light?.task.updateProgress(50);
    expect(await progressOf(at)).toBe(16);
    await heavy?.task.updateProgress(50);
    expect(await progressOf(at)).toBe(50);
    await heavy?.task.updateProgress(25);
    expect(await progressOf(at)).toBe(33);
  });

  test('counts 100 for a child that succeeded, and the last progress of one that failed', async () => {
    await using at = await familyWorld();
    const [good, bad] = await children(at, 1, 1);
    await bad?.task.updateProgress(30);
    good?.resolve();
    bad?.reject(new Error('broken'));
    await children(at, 2);
    expect(await progressOf(at)).toBe(32);
  });

  test('counts 0 for a child that waits for its next attempt', async () => {
    await using at = await familyWorld({ child: { retry: { maxAttempts: 2, backoff: after(10) } } });
    const [child] = await children(at, 1);
    await child?.task.updateProgress(80);
    expect(await progressOf(at)).toBe(80);
    child?.reject(new Error('again'));
    expect(await progressOf(at)).toBe(0);
    await at.clock.advance(10);
    await at.child.runs[1]?.task.updateProgress(10);
    expect(await progressOf(at)).toBe(10);
  });

  test('does not count detached children, nor tasks that only name it as parent', async () => {
    await using at = await familyWorld();
    await at.run.task.spawn(at.child.definition, 1, { detached: true });
    await at.supervisor.submit(at.child.definition, 1, { parentTaskKey: at.task.key });
    await quiet();
    for (const { task } of at.child.runs) await task.updateProgress(70);
    expect(await progressOf(at)).toBeUndefined();
  });

  test('does not count children of weight 0, and is unset where there are no others', async () => {
    await using at = await familyWorld();
    const [idle] = await children(at, 0);
    await idle?.task.updateProgress(70);
    expect(await progressOf(at)).toBeUndefined();
    await children(at, 1);
    expect(await progressOf(at)).toBe(0);
  });

  test('goes up through all generations', async () => {
    const body = held();
    await using at = await world({ tasks: [body.definition], concurrency: 8 });
    const root = await at.supervisor.submit(body.definition);
    const run = await body.started(0);
    await run.task.spawn(body.definition);
    const left = await body.started(1);
    await run.task.spawn(body.definition, 1, { weight: 3 });
    const right = await body.started(2);
    await left.task.spawn(body.definition);
    const leaf = await body.started(3);
    await right.task.updateProgress(20);
    await leaf.task.updateProgress(80);
    expect(await told(root)).toMatchObject({ progress: 35 });
    leaf.resolve();
    expect(await told(root)).toMatchObject({ progress: 40 });
    left.resolve();
    right.resolve();
    expect(await told(root)).toMatchObject({ state: 'running', progress: 100 });
  });

  test('goes on while it joins, and never completes it', async () => {
    await using at = await familyWorld();
    const [child] = await children(at, 1);
    at.run.resolve();
    await child?.task.updateProgress(100);
    expect(await told(at.task)).toMatchObject({ state: 'running', progress: 100 });
    child?.resolve();
    expect(await told(at.task)).toMatchObject({ state: 'success', progress: undefined });
  });

  test('is taken up again by the next attempt', async () => {
    await using at = await familyWorld({ parent: { retry: { maxAttempts: 2, backoff: after(10) } } });
    const [child] = await children(at, 1);
    child?.resolve();
    await quiet();
    at.run.reject(new Error('again'));
    expect(await progressOf(at)).toBeUndefined();
    await at.clock.advance(10);
    expect(await progressOf(at)).toBe(100);
  });

  test('is 100 when all children succeeded, whatever their weights', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(0.1, 0.2, 0.3, 0.7, 1.1), { minLength: 1, maxLength: 8 }),
        async (weights) => {
          await using at = await familyWorld();
          await children(at, ...weights);
          for (const { resolve } of at.child.runs) resolve();
          expect(await progressOf(at)).toBe(100);
        },
      ),
      { numRuns: 30, seed: 1 },
    ));
});

describe('a parent that reports itself', () => {
  test('stops rolling up', async () => {
    await using at = await familyWorld();
    const [child] = await children(at, 1);
    await at.run.task.updateProgress(7);
    await child?.task.updateProgress(60);
    child?.resolve();
    expect(await progressOf(at)).toBe(7);
  });

  test('rolls up again in its next attempt, if that does not report', async () => {
    await using at = await familyWorld({ parent: { retry: { maxAttempts: 2, backoff: after(10) } } });
    const [child] = await children(at, 1);
    child?.resolve();
    await at.run.task.updateProgress(7);
    at.run.reject(new Error('again'));
    await at.clock.advance(10);
    expect(await progressOf(at)).toBe(100);
  });

  test('through a client does so as well', async () => {
    await using at = await familyWorld();
    const [child] = await children(at, 1);
    await at.task.updateProgress(7);
    await child?.task.updateProgress(60);
    expect(await progressOf(at)).toBe(7);
  });
});

describe('the sequence of a parent', () => {
  test('grows only when the rounded value changes', async () => {
    await using at = await familyWorld();
    const [child] = await children(at, 1, 9);
    await quiet();
    const before = (await at.task.info()).sequence;
    for (let percent = 1; percent <= 9; percent += 1) await child?.task.updateProgress(percent);
    await quiet();
    expect((await at.task.info()).sequence).toBe(before);
    await child?.task.updateProgress(10);
    await quiet();
    expect(await at.task.info()).toMatchObject({ sequence: before + 1, progress: 1 });
  });

  test('is shown to watchers, growing, with every rounded value that they see', async () => {
    await using at = await familyWorld();
    const [child] = await children(at, 1);
    const seen: [number, number | undefined][] = [];
    const watching = (async () => {
      for await (const { sequence, progress } of at.task.watch()) seen.push([sequence, progress]);
    })();
    for (const percent of [10, 20, 30]) {
      await child?.task.updateProgress(percent);
      await quiet();
    }
    child?.resolve();
    at.run.resolve();
    await watching;
    expect(seen.map(([, progress]) => progress).slice(0, 4)).toEqual([0, 10, 20, 30]);
    expect(seen.map(([sequence]) => sequence)).toEqual(
      seen.map(([sequence]) => sequence).toSorted((a, b) => a - b),
    );
  });
});

describe('the sums of the children', () => {
  test('reach a parent that is being read at that moment', async () => {
    const store = gatedStore(memoryStore());
    await using at = await familyWorld({ store });
    const [child] = await children(at, 1);
    at.run.resolve();
    await quiet();
    store.hold('read');
    const refused = answerOf(() => at.task.setState('success'));
    await quiet();
    child?.resolve();
    await quiet();
    store.release();
    expect(await refused).toBe('NotSupported');
    expect(await told(at.task)).toMatchObject({ state: 'success' });
  });

  test('that come together with a step of the parent keep no step from its actor', async () => {
    const store = gatedStore(memoryStore());
    const steps: { key: string | undefined; value: unknown }[] = [];
    await using at = await familyWorld({
      store,
      inspect: (event) => {
        if (event.type !== '@xstate.snapshot') return;
        const { value } = event.snapshot as unknown as { value: unknown };
        steps.push({ key: (event.actorRef as { id?: string }).id, value });
      },
    });
    await at.run.task.updateProgress(1);
    const [child] = await children(at, 1);
    store.holdCalls('commit');
    const other = at.supervisor.submit(at.child.definition);
    await quiet();
    child?.task.updateProgress(1);
    await quiet();
    const canceling = at.task.cancel();
    await quiet();
    store.release();
    await other;
    expect(await canceling).toBe('requested');
    await quiet();
    expect(steps).toContainEqual({ key: at.task.key, value: { running: 'canceling' } });
  });
});
