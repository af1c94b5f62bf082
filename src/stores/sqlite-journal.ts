import type { SqliteFile } from './sqlite-file.ts';
import type { JournalRow } from './sqlite-protocol.ts';

/** So many of the last changes stay, at least; older ones go in bulk. */
const kept = 1_000;
const looksEvery = 256;

/** In the same transaction as the step. `before`: the sequence that the task had. */
export function noteJournal(file: SqliteFile, id: number, before: number, row: JournalRow | null): void {
  if (row === null) return;
  const [sequence, entries] = row;
  file.run('INSERT OR REPLACE INTO journal VALUES (?, ?, ?)', id, sequence, entries);
  if (Math.floor(before / looksEvery) !== Math.floor(sequence / looksEvery))
    file.run('DELETE FROM journal WHERE id = ? AND sequence < ?', id, sequence - kept);
}

export function readJournal(file: SqliteFile, key: string): readonly string[] {
  const sql = `SELECT entries FROM journal JOIN task ON task.id = journal.id WHERE key = ? ORDER BY journal.sequence`;
  return file.all(sql, key).map(([entries]) => entries as string);
}

export function forgetJournal(file: SqliteFile, id: number): void {
  file.run('DELETE FROM journal WHERE id = ?', id);
}
