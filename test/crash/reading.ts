import { DatabaseSync } from 'node:sqlite';
import { type TaskInfo, createSupervisor } from '../../src/index.ts';
import { sqliteStore } from '../../src/stores/sqlite.ts';

/** What SQLite says of the file: `ok`. */
export function integrity(path: string): string {
  const database = new DatabaseSync(path);
  try {
    const rows = database.prepare('PRAGMA integrity_check').all();
    return rows.map((row) => String(row['integrity_check'])).join('; ');
  } finally {
    database.close();
  }
}

/** All tasks, as a process sees them that comes when all is over. */
export async function tasksIn(path: string): Promise<ReadonlyMap<string, TaskInfo>> {
  await using store = sqliteStore(path, { synchronous: 'normal' });
  await using supervisor = await createSupervisor({ tasks: [], run: false, store });
  const all = await Array.fromAsync(supervisor.tasks());
  return new Map(all.map((info) => [info.key, info]));
}
