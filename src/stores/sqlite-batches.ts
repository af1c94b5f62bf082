import type { SqliteFile } from './sqlite-file.ts';
import type { CommitCall } from './sqlite-protocol.ts';
import { columnText } from './sqlite-row.ts';

/** A row for each of the last two batches of a worker. The table has one for each name: even and odd ones have their own. */
function nameOf(worker: string, batch: number): string {
  return `${columnText(worker)}/${batch % 2}`;
}

/** What was accepted before of this batch of the worker: the places of the groups. */
export function acceptedBefore(file: SqliteFile, worker: string, batch: number): ReadonlySet<number> {
  const sql = 'SELECT accepted FROM batch WHERE worker = ? AND number = ?';
  const row = file.get(sql, nameOf(worker, batch), batch);
  if (!row) return new Set();
  const accepted = JSON.parse(row[0] as string) as number | number[];
  return new Set(typeof accepted === 'number' ? Array.from({ length: accepted }).keys() : accepted);
}

/** In the same transaction as the groups, so that neither is there without the other. */
export function noteAccepted(
  file: SqliteFile,
  { worker, batch, now, groups }: CommitCall,
  accepted: readonly number[],
): void {
  if (batch === undefined) return;
  const text = JSON.stringify(accepted.length === groups.length ? accepted.length : accepted);
  file.run('INSERT OR REPLACE INTO batch VALUES (?, ?, ?, ?)', nameOf(worker, batch), batch, text, now);
}

/** A worker that has sent nothing for a day sends its last batch no more. */
const rememberedMs = 86_400_000;

export function forgetBatches(file: SqliteFile, now: number): void {
  file.run('DELETE FROM batch WHERE sent_at < ?', now - rememberedMs);
}
