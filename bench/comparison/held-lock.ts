import { rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** The body of both sides: a lock is held while it works, and given back in `finally`. */
export async function holdLock(lock: string, started: () => void, signal?: AbortSignal): Promise<void> {
  await writeFile(lock, 'held');
  try {
    started();
    await sleep(60_000, undefined, signal ? { signal } : {});
  } finally {
    await rm(lock);
  }
}
