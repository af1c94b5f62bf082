import { type JournalEntry, type TaskInfo, type TaskRecord, systemClock, taskInfo } from '../index.ts';
import type { SqliteStore } from '../stores/sqlite.ts';
import { openFile, pausedTypes } from './file.ts';
import { taskOf } from './keys.ts';
import { type Branch, branchOf, dataOf, linesOf } from './tree.ts';
import {
  fitted,
  json,
  moment,
  paint,
  readable,
  shown,
  shownLines,
  stateStyle,
  stateWord,
  table,
} from './text.ts';
import { exitCode } from './usage.ts';
import { type Wait, waitsOf } from './waiting.ts';

export interface ShowOptions {
  readonly db: string;
  readonly json?: boolean;
  readonly children: number;
}

interface Sight {
  readonly record: TaskRecord;
  readonly waits: readonly Wait[];
  readonly journal: readonly JournalEntry[];
  readonly branch: Branch;
}

/** All that is known of one task is shown. */
export async function show(key: string, options: ShowOptions): Promise<number> {
  await using store = await openFile(options.db);
  const sight = await look(store, await taskOf(store, key), options.children);
  if (options.json === true) process.stdout.write(`${json(document(sight), 2)}\n`);
  else for (const line of page(sight)) process.stdout.write(`${fitted(line, process.stdout)}\n`);
  return exitCode.done;
}

async function look(store: SqliteStore, record: TaskRecord, limit: number): Promise<Sight> {
  const { records, leases } = store;
  const [paused, beats, { running }, journal, branch] = await Promise.all([
    pausedTypes(store),
    leases.beats(),
    records.counts(),
    records.journal(record.key),
    branchOf(records, record, limit),
  ]);
  const waits = waitsOf(record, { now: systemClock.now(), paused, beats, running });
  return { record, waits, journal, branch };
}

function document({ record, waits, journal, branch }: Sight) {
  return {
    task: taskInfo(record),
    leaf: record.leaf,
    waitingFor: waits,
    journal: journal.map((entry) => ({ ...entry, at: new Date(entry.at) })),
    children: dataOf(branch),
    moreChildren: branch.isCut,
  };
}

function page({ record, waits, journal, branch }: Sight): string[] {
  const output = process.stdout;
  const info = taskInfo(record);
  const children = linesOf(branch, output);
  return [
    ...table(facts(record, info)),
    ...section(
      'Waiting for',
      waits.map(({ text }) => `  ${shown(text)}`),
    ),
    ...section(
      'Attempts',
      table(attempts(record, info)).map((line) => `  ${line}`),
    ),
    ...section(
      'Journal',
      table(journal.map(step)).map((line) => `  ${line}`),
    ),
    ...section('Children', children),
  ];
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', paint('bold', title, process.stdout), ...lines];
}

function facts(record: TaskRecord, info: TaskInfo): string[][] {
  const word = stateWord(record);
  const time = (at: Date | undefined) => at && moment(at.getTime());
  const text = (value: string | undefined) => value && shown(value);
  const result = info.result === undefined ? undefined : readable(info.result, process.stdout);
  const rows: [string, string | undefined][] = [
    ['key', info.key],
    ['type', shown(info.descriptionId)],
    ['state', paint(stateStyle(word), word, process.stdout)],
    ['cancel', cancelWords(info)],
    ['progress', info.progress === undefined ? undefined : `${info.progress} %`],
    ['description', text(info.description?.message)],
    ['entity', text([info.entity, info.entityName].filter((name) => name !== undefined).join('  '))],
    ['error', info.error && `${info.error.fault.name}: ${shown(info.error.localizedMessage)}`],
    ['result', result === undefined ? undefined : shown(shownLines(result).replaceAll(/\s+/g, ' '))],
    ['started by', text(reasonWords(info))],
    ['parent', text(info.parentTaskKey)],
    ['root', info.rootTaskKey === info.parentTaskKey ? undefined : text(info.rootTaskKey)],
    ['tag', text(info.changeTag)],
    ['activation', text(info.activationId)],
    ['priority', info.priority === 0 ? undefined : String(info.priority)],
    ['queued', time(info.queueTime)],
    ['started', time(info.startTime)],
    ['ended', time(info.completeTime)],
    ['lost', record.life.lost === 0 ? undefined : `${record.life.lost} times, of ${record.life.maxLost}`],
  ];
  return rows.flatMap(([name, value]) => (value === undefined || value === '' ? [] : [[name, value]]));
}

function cancelWords({ cancelled, cancelable, state }: TaskInfo): string | undefined {
  const isFinal = state === 'success' || state === 'error';
  if (cancelled) return isFinal ? 'was requested' : 'requested, not ended yet';
  return isFinal || cancelable ? undefined : 'not possible';
}

function reasonWords({ reason }: TaskInfo): string {
  if (reason.kind === 'user') return reason.userName;
  return reason.kind === 'schedule' ? `schedule ${reason.name}` : reason.kind;
}

function attempts(
  { life }: TaskRecord,
  { attempts: ended, state, attempt, maxAttempts }: TaskInfo,
): string[][] {
  const first = life.attempt - ended.length - (state === 'success' || state === 'error' ? -1 : 0);
  const rows = ended.map(({ start, end, fault }, index) => [
    String(Math.max(first + index, 1)),
    moment(start.getTime()),
    `${end.getTime() - start.getTime()} ms`,
    fault ? `${fault.fault.name}: ${shown(fault.localizedMessage)}` : 'ended',
  ]);
  if (state !== 'running' || life.attemptStartedAt === undefined) return rows;
  return [...rows, [String(attempt), moment(life.attemptStartedAt), '', `runs, of ${maxAttempts}`]];
}

function step({ sequence, at, event, outcome, leaf }: JournalEntry): string[] {
  return [String(sequence), new Date(at).toISOString(), event, outcome, `→ ${leaf}`];
}
