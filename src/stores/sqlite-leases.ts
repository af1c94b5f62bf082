import type { SqliteFile } from './sqlite-file.ts';
import type { Beats } from './sqlite-protocol.ts';
import { columnText, textOf } from './sqlite-row.ts';

/** A lease that is over has 0 beats, until it is retired. */
export function beat(file: SqliteFile, worker: string): void {
  const goesOn = 'ON CONFLICT (worker) DO UPDATE SET beats = beats + 1 WHERE beats > 0';
  file.run(`INSERT INTO beat VALUES (?, 1) ${goesOn}`, columnText(worker));
}

export function readBeats(file: SqliteFile): Beats {
  const rows = file.all('SELECT worker, beats FROM beat');
  return rows.map(([name, beats]) => [textOf(name as string), beats as number]);
}

export function endLease(file: SqliteFile, worker: string, beats: number): boolean {
  file.run('UPDATE beat SET beats = 0 WHERE worker = ? AND beats = ?', columnText(worker), beats);
  return file.get('SELECT 1 FROM beat WHERE worker = ? AND beats = 0', columnText(worker)) !== undefined;
}

export function retire(file: SqliteFile, worker: string): void {
  const held = 'SELECT 1 FROM task WHERE worker = ?1 AND ended_at IS NULL';
  file.run(`DELETE FROM beat WHERE worker = ?1 AND NOT EXISTS (${held})`, columnText(worker));
}

/** Whether the worker has a lease that is not over. */
export function hasLease(file: SqliteFile, worker: string): boolean {
  return file.get('SELECT 1 FROM beat WHERE worker = ? AND beats > 0', columnText(worker)) !== undefined;
}
