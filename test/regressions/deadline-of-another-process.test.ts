import { expect, test } from 'vitest';
import { type BodyContext, createSupervisor, defineTask, memoryStore } from '../../src/index.ts';
import { simulate } from '../../src/testing/index.ts';
import { world } from '../support/world.ts';

const started: number[] = [];
const work = defineTask({
  type: 'work',
  async run({ input, sleep }: BodyContext<number>) {
    started.push(input);
    await sleep(input);
  },
});

test('a task is not started after its deadline, though whoever submitted it has stopped', async () => {
  for (let seed = 1; seed <= 20; seed += 1)
    await simulate(seed, async (simulation) => {
      started.length = 0;
      const worker = await simulation.start({ tasks: [work], concurrency: 1 });
      const web = await simulation.start({ tasks: [work], run: false });
      const busy = await web.supervisor.submit(work, 500_000);
      for await (const { state } of busy.watch()) if (state === 'running') break;
      const { key } = await web.supervisor.submit(work, 1, { deadlineMs: 60_000 });
      await web.supervisor.stop();
      const info = await (await worker.supervisor.task(key)).ended();
      expect(info.error?.fault.name).toBe('Timedout');
      expect(started).toEqual([500_000]);
      expect(info.startTime).toBeUndefined();
    });
});

test('a task whose submitter is gone ends soon after its deadline, though no slot is free', async () => {
  const store = memoryStore({ leases: true });
  await using worker = await world({ store, tasks: [work], concurrency: 1, leaseMs: 30_000 });
  const { clock, supervisor } = worker;
  const web = await createSupervisor({ store, clock, tasks: [work], run: false });
  const busy = await web.submit(work, 500_000);
  const { key } = await web.submit(work, 1, { deadlineMs: 60_000 });
  await web.stop();
  await clock.advance(75_000);
  const { error, queueTime, completeTime } = await (await supervisor.task(key)).ended();
  expect(error?.fault.name).toBe('Timedout');
  expect(Number(completeTime) - Number(queueTime)).toBe(60_000);
  expect((await (await supervisor.task(busy.key)).info()).state).toBe('running');
});
