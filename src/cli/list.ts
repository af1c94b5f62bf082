import { type RecordFilter, type TaskRecord, systemClock, taskInfo } from '../index.ts';
import type { TaskState } from '../index.ts';
import { openFile, pausedTypes } from './file.ts';
import { oneOf } from './keys.ts';
import { newest } from './newest.ts';
import { counted, duration, fitted, json, paint, shown, stateStyle, stateWord, table } from './text.ts';
import { exitCode } from './usage.ts';

export interface FilterOptions {
  readonly state?: readonly string[];
  readonly type?: readonly string[];
  readonly entity?: readonly string[];
  readonly tag?: readonly string[];
}

export interface ListOptions extends FilterOptions {
  readonly db: string;
  readonly json?: boolean;
  readonly limit: number;
  readonly before?: number;
}

const states: readonly TaskState[] = ['queued', 'running', 'success', 'error'];

/** So many characters of a key's end tell it from others where there is no room for all. */
const shortKey = 8;

/** A terminal that is narrower shows the ends of keys only. */
const wideEnough = 100;

/** A terminal that is narrower still has no room for how old a task is. */
const wideEnoughForAges = 60;

/** One page of tasks is shown, the newest first. */
export async function list(options: ListOptions): Promise<number> {
  const filter = filterOf(options);
  await using store = await openFile(options.db);
  const { limit, before } = options;
  const page = { limit: limit + 1, ...(before === undefined ? {} : { before }) };
  const found = await newest(store.records, filter, page);
  const shownOnes = found.slice(0, limit);
  const next = found.length > limit ? shownOnes.at(-1)?.order : undefined;
  if (options.json === true) {
    const tasks = shownOnes.map((record) => taskInfo(record));
    process.stdout.write(`${json({ tasks, ...(next === undefined ? {} : { next }) }, 2)}\n`);
    return exitCode.done;
  }
  for (const line of rowsOf(shownOnes, process.stdout)) process.stdout.write(`${line}\n`);
  // What is said besides is nothing for a program that reads the rows.
  const counts = await store.records.counts();
  const sum = states.map((state) => `${counts[state].toLocaleString('en-US')} ${state}`).join(', ');
  const paused = [...(await pausedTypes(store))].map((type) => (type === '' ? 'everything' : shown(type)));
  const more = next === undefined ? '' : ` More: --before ${next}`;
  process.stderr.write(`${counted(shownOnes.length, 'task')} shown, of ${sum}.${more}\n`);
  if (paused.length > 0)
    process.stderr.write(paint('yellow', `Paused: ${paused.join(', ')}.\n`, process.stderr));
  return exitCode.done;
}

/** What the options ask of a task. @throws UsageError for a state that is none. */
export function filterOf({ state, type, entity, tag }: FilterOptions): RecordFilter {
  return {
    ...(state && { states: state.map((word) => oneOf('a state', word, states) as TaskState) }),
    ...(type && { types: type }),
    ...(entity && { entities: entity }),
    ...(tag && { tags: tag }),
  };
}

/** A line for each, fitted to the terminal; whole where there is none. */
export function rowsOf(records: readonly TaskRecord[], output: NodeJS.WriteStream): string[] {
  const now = systemClock.now();
  const isNarrow = output.isTTY && output.columns < wideEnough;
  const isTiny = output.isTTY && output.columns < wideEnoughForAges;
  const rows = records.map((record) => {
    const { key, creation, life } = record;
    const word = stateWord(record);
    const progress = life.progress === undefined ? '' : `${life.progress} %`;
    return [
      isNarrow ? key.slice(-shortKey) : key,
      shown(creation.type),
      paint(stateStyle(word), word, output),
      progress.padStart(5),
      ...(isTiny ? [] : [duration(Math.max(now - life.queuedAt, 0)).padStart(6)]),
      remark(record),
    ];
  });
  return table(rows).map((line) => fitted(line, output));
}

/** What is to be said of the task in few words. */
export function remark({ creation, life }: TaskRecord): string {
  const { error, description } = life;
  const said = error ? `${error.fault.name}: ${error.localizedMessage}` : (description?.message ?? '');
  return shown([creation.entity ?? '', said].filter((text) => text !== '').join('  '));
}
