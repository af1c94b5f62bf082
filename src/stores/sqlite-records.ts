import { acceptedBefore, noteAccepted } from './sqlite-batches.ts';
import { noteChange } from './sqlite-changes.ts';
import type { SqliteFile } from './sqlite-file.ts';
import { hasLease } from './sqlite-leases.ts';
import type { CommitCall, Place, Refused, ReservationRow, RowVerdict, RowWrite } from './sqlite-protocol.ts';
import { type LongText, type ReadRow, readColumns } from './sqlite-row.ts';
import type { Total } from './sqlite-total.ts';
import { blamesRecord } from './sqlite-trouble.ts';
import { type Found, insert, placeOf, replace, replaceExpected } from './sqlite-writes.ts';

/** What all groups of one call have in common. */
interface Commit {
  readonly file: SqliteFile;
  readonly total: Total;
  readonly now: number;
  /** Whether the worker has a lease that is not over. */
  readonly hasLease: boolean;
}

const findSql = `SELECT id, sequence, fence, kind, children_open, children_weight, children_done FROM task WHERE key = ?`;
const readSql = `SELECT ${readColumns} FROM task WHERE key = ?`;
const addSql = `UPDATE task SET children_open = coalesce(children_open, 0) + ?,
  children_weight = coalesce(children_weight, 0.0) + ?, children_done = coalesce(children_done, 0.0) + ? WHERE key = ?`;

/** The groups are in the transaction, or refused. `careful`: one that SQLite refuses is undone alone. */
export function commitGroups(
  file: SqliteFile,
  total: Total,
  call: CommitCall,
  careful: boolean,
): readonly RowVerdict[] {
  const { groups, worker, now, batch } = call;
  const before = batch === undefined ? undefined : acceptedBefore(file, worker, batch);
  const commit: Commit = { file, total, now, hasLease: hasLease(file, worker) };
  const accepted: number[] = [];
  const changed: string[] = [];
  const verdicts = groups.map((group, index): RowVerdict => {
    if (before?.has(index)) return group.map(([, key]) => readRow(file, key));
    const verdict = careful ? alone(commit, group) : commitGroup(commit, group);
    if (isRefused(verdict)) return verdict;
    accepted.push(index);
    for (const [kind, key] of group) if (kind !== 'check' && kind !== 'reserve') changed.push(key);
    return verdict;
  });
  if (groups.length > 0) noteAccepted(file, call, [...(before ?? []), ...accepted]);
  if (changed.length > 0) noteChange(file, total, worker, changed);
  return verdicts;
}

function isRefused(verdict: RowVerdict): verdict is Refused {
  return typeof verdict !== 'number' && !Array.isArray(verdict);
}

function alone(commit: Commit, group: readonly RowWrite[]): RowVerdict {
  const { file, total } = commit;
  const totalBefore = { ...total };
  file.run('SAVEPOINT group_');
  try {
    const verdict = commitGroup(commit, group);
    file.run('RELEASE group_');
    return verdict;
  } catch (error) {
    if (!blamesRecord(error)) throw error;
    file.run('ROLLBACK TO group_');
    file.run('RELEASE group_');
    Object.assign(total, totalBefore);
    const rows = group.map(([, key]) => readRow(file, key));
    return { rows, refused: 0, reservations: null, never: (error as Error).message, isLeaseOver: false };
  }
}

function commitGroup(commit: Commit, group: readonly RowWrite[]): RowVerdict {
  const place = group.length === 1 ? applyOnly(commit, group[0] as RowWrite) : undefined;
  if (place !== undefined) return typeof place === 'number' ? place : [place];
  const { file } = commit;
  const found = group.map(([, key]) => file.get(findSql, key) as Found | undefined);
  const refused = group.findIndex(
    (write, index) => !admits(commit, write, found[index]) || lacksLease(commit, write),
  );
  if (refused >= 0) return refusalOf(commit, group, refused, found[refused]);
  const places = group.map((write, index) => applyWrite(commit, write, found[index]));
  if (group.length === 1 && places[0] !== undefined) return [places[0]];
  const isAdding = group.some(([kind]) => kind === 'add');
  const known = new Set(group.flatMap(([kind, key]) => (kind === 'insert' || kind === 'replace' ? key : [])));
  return group.map(([, key], index) => {
    if (!known.has(key)) return readRow(file, key);
    return (isAdding ? undefined : places[index]) ?? findPlace(file, key);
  });
}

/** What most groups are, in as few steps as can be. Undefined: it is something else, or nothing that is admitted as it is. */
function applyOnly(commit: Commit, write: RowWrite): Place | undefined {
  if (lacksLease(commit, write)) return undefined;
  const { file, total } = commit;
  if (write[0] === 'insert') return insert(file, total, write[1], write[2]);
  return write[0] === 'replace' ? replaceExpected(file, total, write) : undefined;
}

function refusalOf(
  commit: Commit,
  group: readonly RowWrite[],
  refused: number,
  found: Found | undefined,
): Refused {
  const { file, now } = commit;
  const write = group[refused] as RowWrite;
  const reservations = write[0] === 'reserve' ? inTheWayOf(file, group, now) : null;
  const rows = group.map(([, key]) => readRow(file, key));
  return { rows, refused, reservations, never: null, isLeaseOver: admits(commit, write, found) };
}

/** The names of the group that stand for other keys. */
function inTheWayOf(file: SqliteFile, group: readonly RowWrite[], now: number): ReservationRow[] {
  return group.flatMap((write) => {
    const found = write[0] === 'reserve' ? findReservation(file, write[2][0], now) : undefined;
    return found && found[1] !== write[1] ? [found] : [];
  });
}

function lacksLease(commit: Commit, write: RowWrite): boolean {
  const isLeased = write[0] === 'insert' ? write[3] : write[0] === 'replace' && write[7];
  return isLeased && !commit.hasLease;
}

function admits(commit: Commit, write: RowWrite, found: Found | undefined): boolean {
  switch (write[0]) {
    case 'add':
      return true;
    case 'insert':
      return found === undefined;
    case 'reserve':
      return inTheWayOf(commit.file, [write], commit.now).length === 0;
    case 'check':
      return found?.[1] === write[2] && found[2] === write[3];
    default:
      return found?.[1] === write[3] && found[2] === write[4];
  }
}

function applyWrite({ file, total }: Commit, write: RowWrite, found: Found | undefined): Place | undefined {
  switch (write[0]) {
    case 'insert':
      return insert(file, total, write[1], write[2]);
    case 'replace':
      return found && replace(file, total, write, found);
    case 'add':
      file.run(addSql, write[2], write[3], write[4], write[1]);
      return undefined;
    case 'reserve':
      file.run('INSERT OR REPLACE INTO reservation VALUES (?, ?, ?, ?, ?)', ...write[2]);
      return undefined;
    default:
      return undefined;
  }
}

function findReservation(file: SqliteFile, name: string, now: number): ReservationRow | undefined {
  const sql =
    'SELECT name, key, digest, expires_at, owner FROM reservation WHERE name = ? AND expires_at > ?';
  return file.get(sql, name, now) as ReservationRow | undefined;
}

function findPlace(file: SqliteFile, key: string): Place | null {
  const found = file.get(findSql, key) as Found | undefined;
  return found ? placeOf(found[0], found[4], found[5], found[6]) : null;
}

/** The record of the key, the texts that are kept outside its row included; null where there is none. */
export function readRow(file: SqliteFile, key: string): ReadRow | null {
  const row = file.get(readSql, key);
  return row ? withLongTexts(file, row) : null;
}

export function readRowById(file: SqliteFile, id: number): ReadRow | null {
  const row = file.get(`SELECT ${readColumns} FROM task WHERE id = ?`, id);
  return row ? withLongTexts(file, row) : null;
}

function withLongTexts(file: SqliteFile, row: ReadRow): ReadRow {
  if (row.at(-1) === 0) return row;
  const longTexts = file.all('SELECT slot, text FROM long_text WHERE id = ?', row[0] as number);
  return [...row.slice(0, -1), longTexts as unknown as readonly LongText[]];
}
