import { describe, expect, test } from 'vitest';
import { defineTask } from '../../src/index.ts';
import { answerOf } from '../support/fault.ts';
import { quiet } from '../support/quiet.ts';
import { world } from '../support/world.ts';
import { after, held, told } from './stage.ts';

const twice = { maxAttempts: 2, backoff: after(1_000) };

describe('when an attempt is left', () => {
  test('what described it is unset, and what describes the task is kept', async () => {
    const body = held({ retry: twice, timeoutMs: 100, graceMs: 10 });
    await using at = await world({ tasks: [body.definition] });
    const task = await at.supervisor.submit(body.definition);
    const run = await body.started();
    await run.task.setCancelable(false);
    await run.task.setDescription('Reading');
    await run.task.saveCheckpoint({ page: 7 });
    await run.task.updateProgress(40);
    await at.clock.advance(110);
    expect(await task.info()).toMatchObject({ progress: 40, cancelable: false });
    expect((await task.info()).unresponsiveSince).toBeDefined();
    run.reject(new Error('again'));
    await quiet();
    const info = await task.info();
    expect(info).toMatchObject({
      state: 'queued',
      cancelable: true,
      description: { message: 'Reading' },
      checkpoint: { page: 7 },
    });
    expect([info.progress, info.unresponsiveSince, info.completeTime]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  test('its body has lost the task, whatever it still says', async () => {
    const body = held({ retry: twice });
    await using at = await world({ tasks: [body.definition] });
    const task = await at.supervisor.submit(body.definition);
    const { task: late, reject } = await body.started();
    reject(new Error('again'));
    await quiet();
    const say = () =>
      Promise.all([
        answerOf(() => late.updateProgress(1)),
        answerOf(() => late.setDescription('late')),
        answerOf(() => late.setCancelable(false)),
        answerOf(() => late.saveCheckpoint(1)),
        answerOf(() => late.spawn(body.definition)),
      ]);
    const before = await task.info();
    expect(await say()).toEqual(Array(5).fill('NotSupported'));
    expect(await task.info()).toEqual(before);
    await at.clock.advance(1_000);
    expect(body.runs).toHaveLength(2);
    expect(await say()).toEqual(Array(5).fill('NotSupported'));
    body.runs[1]?.resolve();
    await task.ended();
    expect(await say()).toEqual(Array(5).fill('InvalidState'));
  });
});

describe('a cancel', () => {
  test('of a task that waits for its next attempt ends it at once, and no attempt starts', async () => {
    const body = held({ retry: twice });
    await using at = await world({ tasks: [body.definition] });
    const task = await at.supervisor.submit(body.definition);
    (await body.started()).reject(new Error('again'));
    await quiet();
    expect(await task.cancel()).toBe('canceled');
    expect(await told(task)).toMatchObject({ state: 'error', cancelled: true, fault: 'RequestCanceled' });
    await at.clock.advance(10_000);
    expect(body.runs).toHaveLength(1);
  });

  test('that was accepted is never followed by another attempt, whatever the body fails with', async () => {
    const body = held({ retry: { maxAttempts: 9, backoff: after(1) } });
    await using at = await world({ tasks: [body.definition] });
    const task = await at.supervisor.submit(body.definition);
    const run = await body.started();
    await task.cancel();
    run.reject(new TypeError('own'));
    await at.clock.advance(10_000);
    expect(body.runs).toHaveLength(1);
    expect(await task.info()).toMatchObject({
      state: 'error',
      cancelled: true,
      error: { fault: { name: 'SystemError' }, localizedMessage: 'own' },
    });
  });

  test('that races with the end of an attempt ends the task, whoever comes first', async () => {
    for (const cancelFirst of [true, false]) {
      const body = held({ retry: { maxAttempts: 9, backoff: after(1) } });
      await using at = await world({ tasks: [body.definition] });
      const task = await at.supervisor.submit(body.definition);
      const run = await body.started();
      if (!cancelFirst) run.reject(new Error('again'));
      const receipt = task.cancel();
      if (cancelFirst) run.reject(new Error('again'));
      expect(await receipt).toMatch(/requested|canceled/);
      await at.clock.advance(10_000);
      expect(await told(task)).toMatchObject({ state: 'error', cancelled: true });
    }
  });
});

test('an error that calls itself an abort, where nothing was aborted, is tried again like any', async () => {
  const body = held({ retry: twice });
  await using at = await world({ tasks: [body.definition] });
  const task = await at.supervisor.submit(body.definition);
  (await body.started()).reject(new DOMException('gone', 'AbortError'));
  await at.clock.advance(1_000);
  body.runs[1]?.reject(new DOMException('gone', 'AbortError'));
  expect(await told(task)).toMatchObject({ state: 'error', fault: 'SystemError', cancelled: false });
  expect((await task.info()).error?.fault.faultCause?.fault).toMatchObject({ type: 'AbortError' });
});

test('an attempt that is evicted is not counted', async () => {
  const body = held({ retry: twice });
  const first = await world({ tasks: [body.definition] });
  const task = await first.supervisor.submit(body.definition);
  const run = await body.started();
  const stopping = first.supervisor.stop({ waitMs: 0 });
  await first.clock.advance(0);
  run.reject(new Error('whatever'));
  await stopping;
  expect(await task.info()).toMatchObject({ state: 'queued', attempt: 1, attempts: [] });
});

test('the newest fifty attempts are remembered', async () => {
  const failing = defineTask({
    type: 'failing',
    retry: { maxAttempts: 60, backoff: after(1_000) },
    run: ({ attempt }) => {
      throw new Error(`attempt ${attempt}`);
    },
  });
  await using at = await world({ tasks: [failing] });
  const task = await at.supervisor.submit(failing);
  await at.clock.advance(100_000);
  const { attempts, attempt } = await task.info();
  expect(attempt).toBe(60);
  expect(attempts.map(({ fault }) => fault?.localizedMessage)).toEqual(
    Array.from({ length: 50 }, (_, index) => `attempt ${index + 11}`),
  );
});

test('a year of hourly attempts is over in seconds, and leaves a small record', async () => {
  const hour = 3_600_000;
  const hoursOfAYear = 8_760;
  // One for all: what takes long is to write down where an error came from.
  const failure = new Error('not yet');
  const hourly = defineTask({
    type: 'hourly',
    retry: {
      maxAttempts: hoursOfAYear,
      backoff: { kind: 'exponential', baseMs: hour, maxMs: hour, jitter: 'none' },
    },
    run: ({ attempt }) => {
      if (attempt < hoursOfAYear) throw failure;
      return attempt;
    },
  });
  await using at = await world({ tasks: [hourly] });
  const startedAt = at.clock.now();
  const task = await at.supervisor.submit(hourly);
  await at.clock.advance(hoursOfAYear * hour);
  const info = await task.info();
  expect(info).toMatchObject({ state: 'success', result: hoursOfAYear });
  expect(info.completeTime).toEqual(new Date(startedAt + (hoursOfAYear - 1) * hour));
  expect(info.attempts).toHaveLength(50);
});
