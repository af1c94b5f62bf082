import { parse, stringify } from 'devalue';
import { type Creation, type TaskRecord, isFinal, stateOf, structuredParent } from '../store.ts';

/** The states in the order of the numbers that stand for them in the file. */
export const states = ['queued', 'running', 'success', 'error'] as const;

type Value = string | number | null;
/** A text that is kept outside its row, so that it is not written again with it. */
export type LongText = readonly [slot: string, text: string];

/**
 * What a write needs of a record, as it is bound to a statement: kind; when it ended, null where it has not; its long texts;
 * then the columns that change, and, where it is new, those that do not.
 */
export type RecordRow = readonly [
  kind: number,
  endedAt: number | null,
  longTexts: readonly LongText[] | null,
  ...columns: Value[],
];

/** sequence, fence, leaf, kind, worker, is_long, life */
export const lifeAt = [3, 10] as const;
/** type, entity, tag, activation_id, parent_key, root_key, is_structured, children (open, weight, done), deadline_at, creation */
export const creationAt = [10, 22] as const;

/** The columns of a record that is read, in the order in which `recordOf` takes them. */
export const readColumns = `id, key, sequence, fence, leaf, kind, worker, life, type, entity, tag, activation_id,
  parent_key, root_key, children_open, children_weight, children_done, creation, is_long`;

/** A row that was read; the texts that are kept outside it come last, instead of `is_long`. */
export type ReadRow = readonly (Value | readonly LongText[])[];

type Life = TaskRecord['life'];
type Members = Readonly<Record<string, unknown>>;

/**
 * What a life mostly is: only what differs is kept. Also the order of its members, so that all have one shape. It is part of
 * what a file says, and stays as it is where a new task begins otherwise: what older files leave out means this.
 */
const usualLife: Life = {
  driver: 'supervisor',
  cancelableAtFirst: true,
  cancelable: true,
  cancelled: false,
  fence: 0,
  worker: undefined,
  lost: 0,
  maxLost: 3,
  attempt: 1,
  maxAttempts: 1,
  attempts: [],
  queuedAt: 0,
  startAt: undefined,
  startedAt: undefined,
  attemptStartedAt: undefined,
  completedAt: undefined,
  abortedAt: undefined,
  unresponsiveAt: undefined,
  deadlineAt: undefined,
  progress: undefined,
  lastProgress: undefined,
  reportsItself: false,
  checkpoint: undefined,
  held: undefined,
  description: undefined,
  customValue: undefined,
  result: undefined,
  error: undefined,
};

const usualCreation: Creation = {
  type: '',
  input: undefined,
  priority: 0,
  reason: { kind: 'system' },
  entity: undefined,
  entityName: undefined,
  changeTag: undefined,
  activationId: undefined,
  parentTaskKey: undefined,
  rootTaskKey: undefined,
  child: undefined,
  owner: 'process',
};

/** What the members mostly are, in their order, and how each begins where it is written. A commit looks at all of them. */
interface Plan {
  readonly names: readonly string[];
  readonly usual: readonly unknown[];
  /** Those that have a column. */
  readonly isColumn: readonly boolean[];
  readonly prefixes: readonly string[];
}

function planOf(usual: Life | Creation, ...columns: readonly string[]): Plan {
  const names = Object.keys(usual);
  return {
    names,
    usual: Object.values(usual),
    isColumn: names.map((name) => columns.includes(name)),
    prefixes: names.map(prefixOf),
  };
}

const lifePlan = planOf(usualLife, 'driver', 'fence', 'worker');
const creationPlan = planOf(
  usualCreation,
  'type',
  'entity',
  'changeTag',
  'activationId',
  'parentTaskKey',
  'rootTaskKey',
);

/** Texts that may be long, and from what length on they are kept outside the row: a page of the file. */
const longSlots = new Set(['input', 'checkpoint', 'result']);
const longFrom = 4_096;

/** `isNew`: what was said at its creation is written as well. @throws Whatever the serialization says of a value that is no data. */
export function rowOf(record: TaskRecord, isNew: boolean): RecordRow {
  const row: Value[] = [];
  pushRow(row, record, isNew);
  return row as unknown as RecordRow;
}

/** Without a list of its own: a commit writes three rows for each task. @throws As `rowOf` does, once some of it is pushed. */
export function pushRow(to: unknown[], record: TaskRecord, isNew: boolean): void {
  const { sequence, leaf, creation, life } = record;
  const longTexts: LongText[] = [];
  const kind = states.indexOf(stateOf(record)) * 2 + Number(life.driver === 'creator');
  const lifeText = membersText(life as unknown as Members, lifePlan, longTexts);
  const creationText = isNew
    ? membersText(creation as unknown as Members, creationPlan, longTexts)
    : undefined;
  const isLong = longTexts.length > 0 || (creation.input?.length ?? 0) >= longFrom;
  const endedAt = isFinal(record) ? (life.completedAt ?? life.queuedAt) : null;
  const kept = longTexts.length > 0 ? longTexts : null;
  to.push(
    kind,
    endedAt,
    kept,
    sequence,
    life.fence,
    leaf,
    kind,
    nullable(life.worker),
    Number(isLong),
    lifeText,
  );
  if (creationText !== undefined) pushCreation(to, record, creationText);
}

function pushCreation(to: unknown[], record: TaskRecord, text: string): void {
  const { creation, life, children } = record;
  to.push(
    columnText(creation.type),
    nullable(creation.entity),
    nullable(creation.changeTag),
    nullable(creation.activationId),
    nullable(creation.parentTaskKey),
    nullable(creation.rootTaskKey),
    Number(structuredParent(record) !== undefined),
    children?.open ?? null,
    children?.weight ?? null,
    children?.done ?? null,
    life.deadlineAt ?? null,
    text,
  );
}

export function recordOf(row: ReadRow): TaskRecord {
  const [id, key, sequence, fence, leaf, kind, worker, lifeText, ...rest] = row;
  const [type, entity, tag, activationId, parentKey, rootKey, open, weight, done, creationText, long] = rest;
  const longTexts = Array.isArray(long) ? (long as readonly LongText[]) : [];
  const life = membersOf(lifeText as string, usualLife as unknown as Members, longTexts);
  const creation = membersOf(creationText as string, usualCreation as unknown as Members, longTexts);
  life['driver'] = (kind as number) % 2 === 1 ? 'creator' : 'supervisor';
  life['fence'] = fence;
  life['worker'] = optional(worker);
  creation['type'] = textOf(type as string);
  creation['entity'] = optional(entity);
  creation['changeTag'] = optional(tag);
  creation['activationId'] = optional(activationId);
  creation['parentTaskKey'] = optional(parentKey);
  creation['rootTaskKey'] = optional(rootKey);
  return {
    key: textOf(key as string),
    order: id as number,
    sequence: sequence as number,
    leaf: leaf as string,
    creation: creation as unknown as Creation,
    life: life as unknown as Life,
    children: open === null ? undefined : ({ open, weight, done } as TaskRecord['children']),
  };
}

/** What JSON carries stands as it is; all else (faults, attempts, …) is serialized whole, in the member without a name. */
function membersText(given: Members, plan: Plan, longTexts: LongText[]): string {
  const { names, usual, isColumn, prefixes } = plan;
  let text = '';
  let rich: Record<string, unknown> | undefined;
  let next = 0;
  // The walk that makes no list of the names.
  for (const name in given) {
    const place = names[next] === name ? next : names.indexOf(name);
    next += 1;
    const value = given[name];
    if (place >= 0 && (value === usual[place] || isColumn[place] || isUsual(value, usual[place]))) continue;
    const written = memberText(name, value, longTexts);
    // Members of a newer version are kept.
    const prefix = prefixes[place] ?? prefixOf(name);
    if (written === undefined) (rich ??= {})[name] = value;
    else text = text === '' ? `{${prefix}${written}` : `${text},${prefix}${written}`;
  }
  if (rich) text = `${text === '' ? '{' : `${text},`}"":${JSON.stringify(stringify(rich))}`;
  return text === '' ? '{}' : `${text}}`;
}

function prefixOf(name: string): string {
  return `${JSON.stringify(name)}:`;
}

/** As JSON; undefined: JSON does not carry it. */
function memberText(name: string, value: unknown, longTexts: LongText[]): string | undefined {
  if (typeof value === 'number')
    return Number.isFinite(value) && !Object.is(value, -0) ? `${value}` : undefined;
  if (typeof value === 'string') {
    if (value.length < longFrom || !longSlots.has(name)) return JSON.stringify(value);
    longTexts.push([name, columnText(value)]);
    return 'true';
  }
  if (typeof value === 'boolean') return `${value}`;
  return name === 'attempts' && areFaultless(value) ? `[${value.map(timesText).join(',')}]` : undefined;
}

function membersOf(text: string, usual: Members, longTexts: readonly LongText[]): Record<string, unknown> {
  const { '': rich, ...plain } = JSON.parse(text) as Record<string, unknown>;
  const members: Record<string, unknown> = { ...usual, ...plain };
  const times = plain['attempts'] as readonly (readonly [number, number])[] | undefined;
  if (times)
    members['attempts'] = times.map(([startedAt, endedAt]) => ({ startedAt, endedAt, error: undefined }));
  for (const [slot, long] of longTexts) if (members[slot] === true) members[slot] = textOf(long);
  return rich === undefined ? members : { ...members, ...(parse(rich as string) as Members) };
}

function isUsual(value: unknown, usual: unknown): boolean {
  if (Array.isArray(usual)) return Array.isArray(value) && value.length === 0;
  // The only other one: the reason of what the system itself started.
  if (typeof usual !== 'object' || typeof value !== 'object' || value === null) return false;
  return (value as Members)['kind'] === 'system' && Object.keys(value).length === 1;
}

type Attempts = Life['attempts'];

/** Every task that succeeds has such an attempt: two numbers instead of a serialization. */
function areFaultless(value: unknown): value is Attempts {
  return (value as Attempts).every(
    (attempt) =>
      attempt.error === undefined &&
      Object.keys(attempt).length === 3 &&
      Number.isFinite(attempt.startedAt) &&
      Number.isFinite(attempt.endedAt),
  );
}

function timesText({ startedAt, endedAt }: Attempts[number]): string {
  return `[${startedAt},${endedAt}]`;
}

/** What begins so is JSON: a text that a column of SQLite would change (half a surrogate pair) or cut (NUL). */
const escaped = '\u0001';

/** A text as a column keeps it, two different ones always differently. */
export function columnText(text: string): string {
  const isSafe = text.isWellFormed() && !text.includes('\0') && !text.startsWith(escaped);
  return isSafe ? text : escaped + JSON.stringify(text);
}

export function textOf(column: string): string {
  return column.startsWith(escaped) ? (JSON.parse(column.slice(1)) as string) : column;
}

export function nullable(text: string | undefined): string | null {
  return text === undefined ? null : columnText(text);
}

function optional(column: unknown): string | undefined {
  return column === null ? undefined : textOf(column as string);
}
