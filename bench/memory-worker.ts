import { setTimeout as sleep } from 'node:timers/promises';
import { createSupervisor, defineTask, memoryStore } from '../src/index.ts';
import { liveBytes } from './garbage.ts';
import { type SystemName, keepNothing, openSystem } from './systems.ts';

/** How long retention may take to remove what a round left behind. */
const pruneLimitMs = 60_000;

const waveSize = 1_000;

/** What one more queued task costs: no input, no handle kept, one body running that keeps all others waiting. */
export async function bytesPerQueued(name: SystemName) {
  return async (count: number): Promise<number> => {
    const system = await openSystem(name, 1);
    // What is made once, and code that is compiled, is not part of a task.
    for (let done = 0; done < waveSize; done += 1) await system.run();
    system.block();
    await enqueue(system.queue, waveSize);
    const before = await liveBytes();
    await enqueue(system.queue, count);
    const bytes = ((await liveBytes()) - before) / count;
    await system.close();
    return bytes;
  };
}

async function enqueue(queue: () => void | Promise<void>, count: number): Promise<void> {
  for (let done = 0; done < count; done += waveSize) {
    await Promise.all(Array.from({ length: waveSize }, queue));
  }
}

/** The live heap after each round of so many tasks that have ended and are kept no longer; the first warms up. */
export async function heapAfterRounds() {
  const task = defineTask({ type: 'noop', run: () => Promise.resolve(1) });
  const store = memoryStore();
  const supervisor = await createSupervisor({
    tasks: [task],
    concurrency: 16,
    retention: keepNothing,
    store,
  });
  return async ({ count, rounds }: { count: number; rounds: number }): Promise<number[]> => {
    const heaps: number[] = [];
    for (let round = 0; round <= rounds; round += 1) {
      for (let done = 0; done < count; done += waveSize) {
        await Promise.all(
          Array.from({ length: waveSize }, async () => (await supervisor.submit(task)).result()),
        );
      }
      await emptied();
      heaps.push(await liveBytes());
    }
    return heaps;
  };

  async function emptied(): Promise<void> {
    const deadline = performance.now() + pruneLimitMs;
    while ((await store.records.counts()).success > 0) {
      if (performance.now() > deadline) throw new Error('Expected retention 0 to leave no record.');
      await sleep(10);
    }
  }
}
