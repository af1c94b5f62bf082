import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** The folder for the job's own files cannot be used now: its message says the next step. */
export class WorkplaceError extends Error {}

/** SQLITE_BUSY: https://sqlite.org/rescode.html#busy */
const busy = 5;

/** Where the tasks are kept. */
export function tasksFile(ownFolder: string): string {
  return join(ownFolder, 'tasks.db');
}

/** Everything to the contrary is said now, rather than by the first task. @throws WorkplaceError. */
export async function makeWorkplace(ownFolder: string): Promise<void> {
  try {
    await mkdir(ownFolder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return;
    throw new WorkplaceError(
      `Expected to be able to make ${ownFolder}, where the tasks are kept: ${(error as Error).message}. Call npm start from a folder that you may write in, on a disk with room.`,
    );
  }
}

/**
 * This process alone works in the folder, until it lets go or ends, however that comes: the lock is the operating
 * system's, so that a killed process leaves none behind.
 *
 * @throws WorkplaceError when another process does.
 */
export function occupy(ownFolder: string): Disposable {
  const path = join(ownFolder, 'running.lock');
  let lock: DatabaseSync | undefined;
  try {
    const opened = (lock = new DatabaseSync(path));
    opened.exec('BEGIN EXCLUSIVE');
    return { [Symbol.dispose]: () => opened.close() };
  } catch (error) {
    lock?.close();
    const { errcode, message } = error as Error & { errcode?: number };
    throw new WorkplaceError(
      errcode === busy
        ? `Another npm start is at work in ${ownFolder}. Wait for its end or press Ctrl-C there; or call this one from another folder, where it keeps its tasks for itself.`
        : `Expected to be able to lock ${path}: ${message}. Delete that file if something else has made it, and see that you may write in its folder.`,
    );
  }
}
