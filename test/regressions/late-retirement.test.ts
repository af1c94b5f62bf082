import { expect, test } from 'vitest';
import { type BodyContext, defineTask } from '../../src/index.ts';
import { simulate } from '../../src/testing/index.ts';

const leaseMs = 9_000;

// Whoever had taken over what a lost process held was cut off before it could retire that, and asked again until it could: by
// then the process was back, with a new lease and new tasks. Nobody saw that it was lost a second time.
test('a lease under which something is held is not retired by who took over the one before', async () => {
  for (let seed = 1; seed <= 12; seed += 1)
    await simulate(seed, async (simulation) => {
      const work = defineTask({
        type: 'work',
        retry: { maxLost: 99 },
        run: ({ sleep }: BodyContext) => sleep(3 * leaseMs),
      });
      const options = { leaseMs, storeRetryMs: 1e6 };
      const worker = await simulation.start({ ...options, tasks: [work] });
      const slow = await simulation.start({ ...options, tasks: [], run: false });
      // It finds that later than the slow one does.
      const other = await simulation.start({
        ...options,
        leaseMs: 2 * leaseMs,
        tasks: [work],
        run: false,
      });
      const task = await other.supervisor.submit(work);
      for await (const { state } of task.watch()) if (state === 'running') break;
      worker.line.disconnect();
      for await (const { kind } of slow.supervisor.events()) if (kind === 'workerLost') break;
      for await (const { state } of task.watch()) if (state === 'queued') break;
      slow.line.disconnect();
      await simulation.sleep(2 * leaseMs);
      worker.line.connect();
      for await (const { state } of task.watch()) if (state === 'running') break;
      worker.crash();
      slow.line.connect();
      await simulation.sleep(3 * leaseMs);
      expect((await task.info()).state).toBe('queued');
      const last = await simulation.start({ ...options, tasks: [work] });
      expect((await task.ended()).state).toBe('success');
      await Promise.all([slow, other, last].map(({ supervisor }) => supervisor.stop()));
    });
});
