import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type Backoff, Fault, type RetryOptions, defineTask, noRetry } from '../../src/index.ts';
import { simulatedRandom } from '../../src/testing/index.ts';
import { answerOf, faultOf } from '../support/fault.ts';
import { quiet } from '../support/quiet.ts';
import { world } from '../support/world.ts';
import { after, held, listen, told } from './stage.ts';

/** A task that fails in every attempt, and the delays before each further one. */
async function delaysOf(backoff: Backoff, maxAttempts: number, seed = 1): Promise<number[]> {
  const starts: number[] = [];
  const failing = defineTask({
    type: 'failing',
    retry: { maxAttempts, backoff },
    run: () => {
      starts.push(at.clock.monotonic());
      throw new Error('again');
    },
  });
  await using at = await world({ tasks: [failing], random: simulatedRandom(seed) });
  const task = await at.supervisor.submit(failing);
  await at.clock.advance(10_000_000);
  await faultOf(task.result(), 'SystemError');
  return starts.slice(1).map((start, index) => start - (starts[index] ?? 0));
}

describe('the time until the next attempt', () => {
  test('doubles up to its maximum when it is exponential', async () => {
    const backoff: Backoff = { kind: 'exponential', baseMs: 100, maxMs: 500, jitter: 'none' };
    expect(await delaysOf(backoff, 6)).toEqual([100, 200, 400, 500, 500]);
  });

  test('grows by its base up to its maximum when it is linear', async () => {
    const backoff: Backoff = { kind: 'linear', baseMs: 100, maxMs: 250, jitter: 'none' };
    expect(await delaysOf(backoff, 5)).toEqual([100, 200, 250, 250]);
  });

  test('is what the function answers when it is custom, rounded up to a millisecond', async () => {
    const seen: unknown[] = [];
    const delayMs = ({ attempt, error }: { attempt: number; error: unknown }) => {
      seen.push([attempt, (error as Error).message]);
      return attempt * 7 + 0.5;
    };
    expect(await delaysOf({ kind: 'custom', delayMs }, 3)).toEqual([8, 15]);
    expect(seen).toEqual([
      [1, 'again'],
      [2, 'again'],
    ]);
  });

  test('is any part of the delay with full jitter, and at least half of it with equal jitter', () =>
    fc.assert(
      fc.asyncProperty(fc.integer(), async (seed) => {
        const full = await delaysOf({ kind: 'linear', baseMs: 1_000, jitter: 'full' }, 2, seed);
        const equal = await delaysOf({ kind: 'linear', baseMs: 1_000, jitter: 'equal' }, 2, seed);
        expect(full[0]).toBeGreaterThanOrEqual(0);
        expect(full[0]).toBeLessThanOrEqual(1_000);
        expect(equal[0]).toBeGreaterThanOrEqual(500);
        expect(equal[0]).toBeLessThanOrEqual(1_000);
      }),
      { numRuns: 20 },
    ));

  test('is at most a second after the first attempt, and at most a minute ever, by default', async () => {
    const failing = defineTask({
      type: 'failing',
      retry: { maxAttempts: 20 },
      run: () => {
        throw new Error('again');
      },
    });
    const random = { ...simulatedRandom(1), fraction: () => 1 };
    await using at = await world({ tasks: [failing], random });
    const task = await at.supervisor.submit(failing);
    await at.clock.advance(3_600_000);
    const { attempts } = await task.info();
    const delays = attempts
      .slice(1)
      .map(({ start }, index) => +start - +(attempts[index] as { end: Date }).end);
    expect(delays.slice(0, 8)).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
    expect(Math.max(...delays)).toBe(60_000);
  });

  test('stays zero for ever when its base is', async () => {
    const failing = { attempts: 0 };
    const failure = new Error('again');
    const definition = defineTask({
      type: 'failing',
      retry: { maxAttempts: 1_030, backoff: { kind: 'exponential', baseMs: 0 } },
      run: () => {
        failing.attempts += 1;
        throw failure;
      },
    });
    await using at = await world({ tasks: [definition] });
    await faultOf((await at.supervisor.submit(definition)).result(), 'SystemError');
    expect(failing.attempts).toBe(1_030);
  });

  test('passes while the slot is free for another task, and cannot be hastened', async () => {
    const body = held({ retry: { maxAttempts: 2, backoff: after(1_000) } });
    await using at = await world({ tasks: [body.definition], concurrency: 1 });
    const task = await at.supervisor.submit(body.definition, 'first');
    await at.supervisor.submit(body.definition, 'second');
    (await body.started()).reject(new Error('again'));
    await quiet();
    expect(body.runs.map(({ input }) => input)).toEqual(['first', 'second']);
    const failedAt = at.clock.now();
    expect(await task.info()).toMatchObject({ state: 'queued', startAt: new Date(failedAt + 1_000) });
    body.runs[1]?.resolve();
    await at.clock.advance(999);
    expect(body.runs).toHaveLength(2);
    await at.clock.advance(1);
    expect(body.runs.at(-1)).toMatchObject({ input: 'first', attempt: 2 });
    expect((await task.info()).startAt).toBeUndefined();
  });
});

describe('a task is tried again', () => {
  test('until an attempt succeeds, and remembers how each ended', async () => {
    const body = held({ retry: { maxAttempts: 3, backoff: after(10) } });
    await using at = await world({ tasks: [body.definition] });
    const task = await at.supervisor.submit(body.definition);
    const started = at.clock.now();
    await at.clock.advance(5);
    body.runs[0]?.reject(new Error('first'));
    await at.clock.advance(10);
    await at.clock.advance(5);
    body.runs[1]?.resolve('done');
    const info = await task.ended();
    expect(info).toMatchObject({ state: 'success', result: 'done', attempt: 2, maxAttempts: 3 });
    expect(info.startTime).toEqual(new Date(started));
    expect(info.attempts).toEqual([
      {
        start: new Date(started),
        end: new Date(started + 5),
        fault: expect.objectContaining({ localizedMessage: 'first' }) as unknown,
      },
      { start: new Date(started + 15), end: new Date(started + 20) },
    ]);
    expect(info.error).toBeUndefined();
  });

  test('as often as it may, and ends with the last fault', async () => {
    const body = held({ retry: { maxAttempts: 3, backoff: after(1) } });
    await using at = await world({ tasks: [body.definition] });
    const task = await at.supervisor.submit(body.definition);
    for (const name of ['first', 'second', 'third']) {
      await at.clock.advance(1);
      body.runs.at(-1)?.reject(new Error(name));
    }
    await at.clock.advance(1_000);
    expect(body.runs.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
    expect(await task.info()).toMatchObject({ state: 'error', error: { localizedMessage: 'third' } });
  });

  test('never, where nothing is said of it', async () => {
    const body = held();
    await using at = await world({ tasks: [body.definition] });
    const task = await at.supervisor.submit(body.definition);
    (await body.started()).reject(new Error('only'));
    await at.clock.advance(1_000_000);
    expect(body.runs).toHaveLength(1);
    expect((await task.info()).attempts).toHaveLength(1);
  });

  test('only if retryIf says exactly true of the error and the number of its attempt', async () => {
    const asked: unknown[] = [];
    const answers = [true, 1 as never, true];
    const retryIf: RetryOptions['retryIf'] = (error, { attempt }) => {
      asked.push([(error as Error).message, attempt]);
      return answers[attempt - 1] as boolean;
    };
    const body = held({ retry: { maxAttempts: 9, backoff: after(1), retryIf } });
    await using at = await world({ tasks: [body.definition] });
    const task = await at.supervisor.submit(body.definition);
    (await body.started()).reject(new Error('a'));
    await at.clock.advance(1);
    body.runs[1]?.reject(new Error('b'));
    expect(await told(task)).toMatchObject({ state: 'error', attempt: 2 });
    expect(asked).toEqual([
      ['a', 1],
      ['b', 2],
    ]);
  });

  test.for([
    [
      'retryIf throws',
      {
        retryIf: () => {
          throw new Error('broken');
        },
      },
    ],
    ['its delay is not a number', { backoff: { kind: 'custom', delayMs: (): number => NaN } }],
    ['its delay is negative', { backoff: { kind: 'custom', delayMs: (): number => -1 } }],
    ['its delay is endless', { backoff: { kind: 'custom', delayMs: (): number => Infinity } }],
  ] as const)('not when %s, and an event says so', async ([, rules]) => {
    const body = held({ retry: { maxAttempts: 9, ...rules } });
    await using at = await world({ tasks: [body.definition] });
    const events = listen(at.supervisor);
    const task = await at.supervisor.submit(body.definition);
    (await body.started()).reject(new Error('own'));
    expect(await told(task)).toMatchObject({ state: 'error', attempt: 1 });
    expect((await task.info()).error?.localizedMessage).toBe('own');
    expect(events.filter(({ kind }) => kind === 'observerFailed')).toHaveLength(1);
  });
});

describe('noRetry', () => {
  test('gives back the same error, and its task ends with it', async () => {
    const error = new Fault('ExtendedFault', 'enough');
    expect(noRetry(error)).toBe(error);
    const body = held({ retry: { maxAttempts: 9 } });
    await using at = await world({ tasks: [body.definition] });
    const task = await at.supervisor.submit(body.definition);
    (await body.started()).reject(noRetry(error));
    expect(await told(task)).toMatchObject({ state: 'error', fault: 'ExtendedFault', attempt: 1 });
  });

  test.for(['text', 7, undefined, null])('wraps %s, which is no object, into an error', (value) => {
    const wrapped = noRetry(value);
    expect(wrapped).toBeInstanceOf(Error);
    expect(wrapped.message).toBe(String(value));
  });
});

test('input that its schema refuses is not tried again', async () => {
  let accepts = true;
  const input = z.string().refine(() => accepts);
  const failing = defineTask({ type: 'failing', input, retry: { maxAttempts: 9 }, run: () => 1 });
  await using at = await world({ tasks: [failing] });
  await at.supervisor.pause();
  const task = await at.supervisor.submit(failing, 'in');
  accepts = false;
  await at.supervisor.resume();
  expect(await told(task)).toMatchObject({ state: 'error', fault: 'InvalidArgument', attempt: 1 });
});

test.for([
  { maxAttempts: 0 },
  { maxAttempts: 1.5 },
  { maxAttempts: Infinity },
  { backoff: { kind: 'other' } },
  { backoff: { kind: 'custom' } },
  { backoff: { kind: 'linear', baseMs: -1 } },
  { backoff: { kind: 'linear', jitter: 'some' } },
  { backoff: { kind: 'linear', base: 1 } },
  { retryIf: true },
  { attempts: 3 },
])('retry: %j is InvalidArgument', async (retry) => {
  const run = () => 1;
  const define = () => defineTask({ type: 'wrong', retry: retry as RetryOptions, run });
  expect(await answerOf(define)).toBe('InvalidArgument');
});
