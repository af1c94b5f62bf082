import assert from 'node:assert/strict';
import { createSupervisor, defineTask, memoryStore, type SupervisorOptions } from '../src/index.ts';
import { simulatedClock } from '../src/testing/simulated-clock.ts';

// Run by memory.test.ts, each measurement in a process of its own: it prints one number.

const noop = defineTask({ type: 'noop', run: () => {} });
const none = { maxCount: 0, maxAgeMs: 0 };
const batch = 1_000;

function heapUsed(): number {
  // Twice: what the first frees may hold, by weak references, what only the second can.
  globalThis.gc?.();
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

async function open(options: Partial<SupervisorOptions>) {
  const clock = simulatedClock();
  const store = memoryStore();
  const supervisor = await createSupervisor({ tasks: [noop], concurrency: 100, store, clock, ...options });
  const submit = async (count: number) => {
    for (let done = 0; done < count; done += batch) {
      await Promise.all(Array.from({ length: batch }, () => supervisor.submit(noop)));
    }
  };
  return { clock, store, supervisor, submit };
}

const measurements: Record<string, () => Promise<number>> = {
  /** Bytes a task, by which the heap after one round of 100,000 tasks differs from that after the next: the median of three. */
  async leftBehind() {
    const retention = { minAgeMs: 0, success: none, error: none };
    const { clock, store, supervisor, submit } = await open({ retention });
    const round = async (tasks = 100_000) => {
      await submit(tasks);
      await supervisor.idle();
      await clock.advance(10_000);
      assert.deepEqual(await store.records.counts(), { queued: 0, running: 0, success: 0, error: 0 });
      return heapUsed();
    };
    // What is made once, compiled code included, is made before the rounds that count.
    await round(20_000);
    await round(20_000);
    // Node keeps or drops the source of its own TypeScript loader, 4 MB, when it likes: that is in one pair of rounds, a
    // leak of ours is in all of them.
    const heaps = [await round(), await round(), await round(), await round()];
    const grown = heaps.slice(1).map((heap, index) => heap - (heaps[index] ?? 0));
    return (grown.toSorted((a, b) => a - b)[1] ?? 0) / 100_000;
  },

  /** Bytes for a queued task that has no input and whose handle nobody keeps. */
  async queued() {
    const { store, submit } = await open({ run: false });
    await submit(10_000);
    const before = heapUsed();
    await submit(100_000);
    const grown = heapUsed() - before;
    assert.equal((await store.records.counts()).queued, 110_000);
    return grown / 100_000;
  },
};

const measure = measurements[process.argv[2] ?? ''];
assert.ok(measure, `Expected one of ${Object.keys(measurements).join(', ')}, got ${process.argv[2]}.`);
console.log(await measure());
