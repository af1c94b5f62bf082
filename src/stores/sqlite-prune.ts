import type { Keep, PruneRequest, Pruned } from '../store.ts';
import { forgetBatches } from './sqlite-batches.ts';
import type { SqliteFile } from './sqlite-file.ts';
import { forgetJournal } from './sqlite-journal.ts';
import { count } from './sqlite-writes.ts';
import type { Total } from './sqlite-total.ts';

/** So many records go in one transaction: more hold up the commits that come meanwhile. */
const mostAtOnce = 32;

type Ended = readonly [
  id: number,
  key: string,
  kind: number,
  place: number,
  endedAt: number,
  parentKey: string | null,
  isStructured: number,
  isLong: number,
];

const oldestSql = `SELECT id, key, kind, place, ended_at, parent_key, is_structured, is_long FROM task
  WHERE outcome = ? ORDER BY place LIMIT 1`;

/** What one transaction did of a request; `isDone`: there is nothing more of it to be done. */
export interface PruneStep extends Pruned {
  readonly isDone: boolean;
}

export function pruneSome(file: SqliteFile, total: Total, request: PruneRequest, before: number): PruneStep {
  const budget = { left: mostAtOnce };
  const limit = Math.min(request.limit - before, mostAtOnce);
  const success = pruneOutcome(file, total, 'success', request, limit, budget);
  const error = pruneOutcome(file, total, 'error', request, limit - success.count, budget);
  expire(file, request.now);
  forgetBatches(file, request.now);
  const nextAt = Math.min(
    success.nextAt ?? Number.POSITIVE_INFINITY,
    error.nextAt ?? Number.POSITIVE_INFINITY,
  );
  const removed = success.count + error.count;
  const isCut = budget.left <= 0 && before + removed < request.limit && nextAt <= request.now;
  return {
    count: before + removed,
    nextAt: Number.isFinite(nextAt) ? nextAt : undefined,
    isDone: !isCut,
  };
}

function pruneOutcome(
  file: SqliteFile,
  total: Total,
  outcome: 'success' | 'error',
  request: PruneRequest,
  limit: number,
  budget: { left: number },
): Pruned {
  const line = `removable_${outcome}` as const;
  const { now } = request;
  let removed = 0;
  for (let oldest = first(file, outcome); oldest; oldest = first(file, outcome)) {
    const [id, , , place, endedAt] = oldest;
    // A wall clock that was set back must not keep what ended before: it ages from now on.
    if (endedAt > now) file.run('UPDATE task SET ended_at = ? WHERE id = ?', now, id);
    const tooMany = total[line] > request[outcome].maxCount;
    const held = heldMs(place, total.ends, tooMany, request[outcome], request);
    const mayGoAt = Math.min(endedAt, now) + held;
    const isCut = removed >= limit || budget.left <= 0;
    if (mayGoAt > now || isCut) return { count: removed, nextAt: Math.max(mayGoAt, now) };
    budget.left -= 1;
    total[line] -= 1;
    if (isHeldBack(file, oldest)) holdBack(file, total, id);
    else {
      remove(file, total, oldest);
      removed += 1;
    }
  }
  return { count: removed };
}

function first(file: SqliteFile, outcome: 'success' | 'error'): Ended | undefined {
  return file.get(oldestSql, outcome === 'success' ? 2 : 3) as Ended | undefined;
}

/** How long after its end a final record stays, as things stand now. */
function heldMs(place: number, ends: number, tooMany: boolean, keep: Keep, request: PruneRequest): number {
  const { minAgeMs, recent } = request;
  const isRecent = place > ends - recent.maxCount;
  return Math.max(tooMany ? 0 : keep.maxAgeMs, minAgeMs, isRecent ? recent.maxAgeMs : 0);
}

/** A child stays at least as long as its parent is not final: that one will put it in line again. */
function isHeldBack(file: SqliteFile, [, , , , , parentKey, isStructured]: Ended): boolean {
  if (isStructured === 0) return false;
  return file.get('SELECT 1 FROM task WHERE key = ? AND kind < 4', parentKey) !== undefined;
}

function holdBack(file: SqliteFile, total: Total, id: number): void {
  total.held_back += 1;
  file.run('UPDATE task SET outcome = NULL, place = NULL WHERE id = ?', id);
}

function remove(file: SqliteFile, total: Total, [id, key, kind, , , , , isLong]: Ended): void {
  count(total, kind >> 1, -1);
  file.run('DELETE FROM task WHERE id = ?', id);
  file.run('DELETE FROM reservation WHERE owner = ?', key);
  forgetJournal(file, id);
  if (isLong === 1) file.run('DELETE FROM long_text WHERE id = ?', id);
}

function expire(file: SqliteFile, now: number): void {
  const expired = 'SELECT rowid FROM reservation WHERE expires_at < 9e999 AND expires_at <= ? LIMIT ?';
  file.run(`DELETE FROM reservation WHERE rowid IN (${expired})`, now, mostAtOnce);
}
