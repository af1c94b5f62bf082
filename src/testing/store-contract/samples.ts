import assert from 'node:assert/strict';
import { firstLife, type TaskLife } from '../../../machines/index.ts';
import type {
  Creation,
  Group,
  Hint,
  Offer,
  PruneRequest,
  RecordFilter,
  Reservation,
  Store,
  TaskRecord,
  TaskState,
  Verdict,
  Write,
} from '../../index.ts';

/** A promise of the store as something that can be run against one. */
export interface StoreLaw {
  readonly name: string;
  readonly run: (store: Store) => Promise<void>;
}

export const worker = 'worker a';
export const otherWorker = 'worker b';

/** An arbitrary moment, from which the samples count. */
export const start = 1_000_000;

const plain: Creation = {
  type: 'type a',
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

/** A record as it is before its insertion. */
export function queued(
  key: string,
  creation: Partial<Creation> = {},
  life: Partial<TaskLife> = {},
): TaskRecord {
  const first = firstLife({ driver: 'supervisor', cancelable: true, queuedAt: start });
  return {
    key,
    order: 0,
    sequence: 1,
    leaf: 'queued',
    creation: { ...plain, ...creation },
    life: { ...first, ...life },
    children: undefined,
  };
}

/** The next step of a record: at this leaf, with this life. */
export function next(record: TaskRecord, leaf: string, life: Partial<TaskLife> = {}): TaskRecord {
  return { ...record, sequence: record.sequence + 1, leaf, life: { ...record.life, ...life } };
}

export function insert(record: TaskRecord): Write {
  return { kind: 'insert', record };
}

export function stateOf({ leaf }: TaskRecord): TaskState {
  return leaf.split('.')[0] as TaskState;
}

/** A step that names what it was decided on; of every second one also the state, which no store has to be told. */
export function replace(seen: TaskRecord, record: TaskRecord): Extract<Write, { kind: 'replace' }> {
  const { sequence, life } = seen;
  const before = sequence % 2 === 1 ? stateOf(seen) : undefined;
  return { kind: 'replace', record, sequence, fence: life.fence, before };
}

export function keyOf(write: Write): string {
  return write.kind === 'insert' || write.kind === 'replace' ? write.record.key : write.key;
}

/** A name for a key, until the given milliseconds after the start are over. */
export function reserve(
  name: string,
  key: string,
  members: Partial<Reservation> & { readonly forMs?: number } = {},
): Write {
  const { forMs = 1_000, digest, owner } = members;
  return { kind: 'reserve', name, key, digest, expiresAt: start + forMs, owner };
}

/** One group, and its verdict. */
export async function commit(store: Store, ...group: Group): Promise<Verdict> {
  const [verdict] = await store.records.commit([group], worker, start);
  assert.ok(verdict, 'Expected a verdict for the group.');
  return verdict;
}

/** Records that were just inserted, as they are committed. */
export async function inserted(store: Store, ...records: readonly TaskRecord[]): Promise<TaskRecord[]> {
  const verdicts = await store.records.commit(
    records.map((record) => [insert(record)]),
    worker,
    start,
  );
  return verdicts.map(({ ok, records: [record] }) => {
    assert.ok(ok && record, 'Expected a new key to be inserted.');
    return record;
  });
}

/** A record that was inserted and then replaced by one at this leaf. */
export async function reached(
  store: Store,
  leaf: string,
  life: Partial<TaskLife>,
  record: TaskRecord,
): Promise<TaskRecord> {
  const [first] = await inserted(store, record);
  assert.ok(first);
  const { ok, records } = await commit(store, replace(first, next(first, leaf, life)));
  assert.ok(ok && records[0], 'Expected the step to be committed.');
  return records[0];
}

/** A record that ended so many milliseconds after the start. */
export function finished(store: Store, key: string, afterMs: number, leaf: 'success' | 'error' = 'success') {
  return reached(store, leaf, { completedAt: start + afterMs }, queued(key));
}

export async function readOne(store: Store, key: string): Promise<TaskRecord | undefined> {
  const [record] = await store.records.read([key]);
  return record;
}

/** The keys of all records that pass the filter. */
export async function keysOf(store: Store, filter: RecordFilter = {}): Promise<string[]> {
  const records = await store.records.query({ filter, after: 0, limit: 1_000 });
  return records.map(({ key }) => key);
}

const keepAll = { maxCount: Number.MAX_SAFE_INTEGER, maxAgeMs: Number.MAX_SAFE_INTEGER };

/** A request that removes nothing but for what is said otherwise. */
export function pruning(request: Partial<PruneRequest>): PruneRequest {
  const recent = { maxCount: 0, maxAgeMs: 0 };
  return { now: start, success: keepAll, error: keepAll, minAgeMs: 0, recent, limit: 1_000, ...request };
}

export const keepNone = { maxCount: 0, maxAgeMs: 0 };

export function offer(key: string, members: Partial<Offer> = {}): Offer {
  return { key, type: 'type a', priority: 0, startAt: undefined, isChild: false, ...members };
}

/** What is taken of the one type of the samples. */
export async function taken(store: Store, limit = 1_000, now = start): Promise<readonly string[]> {
  const { keys } = await store.dispatch.take({ limit, types: ['type a'], childrenOnly: false, now });
  return keys;
}

/** A hint that is waited for, and what came with it. */
export function listener() {
  let heard: string[] = [];
  let times = 0;
  let controls = 0;
  let isAll = false;
  let wake = Promise.withResolvers<void>();
  return {
    hint: (changed: Hint = []) => {
      if (changed === 'all') isAll = true;
      else heard = [...heard, ...changed];
      times += 1;
      if (changed.length === 0) controls += 1;
      wake.resolve();
      wake = Promise.withResolvers<void>();
    },
    /** Resolves when so many hints have come. */
    async times(count: number) {
      while (times < count) await wake.promise;
    },
    /** Resolves when all of these keys were among the hints. */
    async keys(...keys: readonly string[]) {
      while (!isAll && !keys.every((key) => heard.includes(key))) await wake.promise;
    },
    get heard() {
      return heard;
    },
    /** How many hints had no key. */
    get controls() {
      return controls;
    },
  };
}
