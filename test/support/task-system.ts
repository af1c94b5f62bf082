import fc from 'fast-check';
import { type TaskEvent, type TaskState, leafOf, localized, type taskMachine } from '../../machines/index.ts';
import {
  type CreatedTaskHandle,
  Fault,
  type StateOptions,
  type Supervisor,
  type TaskInfo,
  createSupervisor,
} from '../../src/index.ts';
import { type ModelOptions, type ModelSystem, simulatedClock } from '../../src/testing/index.ts';

/** Everything that a driver and its clients do to a task. */
export type Driven = Pick<
  CreatedTaskHandle,
  'cancel' | 'updateProgress' | 'setDescription' | 'setCancelable' | 'setState' | 'info'
>;

const at = fc.constant(0);
const mostly = <T>(usual: T, rare: T) => fc.constantFrom(usual, usual, usual, rare);
const percentDone = fc.integer({ min: -50, max: 150 });
const description = fc.constant({ key: 'phase', message: 'Reading' });
const state = fc.constantFrom<TaskState[]>('queued', 'running', 'success', 'error');
const result = mostly(undefined, '[7]');
const error = mostly(undefined, localized({ name: 'ExtendedFault' }));

/** The real supervisor, whose tasks are driven through its public face; `wrap` may put a bug between. */
export function taskSystem(
  wrap: (task: CreatedTaskHandle) => Driven = (task) => task,
): ModelSystem<typeof taskMachine, Driven, Supervisor> {
  return {
    open: () => createSupervisor({ tasks: [], clock: simulatedClock() }),
    inputs: fc.record({ driver: fc.constant('creator'), cancelable: fc.boolean(), queuedAt: at }),
    create: async ({ cancelable }, supervisor) =>
      wrap(await supervisor.createTask({ type: 'driven', cancelable })),
    events: {
      CANCEL: { payload: fc.record({ at }), send: (task) => task.cancel() },
      UPDATE_PROGRESS: {
        payload: fc.record({ at, percentDone }),
        send: (task, event) => task.updateProgress(event.percentDone),
      },
      SET_DESCRIPTION: {
        payload: fc.record({ at, description }),
        send: (task, event) => task.setDescription(event.description),
      },
      SET_CANCELABLE: {
        payload: fc.record({ at, cancelable: fc.boolean() }),
        send: (task, event) => task.setCancelable(event.cancelable),
      },
      SET_STATE: {
        payload: fc.record({ at, state, result, error }),
        send: (task, event) => task.setState(event.state, optionsOf(event)),
      },
    },
    state: async (task) => seenAsInfo(await task.info()),
  };
}

/** What of its info is compared with the chart. */
export function seenAsInfo(info: TaskInfo): unknown[] {
  return [info.state, ...flagsOf(info), info.error?.fault.name, info.result];
}

/** What a client sees of a task, by its chart. */
export const asClientsSee: ModelOptions<typeof taskMachine> = {
  // A loaded machine is no hang.
  timeoutMs: 20_000,
  stateOf({ value, context: { task } }) {
    const [word] = leafOf(value).split('.');
    return [word, ...flagsOf(task), task.error?.fault.name, task.result === undefined ? undefined : 7];
  },
};

interface Seen {
  readonly cancelled: boolean;
  readonly cancelable: boolean;
  readonly progress?: number | undefined;
  readonly description?: { readonly message: string } | undefined;
}

function flagsOf(of: Seen): unknown[] {
  return [of.cancelled, of.cancelable, of.progress, of.description?.message];
}

function optionsOf(event: Extract<TaskEvent, { type: 'SET_STATE' }>): StateOptions {
  return {
    ...(event.result === undefined ? {} : { result: 7 }),
    ...(event.error === undefined ? {} : { fault: new Fault('ExtendedFault') }),
  };
}
