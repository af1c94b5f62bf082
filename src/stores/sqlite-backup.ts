import { existsSync, renameSync, rmSync } from 'node:fs';
import { DatabaseSync, backup } from 'node:sqlite';
import { TroubleError } from './sqlite-trouble.ts';

/** All pages in one step: it reads one state of the file, and no commit makes it begin again. */
const allPages = 2_147_483_647;

/** The target is a whole store, or it is not there. @throws TroubleError where there is something already. */
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
  } finally {
    source.close();
    rmSync(unfinished, { force: true });
  }
}
