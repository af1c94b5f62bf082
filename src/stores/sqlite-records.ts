import type { SqliteFile } from './sqlite-file.ts';
import { noteChange } from './sqlite-changes.ts';
import { acceptedBefore, noteAccepted } from './sqlite-batches.ts';
import { noteJournal } from './sqlite-journal.ts';
import { comesUnderLostLease } from './sqlite-leases.ts';
import type { CommitCall, Place, Refused, ReservationRow, RowVerdict, RowWrite } from './sqlite-protocol.ts';
import {
  type LongText,
  type ReadRow,
  type RecordRow,
  creationAt,
  lifeAt,
  readColumns,
} from './sqlite-row.ts';
import { type Total, countColumns } from './sqlite-total.ts';
import { blamesRecord } from './sqlite-trouble.ts';

/** What a write has to know of the record that is there. */
type Found = readonly [
  id: number,
  sequence: number,
  fence: number,
  kind: number,
  open: number | null,
  weight: number | null,
  done: number | null,
];

const findSql = `SELECT id, sequence, fence, kind, children_open, children_weight, children_done FROM task WHERE key = ?`;
const readSql = `SELECT ${readColumns} FROM task WHERE key = ?`;
export const insertSql = `INSERT INTO task (id, key, outcome, place, ended_at, sequence, fence, leaf, kind, worker, is_long, life,
  type, entity, tag, activation_id, parent_key, root_key, is_structured, children_open, children_weight, children_done,
  deadline_at, creation) VALUES (${Array.from({ length: 24 }, () => '?').join(', ')})`;
export const stepSql = `UPDATE task SET sequence = ?, fence = ?, leaf = ?, kind = ?, worker = ?, is_long = ?, life = ? WHERE id = ?`;
export const endSql = `UPDATE task SET outcome = ?, place = ?, ended_at = ?, sequence = ?, fence = ?, leaf = ?, kind = ?,
  worker = ?, is_long = ?, life = ? WHERE id = ?`;
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
  const accepted: number[] = [];
  const changed: string[] = [];
  const verdicts = groups.map((group, index): RowVerdict => {
    if (before?.has(index)) return group.map(([, key]) => readRow(file, key));
    const verdict = careful ? alone(file, total, group, now) : commitGroup(file, total, group, now);
    if (!Array.isArray(verdict)) return verdict;
    accepted.push(index);
    for (const [kind, key] of group) if (kind !== 'check' && kind !== 'reserve') changed.push(key);
    return verdict;
  });
  if (groups.length > 0) noteAccepted(file, call, [...(before ?? []), ...accepted]);
  if (changed.length > 0) noteChange(file, total, worker, changed);
  return verdicts;
}

function alone(file: SqliteFile, total: Total, group: readonly RowWrite[], now: number): RowVerdict {
  const totalBefore = { ...total };
  file.run('SAVEPOINT group_');
  try {
    const verdict = commitGroup(file, total, group, now);
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

function commitGroup(file: SqliteFile, total: Total, group: readonly RowWrite[], now: number): RowVerdict {
  const found = group.map(([, key]) => file.get(findSql, key) as Found | undefined);
  const refused = group.findIndex((write, index) => !admits(file, write, found[index], now));
  if (refused >= 0) return refusalOf(file, group, refused, now);
  const places = group.map((write, index) => applyWrite(file, total, write, found[index]));
  if (group.length === 1 && places[0] !== undefined) return [places[0]];
  const isAdding = group.some(([kind]) => kind === 'add');
  const known = new Set(group.flatMap(([kind, key]) => (kind === 'insert' || kind === 'replace' ? key : [])));
  return group.map(([, key], index) => {
    if (!known.has(key)) return readRow(file, key);
    return (isAdding ? undefined : places[index]) ?? findPlace(file, key);
  });
}

function refusalOf(file: SqliteFile, group: readonly RowWrite[], refused: number, now: number): Refused {
  const write = group[refused];
  const reservations = write?.[0] === 'reserve' ? inTheWayOf(file, group, now) : null;
  const rows = group.map(([, key]) => readRow(file, key));
  return { rows, refused, reservations, never: null, isLeaseOver: isLeaseOver(file, write) };
}

/** The names of the group that stand for other keys. */
function inTheWayOf(file: SqliteFile, group: readonly RowWrite[], now: number): ReservationRow[] {
  return group.flatMap((write) => {
    const found = write[0] === 'reserve' ? findReservation(file, write[2][0], now) : undefined;
    return found && found[1] !== write[1] ? [found] : [];
  });
}

/** It is refused for that alone: otherwise it has moved on. */
function isLeaseOver(file: SqliteFile, write: RowWrite | undefined): boolean {
  if (write?.[0] !== 'replace') return false;
  const [, key, , sequence, fence] = write;
  const found = file.get(findSql, key) as Found | undefined;
  return (
    found?.[1] === sequence && found[2] === fence && comesUnderLostLease(file, found[0], workerOf(write))
  );
}

function admits(file: SqliteFile, write: RowWrite, found: Found | undefined, now: number): boolean {
  switch (write[0]) {
    case 'add':
      return true;
    case 'insert':
      return found === undefined;
    case 'reserve':
      return inTheWayOf(file, [write], now).length === 0;
    case 'check':
      return found?.[1] === write[2] && found[2] === write[3];
    default:
      return (
        found?.[1] === write[3] &&
        found[2] === write[4] &&
        !comesUnderLostLease(file, found[0], workerOf(write))
      );
  }
}

type Replacement = Extract<RowWrite, readonly ['replace', ...unknown[]]>;

function workerOf(write: Replacement): string | null {
  return write[2][7] as string | null;
}

function applyWrite(
  file: SqliteFile,
  total: Total,
  write: RowWrite,
  found: Found | undefined,
): Place | undefined {
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

function insert(file: SqliteFile, total: Total, key: string, row: RecordRow): Place {
  const id = (total.last_id += 1);
  const creation = columnsOf(row, creationAt);
  count(total, row[0], 1);
  file.run(insertSql, id, key, ...endOf(total, row), ...columnsOf(row, lifeAt), ...creation);
  keepLongTexts(file, id, row[2]);
  return placeOf(id, creation[7], creation[8], creation[9]);
}

function replace(file: SqliteFile, total: Total, write: Replacement, found: Found): Place {
  const [, key, row, , , journal] = write;
  const [id, sequence, , kindBefore, open, weight, done] = found;
  noteJournal(file, id, sequence, journal);
  const [kind, endedAt, longTexts] = row;
  count(total, kindBefore, -1);
  count(total, kind, 1);
  if (endedAt !== null && kindBefore < 4) {
    file.run(endSql, ...endOf(total, row), ...columnsOf(row, lifeAt), id);
    if (total.held_back > 0) releaseChildren(file, total, key);
  } else file.run(stepSql, ...columnsOf(row, lifeAt), id);
  keepLongTexts(file, id, longTexts);
  return placeOf(id, open, weight, done);
}

type Column = string | number | null;

function columnsOf(row: RecordRow, [from, to]: readonly [number, number]): Column[] {
  return row.slice(from, to) as Column[];
}

function placeOf(id: number, open: Column = null, weight: Column = null, done: Column = null): Place {
  return open === null ? id : [id, open as number, weight as number, done as number];
}

/** outcome, place, ended_at */
function endOf(total: Total, [kind, endedAt]: RecordRow): readonly (number | null)[] {
  if (endedAt === null) return [null, null, null];
  total[kind < 6 ? 'removable_success' : 'removable_error'] += 1;
  return [kind >> 1, (total.ends += 1), endedAt];
}

/** Children that retention would have removed, were their parent final, stand in line again. */
function releaseChildren(file: SqliteFile, total: Total, parentKey: string): void {
  const held = file.all(
    'SELECT id, kind FROM task WHERE parent_key = ? AND kind >= 4 AND outcome IS NULL ORDER BY id',
    parentKey,
  ) as (readonly [number, number])[];
  for (const [id, kind] of held) {
    total.held_back -= 1;
    total[kind < 6 ? 'removable_success' : 'removable_error'] += 1;
    file.run('UPDATE task SET outcome = ?, place = ? WHERE id = ?', kind >> 1, (total.ends += 1), id);
  }
}

export function count(total: Total, kind: number, by: number): void {
  const column = countColumns[kind >> 1];
  if (column) total[column] += by;
}

function keepLongTexts(file: SqliteFile, id: number, longTexts: readonly LongText[] | null): void {
  for (const [slot, text] of longTexts ?? []) {
    const isKept = file.get('SELECT 1 FROM long_text WHERE id = ? AND slot = ? AND text = ?', id, slot, text);
    if (!isKept) file.run('INSERT OR REPLACE INTO long_text VALUES (?, ?, ?)', id, slot, text);
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
