import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, backup } from 'node:sqlite';
import { TroubleError } from './sqlite-trouble.ts';

/** All pages in one step: it reads one state of the file, and no commit makes it begin again. */
const allPages = 2_147_483_647;

/** The target is a whole store, on the disk when this resolves; or it is not there. @throws TroubleError where there is something already. */
export async function backupFile(path: string, target: string): Promise<void> {
  if (existsSync(target)) {
    const message = `Expected nothing at ${target}, where the backup is to be made, but there is a file. Give another path.`;
    throw new TroubleError(message, false);
  }
  const unfinished = `${target}.unfinished`;
  rmSync(unfinished, { force: true });
  const source = new DatabaseSync(path, { readOnly: true });
  try {
    await backup(source, unfinished, { rate: allPages });
    renameSync(unfinished, target);
    syncFolder(dirname(target));
  } finally {
    source.close();
    rmSync(unfinished, { force: true });
  }
}

/** A file has its name for sure when its folder is on the disk. Windows can sync none. */
function syncFolder(path: string): void {
  if (process.platform === 'win32') return;
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
