import type { SqliteFile } from './sqlite-file.ts';

const columns = [
  'last_id',
  'ends',
  'queued',
  'running',
  'success',
  'error',
  'removable_success',
  'removable_error',
  'held_back',
  'tickets',
  'changes',
  'changes_pruned',
] as const;

export type Total = Record<(typeof columns)[number], number>;

const readSql = `SELECT readable_from, ${columns.join(', ')} FROM total`;
const writeSql = `UPDATE total SET ${columns.map((column) => `${column} = ?`).join(', ')}`;

/** The totals as they are committed. @throws TroubleError when the file is not for this version any more. */
export function readTotal(file: SqliteFile): Total {
  const row = file.get(readSql);
  file.assertReadableFrom(row?.[0] as number);
  return Object.fromEntries(columns.map((column, index) => [column, row?.[index + 1]])) as Total;
}

export function writeTotal(file: SqliteFile, total: Total): void {
  file.run(writeSql, ...columns.map((column) => total[column]));
}

/** The states in the order of their numbers, as columns. */
export const countColumns = ['queued', 'running', 'success', 'error'] as const;
