import { stat } from 'node:fs/promises';
import { type Supervisor, createSupervisor, systemClock } from '../index.ts';
import { type SqliteStore, sqliteStore } from '../stores/sqlite.ts';
import { UsageError } from './usage.ts';

/** What is final stays: only whoever owns the file, or `prune`, removes it. */
export const keepAll = {
  success: { maxCount: Number.POSITIVE_INFINITY, maxAgeMs: Number.POSITIVE_INFINITY },
  error: { maxCount: Number.POSITIVE_INFINITY, maxAgeMs: Number.POSITIVE_INFINITY },
} as const;

/**
 * How long the processes at the file may be silent is not known here: a day is longer than any of them would be, so that
 * none is taken for lost by a command that stands beside it.
 */
const bystanderLeaseMs = 86_400_000;

/** The file of tasks at this path. Reading it changes nothing in it. @throws UsageError when there is none. */
export async function openFile(path: string): Promise<SqliteStore> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw new UsageError(`Expected a file of tasks at ${path}, got: ${error.message}.`, another);
  });
  if (!found) throw new UsageError(`Expected a file of tasks at ${path}, but there is none.`, another);
  if (!found.isFile())
    throw new UsageError(`Expected a file of tasks at ${path}, got something that is no file.`, another);
  // SQLite would make a database of it.
  if (found.size === 0)
    throw new UsageError(`Expected a file of tasks at ${path}, got an empty one.`, another);
  return sqliteStore(path);
}

const another =
  'Give the file that your app gives to sqliteStore: --db FILE. To make one: taskchart run MODULE --db FILE.';

/** A supervisor beside those of the file: it submits and cancels, runs nothing, removes nothing, and takes up nothing. */
export function bystander(store: SqliteStore): Promise<Supervisor> {
  return createSupervisor({ tasks: [], run: false, store, retention: keepAll, leaseMs: bystanderLeaseMs });
}

const pausePrefix = 'pause:';

/** The types that are paused; `''`: everything is. */
export async function pausedTypes({ records }: SqliteStore): Promise<ReadonlySet<string>> {
  const names = [...(await records.control()).keys()].filter((name) => name.startsWith(pausePrefix));
  return new Set(names.map((name) => name.slice(pausePrefix.length)));
}

/** As long as it is not disposed of the process waits, though nothing happens in it: for what others do at the file. */
export function awaitingOthers(): Disposable {
  const timer = systemClock.setTimer(Number.MAX_SAFE_INTEGER, () => {});
  return { [Symbol.dispose]: () => timer.cancel() };
}
