import fc from 'fast-check';
import { localized, type taskMachine } from '../../machines/index.ts';
import {
  type CreatedTaskHandle,
  type Store,
  type Supervisor,
  type TaskHandle,
  type TurnScheduler,
  createSupervisor,
  defineTask,
  memoryStore,
} from '../../src/index.ts';
import {
  type ConcurrentSystem,
  type Faults,
  type OwnSteps,
  type Schedule,
  faultyStore,
} from '../../src/testing/index.ts';
import type { TaskEvent } from '../../machines/index.ts';
import { type Driven, seenAsInfo, taskSystem } from './task-system.ts';

const slow = defineTask({
  type: 'slow',
  async run({ sleep }) {
    await sleep(1);
    return 7;
  },
});

const flaky = defineTask({
  type: 'flaky',
  retry: { maxAttempts: 2, backoff: { kind: 'linear', baseMs: 1 } },
  async run({ attempt, sleep }) {
    await sleep(1);
    if (attempt === 1) throw new RangeError('At first it fails');
    return 7;
  },
});

/** A supervisor whose store, mailbox, clock and chance are under the schedule. */
function scheduledSupervisor(
  schedule: Schedule,
  faults: Faults,
  inner: Store = memoryStore(),
): Promise<Supervisor> {
  const { clock, random } = schedule;
  const turn = <T>(name: string, happen: () => PromiseLike<T>) =>
    schedule.turn(`asks the store: ${name}`).then(() => schedule.outside(happen()));
  const turns: TurnScheduler = {
    deliver: ({ source }, proceed) => void schedule.turn(`delivers: ${source}`).then(proceed),
  };
  const store = faultyStore(inner, { random, faults, turn });
  return createSupervisor({ tasks: [slow, flaky], concurrency: 1, store, clock, random, turns });
}

/** Created tasks, which clients drive at once; `wrap` may put a bug between. */
export function createdTasks(
  faults: Faults = {},
  wrap: (task: CreatedTaskHandle) => Driven = (task) => task,
): ConcurrentSystem<typeof taskMachine, Driven, Supervisor> {
  return {
    ...taskSystem(wrap),
    open: (schedule) => scheduledSupervisor(schedule, faults),
  };
}

const at = 0;
const start: TaskEvent = { type: 'START', at, worker: 'w' };
const returned: TaskEvent = { type: 'BODY_RETURNED', at, result: '[7]' };
const aborted: TaskEvent = {
  type: 'BODY_THREW',
  at,
  aborted: true,
  error: localized({ name: 'RequestCanceled' }),
};
const threw: TaskEvent = {
  type: 'BODY_THREW',
  at,
  aborted: false,
  error: localized({ name: 'SystemError' }),
  retryAt: 1,
};

/** What the supervisor does by itself to a task of each type. */
export const steps = {
  slow: [start, returned, aborted],
  flaky: [start, threw, aborted, start, returned],
} satisfies Record<string, OwnSteps<TaskEvent, unknown>>;

/** Submitted tasks: the supervisor starts and ends them by itself while clients call. */
export function submittedTasks(
  type: keyof typeof steps,
  faults: Faults = {},
  own: OwnSteps<TaskEvent, TaskHandle> = steps[type],
  openStore: () => Store = memoryStore,
): ConcurrentSystem<typeof taskMachine, TaskHandle, Supervisor> {
  const stamp = fc.constant(at);
  return {
    open: (schedule) => scheduledSupervisor(schedule, faults, openStore()),
    inputs: fc.record({
      driver: fc.constant('supervisor'),
      cancelable: fc.constant(true),
      queuedAt: stamp,
      maxAttempts: fc.constant(type === 'flaky' ? 2 : 1),
    }),
    create: (_input, supervisor) => supervisor.submit(type === 'flaky' ? flaky : slow),
    own,
    events: {
      CANCEL: { payload: fc.record({ at: stamp }), send: (task) => task.cancel() },
      UPDATE_PROGRESS: {
        payload: fc.record({ at: stamp, percentDone: fc.integer({ min: 1, max: 99 }) }),
        send: (task, { percentDone }) => task.updateProgress(percentDone),
      },
      SET_DESCRIPTION: {
        payload: fc.record({ at: stamp, description: fc.constant({ key: 'phase', message: 'Reading' }) }),
        send: (task, { description }) => task.setDescription(description),
      },
    },
    state: async (task) => seenAsInfo(await task.info()),
  };
}
