import { type Keep, systemClock } from '../index.ts';
import { openFile } from './file.ts';
import { counted, json } from './text.ts';
import { UsageError, exitCode } from './usage.ts';

export interface PruneOptions {
  readonly db: string;
  readonly json?: boolean;
  readonly olderThan?: number;
  readonly keep?: number;
  readonly state?: 'success' | 'error';
}

/** How many go in one step, so that no commit of the app waits long. */
const stepSize = 1_000;

/** Whoever was just given a key still finds how its task ended, unless a shorter age is said. */
const minAgeMs = 60_000;

const all: Keep = { maxCount: Number.POSITIVE_INFINITY, maxAgeMs: Number.POSITIVE_INFINITY };

/** Tasks that have ended, and are older or more than is said, are gone. */
export async function prune(options: PruneOptions): Promise<number> {
  const { olderThan, keep, state } = options;
  if (olderThan === undefined && keep === undefined)
    throw new UsageError(
      'Expected --older-than AGE or --keep COUNT, got neither.',
      'For instance: taskchart prune --older-than 7d',
    );
  const wanted: Keep = { maxAgeMs: olderThan ?? all.maxAgeMs, maxCount: keep ?? all.maxCount };
  await using store = await openFile(options.db);
  let removed = 0;
  for (;;) {
    const { count } = await store.records.prune({
      now: systemClock.now(),
      success: state === 'error' ? all : wanted,
      error: state === 'success' ? all : wanted,
      minAgeMs: Math.min(minAgeMs, wanted.maxAgeMs),
      recent: { maxCount: 0, maxAgeMs: 0 },
      limit: stepSize,
    });
    removed += count;
    if (count < stepSize) break;
  }
  process.stdout.write(
    options.json === true ? `${json({ removed })}\n` : `Removed ${counted(removed, 'task')}.\n`,
  );
  return exitCode.done;
}
