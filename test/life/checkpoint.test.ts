import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type BodyContext, createSupervisor, defineTask, memoryStore } from '../../src/index.ts';
import { simulatedClock } from '../../src/testing/index.ts';
import { answerOf, faultOf } from '../support/fault.ts';
import { gatedStore } from '../support/gated-store.ts';
import { quiet, standing } from '../support/quiet.ts';
import { unhandled } from '../support/unhandled.ts';
import { stopAll, world } from '../support/world.ts';
import { after, familyWorld, held, listen, recordOf, told } from './stage.ts';

const twice = { maxAttempts: 2, backoff: after(10) };

describe('a checkpoint', () => {
  test('is in the store when its promise resolves, and not before', async () => {
    const store = gatedStore();
    const body = held();
    await using at = await world({ tasks: [body.definition], store });
    const task = await at.supervisor.submit(body.definition);
    const run = await body.started();
    store.holdCalls('commit');
    const saved = run.task.saveCheckpoint({ page: 7 });
    expect(await standing(saved)).toBe('pending');
    expect((await task.info()).checkpoint).toBeUndefined();
    store.release();
    await saved;
    expect((await recordOf(store, task)).life.checkpoint).toBeDefined();
    expect((await task.info()).checkpoint).toEqual({ page: 7 });
  });

  test('is given to the next attempt, the last one of several', async () => {
    const body = held({ retry: twice });
    await using at = await world({ tasks: [body.definition] });
    await at.supervisor.submit(body.definition);
    const run = await body.started();
    expect(run.checkpoint).toBeUndefined();
    run.task.saveCheckpoint({ page: 1 });
    run.task.saveCheckpoint({ page: 2 });
    await run.task.saveCheckpoint({ page: 3, at: new Date(0), seen: new Set([1]) });
    run.reject(new Error('again'));
    await at.clock.advance(10);
    expect(body.runs[1]?.checkpoint).toEqual({ page: 3, at: new Date(0), seen: new Set([1]) });
  });

  test('survives a supervisor that evicts its task', async () => {
    const store = memoryStore();
    const clock = simulatedClock();
    const body = held();
    const tasks = [body.definition];
    const first = await createSupervisor({ tasks, store, clock });
    await first.submit(body.definition);
    const run = await body.started();
    await run.task.saveCheckpoint(7);
    const stopped = first.stop({ waitMs: 0 });
    await clock.advance(0);
    await run.task.saveCheckpoint(8);
    run.reject(run.signal.reason);
    await stopped;
    const second = await createSupervisor({ tasks, store, clock });
    expect((await body.started(1)).checkpoint).toBe(8);
    await stopAll(clock, second);
  });

  test('is no one’s but its attempt’s: a fresh copy on every reading', async () => {
    const body = held({ retry: twice });
    await using at = await world({ tasks: [body.definition] });
    const task = await at.supervisor.submit(body.definition);
    const run = await body.started();
    const value = { pages: [1] };
    await run.task.saveCheckpoint(value);
    value.pages.push(2);
    ((await task.info()).checkpoint as typeof value).pages.push(3);
    run.reject(new Error('again'));
    await at.clock.advance(10);
    expect(body.runs[1]?.checkpoint).toEqual({ pages: [1] });
  });

  test('is a visible change, and the same again is one as well or none', async () => {
    const body = held();
    await using at = await world({ tasks: [body.definition] });
    const task = await at.supervisor.submit(body.definition);
    const run = await body.started();
    const { sequence } = await task.info();
    await run.task.saveCheckpoint(1);
    expect((await task.info()).sequence).toBe(sequence + 1);
    await run.task.saveCheckpoint(2);
    expect((await task.info()).sequence).toBe(sequence + 2);
  });

  test('stays when its task has ended', async () => {
    const body = held();
    await using at = await world({ tasks: [body.definition] });
    const task = await at.supervisor.submit(body.definition);
    const run = await body.started();
    await run.task.saveCheckpoint(1);
    run.reject(new Error('ended'));
    expect(await task.ended()).toMatchObject({ state: 'error', checkpoint: 1 });
  });
});

describe('with a schema', () => {
  const checkpoint = z.object({ page: z.string().transform(Number) });

  test('it is kept as it was given, and made anew for each attempt', async () => {
    const seen: unknown[] = [];
    const paged = defineTask({
      type: 'paged',
      checkpoint,
      retry: { maxAttempts: 3, backoff: after(1) },
      async run(context) {
        seen.push(context.checkpoint);
        await context.task.saveCheckpoint({ page: `${context.attempt}` });
        throw new Error('again');
      },
    });
    await using at = await world({ tasks: [paged] });
    const task = await at.supervisor.submit(paged);
    await at.clock.advance(10);
    expect(seen).toEqual([undefined, { page: 1 }, { page: 2 }]);
    expect((await task.info()).checkpoint).toEqual({ page: '3' });
  });

  test('what it refuses is InvalidArgument, and nothing is saved', async () => {
    const answers: string[] = [];
    const paged = defineTask({
      type: 'paged',
      checkpoint,
      async run({ task }) {
        await task.saveCheckpoint({ page: '1' });
        answers.push(await answerOf(() => task.saveCheckpoint({ page: 2 } as never)));
        answers.push(await answerOf(() => task.saveCheckpoint({ page: () => 1 } as never)));
      },
    });
    await using at = await world({ tasks: [paged] });
    const task = await at.supervisor.submit(paged);
    expect(await task.ended()).toMatchObject({ state: 'success', checkpoint: { page: '1' } });
    expect(answers).toEqual(['InvalidArgument', 'InvalidArgument']);
  });

  test('what it no longer accepts ends the task, and is not tried again', async () => {
    let accepts = true;
    const picky = z.number().refine(() => accepts);
    const paged = defineTask({
      type: 'paged',
      checkpoint: picky,
      retry: { maxAttempts: 9, backoff: after(1) },
      async run({ task }) {
        await task.saveCheckpoint(1);
        accepts = false;
        throw new Error('again');
      },
    });
    await using at = await world({ tasks: [paged] });
    const task = await at.supervisor.submit(paged);
    await at.clock.advance(10);
    expect(await told(task)).toMatchObject({ state: 'error', fault: 'InvalidArgument', attempt: 2 });
  });
});

describe('saving', () => {
  test.for([() => 1, Symbol('s'), { f() {} }])('%s, which is not data, is InvalidArgument', async (value) => {
    await using at = await familyWorld();
    await faultOf(at.run.task.saveCheckpoint(value), 'InvalidArgument');
  });

  test.for(['canceling', 'expiring'])('is still possible in %s', async (substate) => {
    await using at = await familyWorld({ parent: { timeoutMs: 1_000 } });
    if (substate === 'canceling') await at.task.cancel();
    else await at.clock.advance(1_000);
    await at.run.task.saveCheckpoint('last');
    expect((await at.task.info()).checkpoint).toBe('last');
  });

  test('is refused once the body has ended', async () => {
    await using at = await familyWorld();
    await at.run.task.spawn(at.child.definition);
    at.run.resolve();
    await quiet();
    await faultOf(at.run.task.saveCheckpoint(1), 'NotSupported');
    at.child.runs[0]?.resolve();
    await at.task.ended();
    await faultOf(at.run.task.saveCheckpoint(1), 'InvalidState');
  });

  test('that nobody awaits and that is refused is an event, and no unhandled rejection', async () => {
    await using rejections = unhandled();
    await using at = await familyWorld();
    const events = listen(at.supervisor);
    at.run.task.saveCheckpoint(() => 1);
    at.run.resolve();
    await at.task.ended();
    at.run.task.saveCheckpoint(1);
    await quiet();
    const refused = events.flatMap((event) =>
      event.kind === 'refused' ? [[event.event, event.fault.name]] : [],
    );
    expect(refused).toEqual([
      ['SAVE_CHECKPOINT', 'InvalidArgument'],
      ['SAVE_CHECKPOINT', 'InvalidState'],
    ]);
    expect(rejections.seen).toEqual([]);
  });
});

test('one that is under way when its body returns is saved, or refused; the task ends all the same', async () => {
  const body = defineTask({
    type: 'hasty',
    run({ task }: BodyContext) {
      task.saveCheckpoint('hasty');
      return 'done';
    },
  });
  await using at = await world({ tasks: [body] });
  const task = await at.supervisor.submit(body);
  expect(await task.ended()).toMatchObject({ state: 'success', checkpoint: 'hasty' });
});
