import { describe, expect, test } from 'vitest';
import { memoryStore } from '../src/index.ts';
import { answerOf, faultOf } from './support/fault.ts';
import { cooperative } from './support/held-body.ts';
import { gatedStore } from './support/gated-store.ts';
import { quiet, standing } from './support/quiet.ts';
import { type HeldWorld, heldWorld, stopAll, world } from './support/world.ts';

describe('after a stop', () => {
  async function stoppedWorld() {
    const store = memoryStore();
    const at = await heldWorld({ store, concurrency: 2 });
    const done = await at.supervisor.submit(at.body.definition);
    (await at.body.started(1)).resolve('done');
    const failed = await at.supervisor.submit(at.body.definition);
    (await at.body.started(2)).reject(new Error('no'));
    const created = await at.supervisor.createTask({ type: 'created', cancelable: true });
    await quiet();
    await stopAll(at.clock, at.supervisor);
    return { ...at, store, done, failed, created };
  }

  test('what is unfinished rejects with SupervisorStopped, and its information is still read', async () => {
    const { task, created } = await stoppedWorld();
    for (const unfinished of [task, created]) {
      await faultOf(unfinished.result(), 'SupervisorStopped');
      await faultOf(unfinished.ended(), 'SupervisorStopped');
      await faultOf(Array.fromAsync(unfinished.watch()), 'SupervisorStopped');
      await faultOf(unfinished.cancel(), 'SupervisorStopped');
    }
    expect(await task.info()).toMatchObject({ state: 'running' });
    expect(await created.info()).toMatchObject({ state: 'queued' });
  });

  test('what is finished is told as ever', async () => {
    const { done, failed } = await stoppedWorld();
    expect(await done.result()).toBe('done');
    expect(await done.ended()).toEqual(await done.info());
    expect(await Array.fromAsync(done.watch())).toEqual([await done.info()]);
    await faultOf(failed.result(), 'SystemError');
    expect(await failed.ended()).toMatchObject({ state: 'error' });
  });

  test('nothing is taken any more', async () => {
    const { supervisor, body, created } = await stoppedWorld();
    for (const ask of [
      () => supervisor.submit(body.definition),
      () => supervisor.createTask({ type: 'created', cancelable: true }),
      () => supervisor.pause(),
      () => supervisor.resume(),
      () => supervisor.idle(),
      () => created.setState('running'),
      () => created.updateProgress(1),
      () => created.setDescription('x'),
      () => created.setCancelable(false),
      () => created.setCustomValue('a', 'b'),
    ]) {
      expect(await answerOf(ask)).toBe('SupervisorStopped');
    }
    await faultOf(supervisor.task('no-such-key'), 'ManagedObjectNotFound');
    expect((await Array.fromAsync(supervisor.tasks())).length).toBe(4);
  });

  test('waits that began before it reject too, and none stays', async () => {
    const at = await heldWorld();
    const watch = at.task.watch();
    await watch.next();
    const waits = [
      () => at.task.result(),
      () => at.task.ended(),
      () => Array.fromAsync(watch),
      () => at.supervisor.idle(),
    ];
    const answers = waits.map((wait) => answerOf(wait));
    await stopAll(at.clock, at.supervisor);
    expect(await Promise.all(answers)).toEqual(waits.map(() => 'SupervisorStopped'));
  });

  test('another supervisor of the store takes up what is queued', async () => {
    const { store, clock, created } = await stoppedWorld();
    const definition = cooperative();
    await using next = await world({ tasks: [definition], store, clock });
    await next.supervisor.task(created.key);
    const evicted = await next.supervisor.submit(definition);
    await quiet();
    await stopAll(clock, next.supervisor);
    await using last = await world({ tasks: [definition], store, clock });
    await quiet();
    expect(await (await last.supervisor.task(evicted.key)).info()).toMatchObject({
      state: 'running',
      attempt: 1,
    });
  });
});

test.for<[string, (at: HeldWorld) => Promise<unknown>]>([
  ['info', (at) => at.task.info()],
  ['task', (at) => at.supervisor.task(at.task.key)],
  ['tasks', (at) => at.supervisor.tasks().next()],
  ['pause', (at) => at.supervisor.pause()],
  ['setDescription', (at) => at.task.setDescription('x')],
  ["the body's info", (at) => at.run.task.info()],
])('%s settles after a stop although the store never answers', async ([, ask]) => {
  const store = gatedStore();
  const at = await heldWorld({ store });
  store.hold('read', 'query', 'setControl', 'commit');
  const answer = ask(at);
  answer.catch(() => {});
  await quiet();
  await stopAll(at.clock, at.supervisor);
  expect(await standing(answer)).toBe('rejected');
});
