import { expect, test } from 'vitest';
import { type BodyContext, defineTask } from '../../src/index.ts';
import { simulate } from '../../src/testing/index.ts';

const leaseMs = 9_000;

// A lease that was let go begins anew with its first beat: whoever saw that number before took it for one that stands still.
test('a lease that begins anew is not over for who was cut off since the one before', async () => {
  for (let seed = 1; seed <= 12; seed += 1)
    await simulate(seed, async (simulation) => {
      const options = { tasks: [], run: false, leaseMs, storeRetryMs: 1e6 };
      const { supervisor } = await simulation.start(options);
      const driven = { type: 'driven', cancelable: true };
      const create = () => supervisor.createTask(driven);
      const first = await create();
      const observer = await simulation.start(options);
      await simulation.sleep(1);
      observer.line.disconnect();
      await first.setState('success');
      await simulation.sleep(3 * leaseMs + seed * 500);
      // It wants a lease of its own: it looks twice, one look after the other.
      const its = observer.supervisor.createTask(driven);
      await simulation.sleep(100);
      const second = await create();
      observer.line.connect();
      await simulation.sleep(2 * leaseMs);
      expect((await second.info()).state).toBe('queued');
      await Promise.all([second, await its].map((task) => task.setState('success')));
    });
});

// Its look was sent when the old lease had stood still for long enough, and was repeated until there was a new one.
test('a lease that begins anew is not over for who asks for long how it is', async () => {
  for (let seed = 1; seed <= 12; seed += 1)
    await simulate(seed, async (simulation) => {
      const options = { tasks: [], run: false, leaseMs, storeRetryMs: 1e6 };
      const { supervisor, line } = await simulation.start(options);
      const create = () => supervisor.createTask({ type: 'driven', cancelable: true });
      await create();
      const observer = await simulation.start(options);
      await simulation.sleep(1_000);
      const other = await simulation.start(options);
      await simulation.sleep(2_500);
      line.disconnect(); // after its second beat
      // Before the lease is over for it, but not before the other one will find that.
      await simulation.sleep(leaseMs - 1_000);
      observer.line.disconnect();
      for await (const { kind } of other.supervisor.events()) if (kind === 'workerLost') break;
      await simulation.sleep(5_000);
      line.connect();
      const second = await create();
      observer.line.connect();
      await simulation.sleep(2 * leaseMs);
      expect((await second.info()).state).toBe('queued');
      await second.setState('success');
    });
});

// Each of its leases was let go before its second beat, and whoever looked saw the first one every time.
test('a process that now and then has something to do is not lost', async () => {
  const brief = defineTask({ type: 'brief', run: ({ sleep }: BodyContext) => sleep(2_000) });
  for (let seed = 1; seed <= 10; seed += 1)
    await simulate(seed, async (simulation) => {
      const web = await simulation.start({ tasks: [brief], run: false, leaseMs });
      await simulation.start({ tasks: [brief], leaseMs });
      for (let count = 0; count < 20; count += 1) {
        const next = simulation.sleep(3_000 + seed * 100);
        const task = await web.supervisor.submit(brief);
        expect((await task.ended()).attempts).toHaveLength(1);
        await next;
      }
    });
});
