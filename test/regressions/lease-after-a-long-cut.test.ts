import { expect, test } from 'vitest';
import { type BodyContext, defineTask } from '../../src/index.ts';
import { simulate } from '../../src/testing/index.ts';

const work = defineTask({ type: 'work', run: ({ input }: BodyContext<number>) => input });

// It asked for a lease once, and then, for ever and without a pause, only whether it had one.
test('a process that was cut off when it asked for its lease has one once it is joined again', async () => {
  for (let seed = 1; seed <= 20; seed += 1)
    await simulate(seed, async (simulation) => {
      const { supervisor, line } = await simulation.start({
        tasks: [work],
        leaseMs: 9_000,
        storeRetryMs: 1e6,
      });
      line.disconnect();
      const created = supervisor.createTask({ type: 'driven', cancelable: true });
      await simulation.sleep(20_000);
      line.connect();
      await (await created).setState('success');
      expect(await (await supervisor.submit(work, 7)).result()).toBe(7);
      await supervisor.stop();
    });
});
