import { describe, expect, test } from 'vitest';
import { setup } from 'xstate';
import { isFault } from '../../src/index.ts';
import { ConcurrentDifference, type Schedule, checkConcurrent } from '../../src/testing/index.ts';
import { jobChart, jobs, lookOf, rightJob } from './jobs.ts';

const chart = setup({ types: { events: {} as { type: 'ADD' } } }).createMachine({
  id: 'list',
  initial: 'open',
  states: { open: { on: { ADD: {} } } },
});

async function differenceIn(checking: Promise<unknown>): Promise<ConcurrentDifference> {
  const found = await checking.catch((error: unknown) => error);
  if (found instanceof ConcurrentDifference) return found;
  throw new Error('Expected a difference', { cause: found });
}

const never = () => new Promise<never>(() => {});

describe('a system that hangs', () => {
  test(
    'is told within the five seconds that a test has, with its shortest program',
    { timeout: 5_000 },
    async () => {
      const system = { create: () => 1, events: { ADD: { send: never } } };
      const found = await differenceIn(checkConcurrent(chart, system, { seed: 1 }));
      expect(found.calls).toHaveLength(1);
      expect(found.message).toContain('no answer within 1000 ms');
      expect(found.message).not.toContain('It did not differ again');
    },
  );

  test('also at its end', async () => {
    const system = {
      open: () => ({ hasHung: false }),
      create: (_input: unknown, real: { hasHung: boolean }) => real,
      events: {
        ADD: {
          send: (real: { hasHung: boolean }) => {
            real.hasHung = true;
            return never();
          },
        },
      },
      close: ({ hasHung }: { hasHung: boolean }) => (hasHung ? never() : undefined),
    };
    const timeoutMs = 200;
    const began = performance.now();
    const found = await differenceIn(checkConcurrent(chart, system, { seed: 1, timeoutMs }));
    expect(performance.now() - began).toBeLessThan(10 * timeoutMs);
    expect(found.calls).toHaveLength(1);
  });

  test('only now and then is cut down all the same', async () => {
    // Whoever comes while another is on its way is forgotten.
    const create = (_input: unknown, _real: undefined, { turn }: Schedule) => {
      let isBusy = false;
      return async () => {
        if (isBusy) return never();
        isBusy = true;
        await turn('writes');
        isBusy = false;
        return undefined;
      };
    };
    const system = { create, events: { ADD: { send: (add: () => Promise<undefined>) => add() } } };
    const found = await differenceIn(checkConcurrent(chart, system, { seed: 1, timeoutMs: 50 }));
    expect(found.calls).toHaveLength(2);
  });

  test('and is slow otherwise is not told of a hang that is none', async () => {
    const timeoutMs = 300;
    const create = () => {
      let calls = 0;
      // Longer than is waited while a hang is cut down.
      const add = () => new Promise<void>((resolve) => void setTimeout(resolve, timeoutMs / 3));
      return () => ((calls += 1) > 4 ? never() : add());
    };
    const system = { create, events: { ADD: { send: (add: () => Promise<void>) => add() } } };
    const found = await differenceIn(
      checkConcurrent(chart, system, { seed: 1, timeoutMs, maxInstances: 1, clients: 2 }),
    );
    expect(found.calls.filter(({ actual }) => actual === undefined).length).toBeGreaterThanOrEqual(4);
    expect(found.message).toContain(`no answer within ${timeoutMs} ms`);
  });

  test('when it is looked at in the end, each of several instances', async () => {
    interface Real {
      left: number;
    }
    const system = {
      open: (): Real => ({ left: 5 }),
      create: (_input: unknown, real: Real) => real,
      events: { ADD: { weight: 100, send: (real: Real) => void (real.left -= 1) } },
      state: ({ left }: Real) => (left > 0 ? 'open' : never()),
    };
    const found = await differenceIn(
      checkConcurrent(chart, system, { seed: 1, timeoutMs: 20, maxInstances: 4, clients: 4 }),
    );
    expect(found.message).toContain('no answer within 20 ms');
  });
});

describe('the limit of configurations', () => {
  const judged = (maxConfigurations: number) =>
    checkConcurrent(jobChart, jobs(rightJob), { ...lookOf, seed: 1, numRuns: 20, maxConfigurations });

  test('leaves some runs undecided, which are counted, and are no difference', async () => {
    const { undecided, runs } = await judged(6);
    expect(undecided).toBeGreaterThan(0);
    expect(undecided).toBeLessThan(runs);
  });

  test('that leaves all of them undecided is refused', async () => {
    const fault = await judged(1).catch((error: unknown) => error);
    if (!isFault(fault, 'InvalidArgument')) throw new Error('Expected a fault', { cause: fault });
    expect(fault['invalidProperty']).toBe('maxConfigurations');
    expect(fault.message).toBe(
      'Expected maxConfigurations to be enough for one run at least, but none of 20 could be judged by 1. ' +
        'Raise it, or lower clients or maxCommandsEach.',
    );
  });
});
