// A misspelt option of a test makes it a test of something else, or of nothing: each of these is refused.
import { expect, test } from 'vitest';
import { isFault, memoryStore } from '../../src/index.ts';
import {
  type Invocation,
  faultyStore,
  linearizable,
  simulate,
  simulatedClock,
  simulatedRandom,
  storeContract,
} from '../../src/testing/index.ts';

const random = simulatedRandom(1);
const store = () => memoryStore({ leases: true });
const nothing = async () => {};
const put = (client: string, calledAt: number): Invocation<string, string> => ({
  client,
  key: 'a',
  operation: 'put',
  calledAt,
  returnedAt: calledAt + 1,
  answer: 'ok',
});
const counted = { initial: () => 0, step: (state: number) => ({ state: state + 1, answer: 'ok' }) };

function* endlessly() {
  for (let state = 0; ; state += 1) yield { state, answer: 'other' };
}

const wrong: Readonly<Record<string, () => unknown>> = {
  'a seed of chance that is no number': () => simulatedRandom(Number.NaN),
  'a seed of chance that is left out': () => simulatedRandom(undefined as never),
  'a seed of a simulation that is no integer': () => simulate(0.5, nothing),
  'an unknown option of a simulation': () => simulate(1, nothing, { shrinkRun: 5 } as never),
  'a schedule that is no list': () => simulate(1, nothing, { schedule: 'x' as never }),
  'a schedule with a negative choice': () => simulate(1, nothing, { schedule: [-1] }),
  'a schedule with a choice that is no number': () => simulate(1, nothing, { schedule: [Number.NaN] }),
  'no scenario': () => simulate(1, undefined as never),
  'a number of runs that is negative': () => simulate(1, nothing, { shrinkRuns: -1 }),
  'a store that is no function': () => simulate(1, nothing, { openStore: store() as never }),
  'a crash before the first commit': () =>
    faultyStore(store(), { random, crashAt: { commit: 0, when: 'after' } }),
  'a crash at no commit': () => faultyStore(store(), { random, crashAt: {} as never }),
  'a crash at an unknown moment': () =>
    faultyStore(store(), { random, crashAt: { commit: 1, when: 'aftr' as never } }),
  'an unknown option of a bad line': () => faultyStore(store(), { random, fault: {} } as never),
  'an unknown fault of a line': () => faultyStore(store(), { random, faults: { refuse: 5 } as never }),
  'a fault of over 100 percent': () => faultyStore(store(), { random, faults: { refused: 101 } }),
  'a bad line without chance': () => faultyStore(store(), {} as never),
  'a time that is no number': () => simulatedClock({ startAt: 'a' as never }),
  'an unknown option of a clock': () => simulatedClock({ start: 5 } as never),
  'a timer that is never due': () => simulatedClock().setTimer(Number.NaN, () => {}),
  'a wall clock without a time': () => simulatedClock().setWall(Number.NaN),
  'a contract of no store': () => storeContract(5 as never),
  'an unknown option of a contract': () => storeContract(store, { lease: false } as never),
  'a reading that changes something': () =>
    linearizable([put('a', 1), put('b', 1)], { ...counted, isReading: () => true }),
  'outcomes without end': () =>
    linearizable([put('a', 1)], { initial: () => 0, step: endlessly } as never, { timeoutMs: 300 }),
};

test.for(Object.entries(wrong))('%s is InvalidArgument', async ([, run]) => {
  const fault = await Promise.resolve()
    .then(run)
    .then(
      () => undefined,
      (error: unknown) => error,
    );
  expect(isFault(fault, 'InvalidArgument') && fault.message).toMatch(/^Expected .+, got /);
});

test('a sleep of no number of milliseconds fails, instead of lasting for ever', async () => {
  await expect(simulate(1, (simulation) => simulation.sleep(Number.NaN))).rejects.toThrow(
    'a number of milliseconds',
  );
});

test('chance of a seed above 32 bits is its own', () => {
  expect(simulatedRandom(2 ** 32).fraction()).not.toBe(simulatedRandom(0).fraction());
});

test('nothing starts in a scenario that has ended', async () => {
  let late: (() => Promise<unknown>) | undefined;
  await simulate(1, async (simulation) => {
    late = () => simulation.start({ tasks: [] });
  });
  await expect(late?.()).rejects.toMatchObject({ name: 'InvalidState' });
});
