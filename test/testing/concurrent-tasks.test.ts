import { describe, expect, test } from 'vitest';
import { taskMachine } from '../../machines/index.ts';
import { type CreatedTaskHandle, isFault } from '../../src/index.ts';
import { ConcurrentDifference, checkConcurrent } from '../../src/testing/index.ts';
import { createdTasks, steps, submittedTasks } from '../support/concurrent-task-system.ts';
import { type Driven, asClientsSee } from '../support/task-system.ts';
import { passing } from './task-bugs.ts';

const options = { ...asClientsSee, numRuns: 100 };
const bad = { refused: 5, lost: 5, torn: 5, duplicated: 5 };
const lines = [
  ['a good line', {}],
  ['a bad line', bad],
] as const;

describe.for(lines)('over %s to its store', { timeout: 120_000 }, ([, faults]) => {
  test('the supervisor is as its chart for several clients that drive created tasks at once', async () => {
    const report = await checkConcurrent(taskMachine, createdTasks(faults), { ...options, seed: 1 });
    expect(report.overlapping).toBeGreaterThan(report.calls / 3);
    expect(report).toMatchObject({ runs: 100, undecided: 0 });
    expect(report.missed).toEqual(['running.expiring', 'running.evicting', 'running.joining']);
  });

  test.for(['slow', 'flaky'] as const)(
    'the supervisor is as its chart for several clients while it runs %s tasks',
    async (type) => {
      const report = await checkConcurrent(taskMachine, submittedTasks(type, faults), {
        ...options,
        seed: 2,
      });
      expect(report.overlapping).toBeGreaterThan(report.calls / 3);
      expect(report.missed).toEqual(['running.expiring', 'running.evicting', 'running.joining']);
    },
  );
});

test(
  'what the supervisor does by itself may be told as a task is submitted',
  { timeout: 60_000 },
  async () => {
    const system = submittedTasks('slow', {}, (_task, may) => {
      for (const step of steps.slow) may(step);
    });
    await checkConcurrent(taskMachine, system, { ...options, seed: 3, numRuns: 50 });
  },
);

test('without its own steps, a start of the supervisor is a difference', { timeout: 60_000 }, async () => {
  const checking = checkConcurrent(taskMachine, submittedTasks('slow', {}, []), { ...options, seed: 1 });
  await expect(checking).rejects.toThrow(/The system is not as the chart "task"/);
});

/** Whoever was too late to end it is not told: it was canceled meanwhile. */
function lateEndIsAccepted(task: CreatedTaskHandle): Driven {
  return {
    ...passing(task),
    async setState(state, given) {
      const { completeTime } = await task.info();
      await task.setState(state, given).catch((error: unknown) => {
        if (completeTime !== undefined || !isFault(error, 'InvalidState') || given?.fault) throw error;
        if (state !== 'success') throw error;
      });
    },
  };
}

test('an end that came too late and is answered as done is found', { timeout: 120_000 }, async () => {
  const checking = checkConcurrent(taskMachine, createdTasks({}, lateEndIsAccepted), {
    ...options,
    seed: 1,
    numRuns: 1_000,
  });
  const found = await checking.catch((error: unknown) => error);
  expect(found).toBeInstanceOf(ConcurrentDifference);
  const { calls, message } = found as ConcurrentDifference;
  expect(calls.length).toBeLessThanOrEqual(4);
  expect(message).toMatch(/^client 1 +\|--/m);
});
