import { expect, test } from 'vitest';
import { answerOf, faultOf } from '../support/fault.ts';
import { heldBody } from '../support/held-body.ts';
import { quiet, standing } from '../support/quiet.ts';
import { heldWorld, stopAll, world } from '../support/world.ts';

// p-queue's clear(): a promise of a dropped task never settles

test('whoever waits for a task that is canceled in the queue is told', async () => {
  await using at = await heldWorld({ concurrency: 1 });
  const queued = await at.supervisor.submit(at.body.definition);
  const other = await at.supervisor.task(queued.key);
  const waits = [answerOf(() => queued.result()), answerOf(() => other.result())];
  const [ended, watch] = [other.ended(), Array.fromAsync(queued.watch())];
  await queued.cancel();
  expect(await Promise.all(waits)).toEqual(['RequestCanceled', 'RequestCanceled']);
  expect(await ended).toMatchObject({ state: 'error' });
  expect((await watch).at(-1)).toEqual(await ended);
});

test('whoever waits for a queued task is told when the supervisor stops, drains, or never ran', async () => {
  for (const end of ['stop', 'drain'] as const) {
    const body = heldBody();
    const at = await world({ tasks: [body.definition], run: false });
    const task = await at.supervisor.submit(body.definition);
    const created = await at.supervisor.createTask({ type: 'created', cancelable: true });
    const waits = [
      () => task.result(),
      () => task.ended(),
      () => created.result(),
      () => at.supervisor.idle(),
    ];
    const answers = waits.map((wait) => answerOf(wait));
    await quiet();
    await at.supervisor[end]();
    expect(await Promise.all(answers)).toEqual(waits.map(() => 'SupervisorStopped'));
  }
});

test('whoever asks for a task that retention removed is told', async () => {
  const none = { maxCount: 0, maxAgeMs: 0 };
  const body = heldBody();
  await using at = await world({ tasks: [body.definition], retention: { success: none, minAgeMs: 0 } });
  const task = await at.supervisor.submit(body.definition);
  const watch = task.watch();
  await watch.next();
  (await body.started()).resolve('done');
  expect(await task.result()).toBe('done');
  await at.clock.advance(60_000);
  expect((await Array.fromAsync(watch)).at(-1)).toMatchObject({ state: 'success' });
  await faultOf(task.result(), 'ManagedObjectNotFound');
  await faultOf(task.ended(), 'ManagedObjectNotFound');
  await faultOf(Array.fromAsync(task.watch()), 'ManagedObjectNotFound');
});

test('everything that was asked in one breath with a stop settles', async () => {
  const at = await heldWorld();
  const { supervisor, task, body } = at;
  const promises: PromiseLike<unknown>[] = [];
  const ask = () => {
    promises.push(
      task.cancel(),
      task.info(),
      task.updateProgress(1),
      task.setDescription('x'),
      task.result(),
      task.ended(),
      Array.fromAsync(task.watch()),
      supervisor.submit(body.definition),
      supervisor.createTask({ type: 'created', cancelable: true }),
      supervisor.pause(),
      supervisor.resume(),
      supervisor.idle(),
      Array.fromAsync(supervisor.tasks()),
      at.run.task.cancel(),
      at.run.task.updateProgress(2),
      at.run.task.info(),
    );
  };
  ask();
  const stopped = stopAll(at.clock, supervisor);
  ask();
  for (const promise of promises) promise.then(undefined, () => {});
  await stopped;
  ask();
  const states = await Promise.all(promises.map(standing));
  expect(states).not.toContain('pending');
});

test('a reader that leaves holds nothing, and one that waits may leave', async () => {
  await using at = await heldWorld();
  const watch = at.task.watch();
  await watch.next();
  const waiting = watch.next();
  const leaving = watch.return(undefined);
  await at.task.updateProgress(1);
  expect([await standing(waiting), await standing(leaving)]).toEqual(['fulfilled', 'fulfilled']);
  const events = at.supervisor.events();
  const next = events.next();
  await events.return?.();
  expect(await next).toEqual({ value: undefined, done: true });
});

test('a reader that waits for a change may leave without one', async () => {
  await using at = await heldWorld();
  const watch = at.task.watch();
  await watch.next();
  const waiting = watch.next();
  expect(await standing(watch.return(undefined))).toBe('fulfilled');
  expect(await waiting).toEqual({ value: undefined, done: true });
});
