import { type Hint, type RecordFilter, type Store, type TaskRecord, taskInfo } from '../index.ts';
import { awaitingOthers, openFile } from './file.ts';
import { taskOf } from './keys.ts';
import { type FilterOptions, filterOf, rowsOf } from './list.ts';
import { codeOf } from './outcome.ts';
import { json } from './text.ts';
import { exitCode } from './usage.ts';

export interface WatchOptions extends FilterOptions {
  readonly db: string;
  readonly json?: boolean;
}

/** How many records are read at a time. */
const pageSize = 1_000;

/** Every change is shown as it is committed; of one task until it ends, of all until Ctrl-C. */
export async function watch(key: string | undefined, options: WatchOptions): Promise<number> {
  const filter = filterOf(options);
  await using store = await openFile(options.db);
  const only = key === undefined ? undefined : await taskOf(store, key);
  const tell = (record: TaskRecord) => {
    const lines = options.json === true ? [json(taskInfo(record))] : rowsOf([record], process.stdout);
    for (const line of lines) process.stdout.write(`${line}\n`);
  };
  using _alive = awaitingOthers();
  return await (only ? watchOne(store, only.key, tell) : watchAll(store, filter, tell));
}

/** Resolves when the process is to end by Ctrl-C. */
function interrupted(): Promise<number> {
  return new Promise((resolve) => {
    const leave = () => resolve(exitCode.canceled);
    process.once('SIGINT', leave);
    process.once('SIGTERM', leave);
  });
}

async function watchOne(store: Store, key: string, tell: (record: TaskRecord) => void): Promise<number> {
  let sequence = 0;
  return following(
    store,
    async (_changed, end) => {
      const [record] = await store.records.read([key]);
      if (!record) return end(exitCode.failed);
      if (record.sequence <= sequence) return;
      sequence = record.sequence;
      tell(record);
      if (record.leaf === 'success' || record.leaf === 'error') end(codeOf(taskInfo(record)));
    },
    (changed) => changed === 'all' || changed.includes(key),
  );
}

async function watchAll(
  store: Store,
  filter: RecordFilter,
  tell: (record: TaskRecord) => void,
): Promise<number> {
  const seen = new Map<string, number>();
  const see = (record: TaskRecord) => {
    if (record.sequence <= (seen.get(record.key) ?? 0) || !passes(record, filter)) return;
    tell(record);
    if (record.leaf === 'success' || record.leaf === 'error') seen.delete(record.key);
    else seen.set(record.key, record.sequence);
  };
  return following(
    store,
    async (changed) => {
      if (changed !== 'all') {
        const records = await store.records.read(changed);
        return records.forEach((record) => record && see(record));
      }
      // What lives, and what lived when it was last seen.
      const known = await store.records.read([...seen.keys()]);
      known.forEach((record) => record && see(record));
      for (let after = 0; ;) {
        const page = await store.records.query({
          filter: { ...filter, ...live(filter) },
          after,
          limit: pageSize,
        });
        page.forEach(see);
        const last = page.at(-1);
        if (!last) return;
        after = last.order;
      }
    },
    (changed) => changed === 'all' || changed.length > 0,
  );
}

function live({ states }: RecordFilter): RecordFilter {
  const wanted = states?.filter((state) => state === 'queued' || state === 'running');
  return { states: wanted ?? ['queued', 'running'] };
}

/** Calls `look` once for all, and then for what others change, one after the other; resolves with the code that ends it. */
async function following(
  { records }: Store,
  look: (changed: Hint, end: (code: number) => void) => Promise<void>,
  concerns: (changed: Hint) => boolean,
): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  let looking = Promise.resolve();
  const hinted = (changed: Hint) => {
    if (concerns(changed)) looking = looking.then(() => look(changed, resolve)).catch(reject);
  };
  const leave = records.changes('taskchart watch', hinted);
  hinted('all');
  try {
    return await Promise.race([promise, interrupted()]);
  } finally {
    leave();
  }
}

function passes({ leaf, creation }: TaskRecord, { states, types, entities, tags }: RecordFilter): boolean {
  const dot = leaf.indexOf('.');
  const state = dot < 0 ? leaf : leaf.slice(0, dot);
  const has = (list: readonly string[] | undefined, value: string | undefined) =>
    !list || list.includes(value ?? '');
  return (
    has(states, state) &&
    has(types, creation.type) &&
    has(entities, creation.entity) &&
    has(tags, creation.changeTag)
  );
}
