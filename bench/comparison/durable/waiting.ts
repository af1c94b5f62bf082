import { defineTask } from '../../../src/index.ts';

/** A task that waits until it is told to end; `aborted` is called at once. */
export const waitingTask = (aborted: () => void) =>
  defineTask({
    type: 'waiting',
    run: ({ signal }) =>
      new Promise<void>((_resolve, reject) => {
        const abort = () => {
          aborted();
          reject(signal.reason as Error);
        };
        signal.addEventListener('abort', abort, { once: true });
      }),
  });
