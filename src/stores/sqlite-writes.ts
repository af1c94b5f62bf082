import type { SqliteFile } from './sqlite-file.ts';
import { noteJournal } from './sqlite-journal.ts';
import type { Place, RowWrite } from './sqlite-protocol.ts';
import { type LongText, type RecordRow, creationAt, lifeAt } from './sqlite-row.ts';
import { type Total, countColumns } from './sqlite-total.ts';

/** What a write has to know of the record that is there. */
export type Found = readonly [
  id: number,
  sequence: number,
  fence: number,
  kind: number,
  open: number | null,
  weight: number | null,
  done: number | null,
];

export const insertSql = `INSERT INTO task (id, key, outcome, place, ended_at, sequence, fence, leaf, kind, worker, is_long, life,
  type, entity, tag, activation_id, parent_key, root_key, is_structured, children_open, children_weight, children_done,
  deadline_at, creation) VALUES (${Array.from({ length: 24 }, () => '?').join(', ')}) ON CONFLICT (key) DO NOTHING`;
export const stepSql = `UPDATE task SET sequence = ?, fence = ?, leaf = ?, kind = ?, worker = ?, is_long = ?, life = ? WHERE id = ?`;
export const endSql = `UPDATE task SET outcome = ?, place = ?, ended_at = ?, sequence = ?, fence = ?, leaf = ?, kind = ?,
  worker = ?, is_long = ?, life = ? WHERE id = ?`;
/** Where it stands as its writer expects it, and has no children: then nothing has to be read first. */
const asExpected = 'AND key = ? AND sequence = ? AND fence = ? AND children_open IS NULL';
const expectedStepSql = `${stepSql} ${asExpected}`;
const expectedEndSql = `${endSql} ${asExpected}`;
export type Replacement = Extract<RowWrite, readonly ['replace', ...unknown[]]>;

/** Undefined: there is one of this key. */
export function insert(file: SqliteFile, total: Total, key: string, row: RecordRow): Place | undefined {
  const id = total.last_id + 1;
  const creation = columnsOf(row, creationAt);
  const isNew =
    file.run(insertSql, id, key, ...endOf(total, row), ...columnsOf(row, lifeAt), ...creation) > 0;
  if (!isNew) return undefined;
  total.last_id = id;
  count(total, row[0] >> 1, 1);
  if (row[1] !== null) noteEnd(total, row[0]);
  keepLongTexts(file, id, row[2]);
  return placeOf(id, creation[7], creation[8], creation[9]);
}

export function replace(file: SqliteFile, total: Total, write: Replacement, found: Found): Place {
  const [, , row] = write;
  const [id, sequence, , kindBefore, open, weight, done] = found;
  if (isEnd(row, kindBefore >> 1)) file.run(endSql, ...endOf(total, row), ...columnsOf(row, lifeAt), id);
  else file.run(stepSql, ...columnsOf(row, lifeAt), id);
  noteReplaced(file, total, write, id, sequence, kindBefore >> 1);
  return placeOf(id, open, weight, done);
}

/** The same in one statement, where the writer knows enough. Undefined: it is not as it expects, and nothing has happened. */
export function replaceExpected(file: SqliteFile, total: Total, write: Replacement): Place | undefined {
  const [, key, row, sequence, fence, , id, , before] = write;
  if (before === null) return undefined;
  const columns = [...columnsOf(row, lifeAt), id, key, sequence, fence];
  const count = isEnd(row, before)
    ? file.run(expectedEndSql, ...endOf(total, row), ...columns)
    : file.run(expectedStepSql, ...columns);
  if (count === 0) return undefined;
  noteReplaced(file, total, write, id, sequence, before);
  return id;
}

function isEnd([, endedAt]: RecordRow, stateBefore: number): boolean {
  return endedAt !== null && stateBefore < 2;
}

/** All that goes with a record that has been replaced. */
function noteReplaced(
  file: SqliteFile,
  total: Total,
  [, key, row, , , journal]: Replacement,
  id: number,
  sequence: number,
  stateBefore: number,
): void {
  const [kind, , longTexts] = row;
  noteJournal(file, id, sequence, journal);
  count(total, stateBefore, -1);
  count(total, kind >> 1, 1);
  if (isEnd(row, stateBefore)) {
    noteEnd(total, kind);
    if (total.held_back > 0) releaseChildren(file, total, key);
  }
  keepLongTexts(file, id, longTexts);
}

type Column = string | number | null;

function columnsOf(row: RecordRow, [from, to]: readonly [number, number]): Column[] {
  return row.slice(from, to) as Column[];
}

export function placeOf(id: number, open: Column = null, weight: Column = null, done: Column = null): Place {
  return open === null ? id : [id, open as number, weight as number, done as number];
}

/** outcome, place, ended_at; of one that ends `noteEnd` is to follow. */
function endOf(total: Total, [kind, endedAt]: RecordRow): readonly (number | null)[] {
  return endedAt === null ? [null, null, null] : [kind >> 1, total.ends + 1, endedAt];
}

function noteEnd(total: Total, kind: number): void {
  total[kind < 6 ? 'removable_success' : 'removable_error'] += 1;
  total.ends += 1;
}

/** Children that retention would have removed, were their parent final, stand in line again. */
function releaseChildren(file: SqliteFile, total: Total, parentKey: string): void {
  const held = file.all(
    'SELECT id, kind FROM task WHERE parent_key = ? AND kind >= 4 AND outcome IS NULL ORDER BY id',
    parentKey,
  ) as (readonly [number, number])[];
  for (const [id, kind] of held) {
    total.held_back -= 1;
    noteEnd(total, kind);
    file.run('UPDATE task SET outcome = ?, place = ? WHERE id = ?', kind >> 1, total.ends, id);
  }
}

export function count(total: Total, state: number, by: number): void {
  const column = countColumns[state];
  if (column) total[column] += by;
}

function keepLongTexts(file: SqliteFile, id: number, longTexts: readonly LongText[] | null): void {
  for (const [slot, text] of longTexts ?? []) {
    const isKept = file.get('SELECT 1 FROM long_text WHERE id = ? AND slot = ? AND text = ?', id, slot, text);
    if (!isKept) file.run('INSERT OR REPLACE INTO long_text VALUES (?, ?, ?)', id, slot, text);
  }
}
