import { setImmediate as turn } from 'node:timers/promises';

/** Bytes that live on the heap, after all that can be collected is. */
export async function liveBytes(): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  // Finalizers and weak maps free what only the next collection finds.
  for (let round = 0; round < 5; round += 1) {
    await collect();
    least = Math.min(least, process.memoryUsage().heapUsed);
  }
  return least;
}

/** Nobody pays for the garbage of what ran before. */
export async function collect(): Promise<void> {
  if (!globalThis.gc) throw new Error('Expected Node to be run with --expose-gc.');
  await turn();
  globalThis.gc();
}
