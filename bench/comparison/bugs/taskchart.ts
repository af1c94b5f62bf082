import { type TaskHandle, createSupervisor, defineTask, isFault } from '../../../src/index.ts';
import { simulatedClock } from '../../../src/testing/index.ts';
import type { Adapter } from './adapter.ts';

export const adapter: Adapter = async ({ slots, attempts }, body) => {
  const work = defineTask({
    type: 'work',
    timeoutMs: 30 * 60_000,
    retry: { maxAttempts: attempts, backoff: { kind: 'custom', delayMs: () => 0 } },
    run: ({ input }: { input: number }) => body(input),
  });
  const clock = simulatedClock();
  const supervisor = await createSupervisor({ tasks: [work], concurrency: slots, clock });
  const tasks = new Map<number, TaskHandle>();
  return {
    add: async (job) => tasks.set(job, await supervisor.submit(work, job)),
    cancel: (job) =>
      tasks
        .get(job)
        ?.cancel()
        .catch((error: unknown) => {
          if (!isFault(error, 'InvalidState')) throw error;
        }),
    pass: (ms) => clock.advance(ms),
    rest: () => clock.advance(0),
    close: () => supervisor.stop(),
  };
};
