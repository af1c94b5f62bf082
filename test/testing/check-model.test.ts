import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { taskMachine } from '../../machines/index.ts';
import { type Supervisor, isFault } from '../../src/index.ts';
import { ChartDifference, type ModelOptions, checkModel } from '../../src/testing/index.ts';
import { asClientsSee, taskSystem } from '../support/task-system.ts';
import { type Bug, bugs, hang, passing } from './task-bugs.ts';

/** What a check of a system with this bug has found. */
async function differenceOf(
  { wrap }: Pick<Bug, 'wrap'>,
  options: ModelOptions = {},
): Promise<ChartDifference> {
  const checking = checkModel(taskMachine, taskSystem(wrap), {
    ...asClientsSee,
    ...(options as object),
  });
  const found = await checking.catch((error: unknown) => error);
  if (found instanceof ChartDifference) return found;
  throw new Error(`Expected a difference, got ${String(found)}`, { cause: found });
}

const typesOf = ({ steps }: ChartDifference) => steps.map(({ type }) => type);
const bugNamed = (name: string) => bugs.find((bug) => bug.name === name) as Bug;
const late = bugNamed('progress is accepted after the end');

test('the supervisor is as its chart, for all that drivers and clients do to a created task', async () => {
  const report = await checkModel(taskMachine, taskSystem(), { ...asClientsSee, seed: 1, numRuns: 200 });
  expect(report.runs).toBe(200);
  expect(report.events).toBeGreaterThan(1_000);
  expect(report.missed).toEqual(['running.expiring', 'running.evicting', 'running.joining']);
});

describe.for(bugs)('$name', { timeout: 120_000 }, (bug) => {
  test.for([1, 2, 3])('is found by seed %i, in the fewest steps', async (seed) => {
    const { steps } = await differenceOf(bug, { seed });
    expect(steps.map(({ type }) => type)).toHaveLength(bug.shortest);
    expect(steps[0]?.type).toBe('create');
  });
});

test('the payload that shows it is the simplest', async () => {
  const { steps } = await differenceOf(bugNamed('progress is not clamped below'), { seed: 3 });
  expect(steps.at(-1)?.sent).toEqual({ type: 'UPDATE_PROGRESS', at: 0, percentDone: -1 });
});

test("a step that changes another instance than its own is found in that one's state", async () => {
  const all: { cancel(): Promise<unknown> }[] = [];
  const system = taskSystem((task) => {
    all.push(task);
    const cancel = () => {
      for (const other of all) if (other !== task) void other.cancel().catch(() => {});
      return task.cancel();
    };
    return { ...passing(task), cancel };
  });
  const close = (supervisor: Supervisor) => {
    all.length = 0;
    return supervisor.stop();
  };
  const checking = checkModel(taskMachine, { ...system, close }, { ...asClientsSee, seed: 1 });
  const found = (await checking.catch((error: unknown) => error)) as ChartDifference;
  expect(typesOf(found)).toEqual(['create', 'create', 'CANCEL']);
  expect(found.message).toMatch(/at step 3 the state is/);
  expect(found.message).toMatch(/ {5}expected state of task [12]: /);
});

test('the same seed finds the same', async () => {
  const [one, other] = [await differenceOf(late, { seed: 9 }), await differenceOf(late, { seed: 9 })];
  expect(one.message).toBe(other.message);
});

test('seed and path of a difference lead to it again, at once', async () => {
  const { seed = 0, path = '', message } = await differenceOf(late);
  const again = await differenceOf(late, { seed, path, numRuns: 1 });
  expect(again.message).toBe(message);
});

test('a call that is never answered is a difference, after its time', async () => {
  const found = await differenceOf(hang, { seed: 1, timeoutMs: 20 });
  expect(typesOf(found)).toHaveLength(hang.shortest);
  expect(found.message).toContain('the answer is no answer within 20 ms, expected InvalidState');
});

test('an error that is no fault is a difference, and is shown', async () => {
  const { message, actual } = await differenceOf(bugNamed('a task that was canceled cannot be described'));
  expect(message).toContain('an error: TypeError: Cannot read properties of undefined');
  expect(actual).toBeInstanceOf(TypeError);
});

test.for(['open', 'create', 'state', 'close'] as const)('an error in %s is a difference', async (member) => {
  const broken = {
    ...taskSystem(),
    [member]: () => {
      throw new RangeError('It is broken');
    },
  };
  const checking = checkModel(taskMachine, broken, asClientsSee);
  const found = (await checking.catch((error: unknown) => error)) as ChartDifference;
  expect(found).toBeInstanceOf(ChartDifference);
  expect(found.message).toContain('RangeError: It is broken');
  expect(found.steps.length).toBeLessThanOrEqual(2);
});

test('what does not differ again when it is repeated is shown all the same, and said', async () => {
  let hasFailed = false;
  const wrap: Bug['wrap'] = (task) => ({
    ...passing(task),
    async cancel() {
      if (hasFailed) return task.cancel();
      hasFailed = true;
      throw new TypeError('Once');
    },
  });
  const { message } = await differenceOf({ wrap }, { seed: 1 });
  expect(message).toContain('TypeError: Once');
  expect(message).toContain('It did not differ again when these steps were repeated.');
});

/** Its state is seen at every third look only. */
function slowSystem() {
  const system = taskSystem();
  let looks = 0;
  return {
    ...system,
    state: (task: Parameters<NonNullable<typeof system.state>>[0]) =>
      (looks += 1) % 3 === 0 ? system.state?.(task) : 'not there yet',
  };
}

test('a state that is slow to come is waited for', async () => {
  const options = { ...asClientsSee, seed: 1, numRuns: 3, patienceMs: 20_000 };
  const report = await checkModel(taskMachine, slowSystem(), options);
  expect(report.events).toBeGreaterThan(10);
});

test('without patience, a state that is slow to come is a difference', async () => {
  const checking = checkModel(taskMachine, slowSystem(), { ...asClientsSee, seed: 1 });
  await expect(checking).rejects.toThrow("the state is 'not there yet'");
});

test('a state that never comes is a difference, once patience is over', async () => {
  const found = await differenceOf(late, { seed: 1, patienceMs: 1 });
  expect(typesOf(found)).toHaveLength(late.shortest);
});

test('a search that was given no time says so', async () => {
  const parameters = { interruptAfterTimeLimit: 0, markInterruptAsFailure: true };
  const checking = checkModel(taskMachine, taskSystem(), { ...asClientsSee, parameters });
  await expect(checking).rejects.toThrow(/interrupted/i);
});

test('fast-check may be told not to shorten; what it finds is shortened here all the same', async () => {
  const found = await differenceOf(late, { seed: 4, parameters: { endOnFailure: true } });
  expect(typesOf(found)).toHaveLength(late.shortest);
  expect(found.path).toMatch(/^\d+$/);
});

test('the words of the system may be others than those of the chart', async () => {
  const system: Parameters<typeof checkModel<typeof taskMachine, string[]>>[1] = {
    create: () => [],
    events: { CANCEL: { payload: fc.record({ at: fc.constant(0) }), send: () => 'gone' } },
    inputs: fc.record({ driver: fc.constant('creator'), cancelable: fc.constant(true), queuedAt: fc.nat() }),
  };
  const words = { canceled: 'GONE', InvalidState: 'GONE' } as Record<string, string>;
  await checkModel(taskMachine, system, {
    answerOf: ({ outcome }) => words[outcome],
    same: (expected, actual) => expected === (actual as string).toUpperCase(),
  });
});

test.for([
  ['numRuns', { numRuns: 0 }],
  ['maxCommands', { maxCommands: 1.5 }],
  ['maxInstances', { maxInstances: -1 }],
  ['timeoutMs', { timeoutMs: Number.NaN }],
  ['seed', { seed: 0.5 }],
  ['patienceMs', { patienceMs: -1 }],
] as const)('an option %s that makes no sense is refused', async ([name, options]) => {
  const fault = await checkModel(taskMachine, taskSystem(), options).catch((error: unknown) => error);
  expect(isFault(fault, 'InvalidArgument') && fault['invalidProperty']).toBe(name);
});

describe('without fast-check', () => {
  afterEach(() => vi.doUnmock('fast-check'));

  test('the fault says what to install', async () => {
    vi.doMock('fast-check', () => {
      throw new Error("Cannot find package 'fast-check'");
    });
    const fault = await checkModel(taskMachine, taskSystem()).catch((error: unknown) => error);
    expect(isFault(fault, 'NotSupported')).toBe(true);
    expect((fault as Error).message).toContain('npm install --save-dev fast-check');
  });
});
