import type { Query, RecordFilter } from '../store.ts';
import type { SqliteFile } from './sqlite-file.ts';
import { readRowById } from './sqlite-records.ts';
import { type ReadRow, columnText, states } from './sqlite-row.ts';

type Value = string | number;

/** Part of a condition, and what is bound in it. */
interface Condition {
  readonly sql: string;
  readonly values: readonly Value[];
}

/** A list of values that one column may have. */
interface Choice {
  readonly column: string;
  readonly values: readonly string[];
}

/** Columns with an index of their own, the one that leaves least first. */
const indexed = ['worker', 'activation_id', 'parent_key', 'entity', 'root_key', 'tag'];

/**
 * The records that pass, in the order of creation. Each value of the best indexed column gives a row of ids that is in
 * order already; the rows are merged. So a page costs its own length, not that of the table.
 */
export function queryRows(file: SqliteFile, { filter, after, limit }: Query): ReadRow[] {
  const choices = choicesOf(filter);
  const kinds = kindsOf(filter);
  if (limit <= 0 || kinds.length === 0 || choices.some(({ values }) => values.length === 0)) return [];
  const best = choices
    .filter(({ column, values }) => indexed.includes(column) && !values.includes(''))
    .toSorted((a, b) => indexed.indexOf(a.column) - indexed.indexOf(b.column))[0];
  const isAny = kinds.length === 8 && !filter.types && !filter.typesOtherThan;
  const isByKind = best === undefined && filter.overdueAt === undefined;
  const rest = [
    ...choices.filter((choice) => choice !== best),
    ...(isByKind ? [] : kindChoices(filter, kinds)),
  ];
  const restriction = rest.map(conditionOf);
  const starts = startsOf(file, filter, best, isAny ? undefined : kinds);
  const ids = starts.flatMap((start) => idsOf(file, [start, ...restriction], after, limit));
  const first = starts.length === 1 ? ids : [...new Set(ids)].toSorted((a, b) => a - b).slice(0, limit);
  return first.map((id) => readRowById(file, id)).filter((row) => row !== null);
}

const everything: Condition = { sql: 'TRUE', values: [] };

/** Few are overdue: all of them are found by an index of their own, and put in order. */
const overdueSql = `id IN (SELECT id FROM task INDEXED BY task_by_deadline WHERE ended_at IS NULL AND deadline_at <= ?)`;

/** What is looked up in an index; `kinds` undefined: all of them. */
function startsOf(
  file: SqliteFile,
  filter: RecordFilter,
  best: Choice | undefined,
  kinds: readonly number[] | undefined,
): readonly Condition[] {
  const { overdueAt } = filter;
  const overdue = overdueAt === undefined ? [] : [{ sql: overdueSql, values: [overdueAt] }];
  if (best) return valuesOf(best).map((start) => both(start, ...overdue));
  if (overdue.length > 0) return overdue;
  return kinds ? byKind(file, filter, kinds) : [everything];
}

function both(...conditions: readonly Condition[]): Condition {
  const sql = conditions.map((condition) => condition.sql).join(' AND ');
  return { sql, values: conditions.flatMap(({ values }) => values) };
}

function idsOf(file: SqliteFile, conditions: readonly Condition[], after: number, limit: number): number[] {
  const where = conditions.map(({ sql }) => sql).join(' AND ');
  const values = conditions.flatMap((condition) => condition.values);
  const sql = `SELECT id FROM task WHERE ${where} AND id > ? ORDER BY id LIMIT ?`;
  return file.all(sql, ...values, after, limit).map(([id]) => id as number);
}

function choicesOf(filter: RecordFilter): Choice[] {
  const choices: [string, readonly string[] | undefined][] = [
    ['entity', filter.entities],
    ['tag', filter.tags],
    ['activation_id', filter.activationIds],
    ['parent_key', filter.parentTaskKeys],
    ['root_key', filter.rootTaskKeys],
    ['worker', filter.workers],
  ];
  return choices.flatMap(([column, values]) =>
    values ? { column, values: [...new Set(values)].map(columnText) } : [],
  );
}

function valuesOf({ column, values }: Choice): Condition[] {
  return values.map((value) => ({ sql: `${column} = ?`, values: [value] }));
}

function conditionOf({ column, values }: Choice): Condition {
  const list = { sql: `${column} IN (SELECT value FROM json_each(?))`, values: [JSON.stringify(values)] };
  // The tag that means: none.
  return column === 'tag' && values.includes('')
    ? { ...list, sql: `coalesce(tag, '') ${list.sql.slice(4)}` }
    : list;
}

/** The numbers that stand for the states and drivers that are asked for. */
function kindsOf({ states: wanted, driver }: RecordFilter): number[] {
  const drivers = driver === undefined ? [0, 1] : [driver === 'creator' ? 1 : 0];
  return states.flatMap((state, index) =>
    !wanted || wanted.includes(state) ? drivers.map((of) => index * 2 + of) : [],
  );
}

/** Where another column leads, kind and type are looked up in the row. */
function kindChoices({ types, typesOtherThan }: RecordFilter, kinds: readonly number[]): Choice[] {
  const choices: Choice[] = [];
  if (kinds.length < 8) choices.push({ column: 'kind', values: kinds as unknown as string[] });
  if (types) choices.push({ column: 'type', values: types.map(columnText) });
  if (typesOtherThan) choices.push({ column: 'type NOT', values: typesOtherThan.map(columnText) });
  return choices;
}

function byKind(file: SqliteFile, { types, typesOtherThan }: RecordFilter, kinds: readonly number[]) {
  const not = new Set((typesOtherThan ?? []).map(columnText));
  return kinds.flatMap((kind) => {
    const among = types ? [...new Set(types)].map(columnText) : typesOfKind(file, kind);
    return among
      .filter((type) => !not.has(type))
      .map((type): Condition => ({ sql: 'kind = ? AND type = ?', values: [kind, type] }));
  });
}

/** Each type is one step in the index, however many tasks there are of it. */
function typesOfKind(file: SqliteFile, kind: number): string[] {
  const types: string[] = [];
  const next = (type: string) =>
    file.get('SELECT type FROM task WHERE kind = ? AND type > ? ORDER BY type LIMIT 1', kind, type);
  const sql = 'SELECT type FROM task WHERE kind = ? ORDER BY type LIMIT 1';
  for (let row = file.get(sql, kind); row; row = next(row[0] as string)) types.push(row[0] as string);
  return types;
}
