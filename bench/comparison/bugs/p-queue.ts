import { setImmediate as turn } from 'node:timers/promises';
import PQueue from 'p-queue';
import type { Adapter } from './adapter.ts';

export const adapter: Adapter = ({ slots }, body) => {
  const queue = new PQueue({ concurrency: slots });
  const controllers = new Map<number, AbortController>();
  return {
    add(job) {
      const controller = new AbortController();
      controllers.set(job, controller);
      // How a job ends is told by its body.
      queue.add(() => body(job), { signal: controller.signal }).catch(() => {});
    },
    cancel: (job) => controllers.get(job)?.abort(),
    rest: () => turn(),
    close: () => queue.pause(),
  };
};
