import { describe, expect, test } from 'vitest';
import { type TaskHandle } from '../../src/index.ts';
import { type Run } from '../support/held-body.ts';
import { quiet } from '../support/quiet.ts';
import { type FamilyWorld, abortsOf, after, familyWorld, told } from './stage.ts';

const timeoutMs = 1_000;
const deadlineMs = 10_000;

interface Scene extends FamilyWorld {
  readonly aborts: readonly string[];
  readonly childRun: Run;
  readonly childTask: TaskHandle;
}

/** Brings a parent with one child into a substate of running. */
const bring = {
  canceling: async ({ task }: FamilyWorld) => void (await task.cancel()),
  expiring: ({ clock }: FamilyWorld) => clock.advance(timeoutMs),
  evicting: async ({ supervisor, clock }: FamilyWorld) => {
    supervisor.stop({ waitMs: 0 }).catch(() => {});
    await clock.advance(0);
  },
  joining: async ({ run }: FamilyWorld) => run.resolve('held'),
};

/** What happens to it then. */
const happen = {
  'its deadline passes': ({ clock }: FamilyWorld) => clock.advance(deadlineMs),
  'its time is over': ({ clock }: FamilyWorld) => clock.advance(timeoutMs),
  'the supervisor stops': bring.evicting,
};

const rules = { timeoutMs, deadlineMs, graceMs: 1_000_000, retry: { maxAttempts: 2, backoff: after(1) } };

async function sceneIn(substate: keyof typeof bring, childRules = {}): Promise<Scene> {
  const scene = await familyWorld({
    parent: rules,
    child: { cancelable: false, graceMs: 1_000_000, ...childRules },
  });
  const childTask = await scene.run.task.spawn(scene.child.definition);
  const childRun = await scene.child.started();
  const aborts = abortsOf(scene.run);
  await bring[substate](scene);
  await quiet();
  expect((await scene.record(scene.task)).leaf).toBe(`running.${substate}`);
  return { ...scene, aborts, childRun, childTask };
}

const pairs = Object.keys(bring).flatMap((substate) =>
  Object.keys(happen).map((what) => [substate, what] as [keyof typeof bring, keyof typeof happen]),
);

describe('nothing changes', () => {
  test.for(pairs)('in %s when %s', async ([substate, what]) => {
    await using at = await sceneIn(substate);
    const before = await at.record(at.task);
    const aborts = at.aborts.slice();
    await happen[what](at);
    await quiet();
    expect(await at.record(at.task)).toEqual(before);
    expect(at.aborts).toEqual(aborts);
    expect(aborts).toHaveLength(substate === 'joining' ? 0 : 1);
  });

  test('in canceling at another cancel', async () => {
    await using at = await sceneIn('canceling');
    const before = await at.record(at.task);
    expect(await at.task.cancel()).toBe('alreadyRequested');
    expect(await at.record(at.task)).toEqual(before);
    expect(at.aborts).toEqual(['RequestCanceled']);
  });
});

describe('a cancel', () => {
  test.for([
    ['expiring', 'Timedout'],
    ['evicting', 'Evicted'],
  ] as const)('leads from %s to canceling, and aborts no signal twice', async ([substate, reason]) => {
    await using at = await sceneIn(substate);
    const { abortedAt } = (await at.record(at.task)).life;
    expect(await at.task.cancel()).toBe('requested');
    const { leaf, life } = await at.record(at.task);
    expect(leaf).toBe('running.canceling');
    expect(life).toMatchObject({ cancelled: true, abortedAt });
    expect(at.aborts).toEqual([reason]);
    expect(await at.task.cancel()).toBe('alreadyRequested');
    at.childRun.resolve();
    at.run.reject(at.run.signal.reason);
    expect(await told(at.task)).toMatchObject({ state: 'error', fault: 'RequestCanceled', attempt: 1 });
  });

  test('of one that joins its children cascades to them, and a held success stands', async () => {
    await using at = await sceneIn('joining', { cancelable: true });
    expect(await at.task.cancel()).toBe('requested');
    await quiet();
    expect(at.childRun.signal.reason).toMatchObject({ name: 'RequestCanceled' });
    expect(await at.task.cancel()).toBe('alreadyRequested');
    expect(await told(at.task)).toMatchObject({ state: 'running', cancelled: true });
    at.childRun.reject(at.childRun.signal.reason);
    expect(await told(at.task)).toMatchObject({ state: 'success', cancelled: true });
    expect(await at.task.info()).toMatchObject({ result: 'held' });
  });

  test('of one that joins ends it as canceled where another attempt was held', async () => {
    await using at = await familyWorld({ parent: rules, child: { cancelable: false } });
    await at.run.task.spawn(at.child.definition);
    const childRun = await at.child.started();
    at.run.reject(new Error('again'));
    await quiet();
    expect((await at.record(at.task)).life.held).toMatchObject({ to: 'queued' });
    expect(await at.task.cancel()).toBe('requested');
    childRun.resolve();
    expect(await told(at.task)).toMatchObject({ state: 'error', fault: 'RequestCanceled', cancelled: true });
    await at.clock.advance(1_000);
    expect(at.parent.runs).toHaveLength(1);
  });

  test('of one that joins leaves it its own fault, where one is held', async () => {
    await using at = await familyWorld({ child: { cancelable: false } });
    await at.run.task.spawn(at.child.definition);
    const childRun = await at.child.started();
    at.run.reject(new Error('own'));
    await quiet();
    expect(await at.task.cancel()).toBe('requested');
    childRun.resolve();
    expect(await told(at.task)).toMatchObject({ state: 'error', fault: 'SystemError', cancelled: true });
  });

  test('of one that joins and is not cancelable is refused', async () => {
    await using at = await familyWorld({ parent: { cancelable: false } });
    await at.run.task.spawn(at.child.definition);
    await at.child.started();
    at.run.resolve();
    await quiet();
    await expect(at.task.cancel()).rejects.toMatchObject({ name: 'NotSupported' });
  });
});

describe('a body that ends', () => {
  const table = [
    ['canceling', 'returns', 'success', undefined, true],
    ['canceling', 'rejects because of the abort', 'error', 'RequestCanceled', true],
    ['canceling', 'rejects for another cause', 'error', 'SystemError', true],
    ['expiring', 'returns', 'success', undefined, false],
    ['expiring', 'rejects because of the abort', 'queued', undefined, false],
    ['expiring', 'rejects for another cause', 'queued', undefined, false],
    ['evicting', 'returns', 'success', undefined, false],
    ['evicting', 'rejects because of the abort', 'queued', undefined, false],
    ['evicting', 'rejects for another cause', 'queued', undefined, false],
  ] as const;
  test.for(table)('in %s and %s: %s %s', async ([substate, how, state, fault, cancelled]) => {
    await using at = await familyWorld({
      parent: { ...rules, retry: { maxAttempts: 2, backoff: after(9) } },
    });
    await bring[substate](at);
    if (how === 'returns') at.run.resolve('made');
    else at.run.reject(how === 'rejects for another cause' ? new TypeError('own') : at.run.signal.reason);
    expect(await told(at.task)).toMatchObject({
      state,
      fault,
      cancelled,
      attempt: substate === 'expiring' && state === 'queued' ? 2 : 1,
    });
    const { result, attempts } = await at.task.info();
    expect(result).toBe(state === 'success' ? 'made' : undefined);
    const own = how === 'rejects for another cause' ? 'SystemError' : 'Timedout';
    const ended = { canceling: fault, expiring: own, evicting: undefined }[substate];
    const charged = state === 'success' || ended === undefined ? [] : [ended];
    expect(attempts.flatMap((attempt) => attempt.fault?.fault.name ?? [])).toEqual(charged);
  });
});
