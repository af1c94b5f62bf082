import type { CreatedTaskHandle, TaskInfo } from '../../src/index.ts';
import type { Driven } from '../support/task-system.ts';

/** The same task, through which everything passes. */
export function passing(task: CreatedTaskHandle): Driven {
  return {
    cancel: () => task.cancel(),
    updateProgress: (percentDone) => task.updateProgress(percentDone),
    setDescription: (message) => task.setDescription(message),
    setCancelable: (cancelable) => task.setCancelable(cancelable),
    setState: (state, options) => task.setState(state, options),
    info: () => task.info(),
  };
}

/** A task with one bug, and the fewest steps that show it, its creation included. */
export interface Bug {
  readonly name: string;
  readonly shortest: number;
  readonly wrap: (task: CreatedTaskHandle) => Driven;
}

const never = <T>() => new Promise<T>(() => {});

/** The task as it is seen once something has been laid over it. */
function overlaid(task: CreatedTaskHandle): { seen: Partial<TaskInfo>; info: Driven['info'] } {
  const overlay = {
    seen: {} as Partial<TaskInfo>,
    info: async () => ({ ...(await task.info()), ...overlay.seen }),
  };
  return overlay;
}

export const bugs: readonly Bug[] = [
  {
    name: 'progress is accepted after the end',
    shortest: 3,
    wrap: (task) => ({
      ...passing(task),
      async updateProgress(percentDone) {
        const { completeTime } = await task.info();
        if (!completeTime) await task.updateProgress(percentDone);
      },
    }),
  },
  {
    name: 'a second cancel is answered "canceled"',
    shortest: 4,
    wrap: (task) => ({
      ...passing(task),
      async cancel() {
        const receipt = await task.cancel();
        return receipt === 'alreadyRequested' ? 'canceled' : receipt;
      },
    }),
  },
  {
    name: 'success overwrites a cancel',
    shortest: 3,
    wrap(task) {
      const overlay = overlaid(task);
      return {
        ...passing(task),
        info: overlay.info,
        async setState(state, options) {
          const { cancelled, completeTime } = await task.info();
          if (cancelled && completeTime && state === 'success') overlay.seen = { state };
          else await task.setState(state, options);
        },
      };
    },
  },
  {
    name: 'a refused report changes the progress',
    shortest: 2,
    wrap(task) {
      const overlay = overlaid(task);
      return {
        ...passing(task),
        info: overlay.info,
        updateProgress: (percentDone) =>
          task.updateProgress(percentDone).catch((error: unknown) => {
            overlay.seen = { progress: percentDone };
            throw error;
          }),
      };
    },
  },
  {
    name: 'setCancelable is ignored',
    shortest: 2,
    wrap: (task) => ({ ...passing(task), setCancelable: async () => void (await task.info()) }),
  },
  {
    name: 'progress is not clamped below',
    shortest: 3,
    wrap(task) {
      const overlay = overlaid(task);
      return {
        ...passing(task),
        info: overlay.info,
        async updateProgress(percentDone) {
          await task.updateProgress(percentDone);
          overlay.seen = percentDone < 0 ? { progress: percentDone } : {};
        },
      };
    },
  },
  {
    name: 'a task that was canceled cannot be described',
    shortest: 3,
    wrap: (task) => ({
      ...passing(task),
      async setDescription(message) {
        if ((await task.info()).cancelled) throw new TypeError('Cannot read properties of undefined');
        await task.setDescription(message);
      },
    }),
  },
  {
    name: 'a queued task is requeued with an error',
    shortest: 4,
    wrap: (task) => ({
      ...passing(task),
      async setState(state, options) {
        const before = await task.info();
        if (before.state === 'running' && before.progress !== undefined && state === 'queued')
          await task.setState('error', { fault: 'SystemError' });
        else await task.setState(state, options);
      },
    }),
  },
];

/** Not answered at all: bounded by the time that a call is given. */
export const hang: Bug = {
  name: 'a second cancel is never answered',
  shortest: 3,
  wrap: (task) => ({
    ...passing(task),
    cancel: async () => ((await task.info()).cancelled ? never() : task.cancel()),
  }),
};
