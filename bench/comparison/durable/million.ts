import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { TaskRecord } from '../../../src/record.ts';
import type { RecordFilter } from '../../../src/store.ts';
import { type SqliteStore, sqliteStore } from '../../../src/stores/sqlite.ts';
import { fill } from './fill.ts';
import { sample } from './sample.ts';

/** What a store of so many tasks is like. */
export interface Million {
  readonly bytesPerTask: number;
  /** From the call of `sqliteStore` to the first answer. */
  readonly openMs: number;
  /** Of each filter, some first pages, in milliseconds. */
  readonly pages: Readonly<Record<string, readonly number[]>>;
  /** Of a commit of one record, alone and while others are removed. */
  readonly commitsAlone: readonly number[];
  readonly commitsBesidePrune: readonly number[];
  readonly prunedPerSecond: number;
}

const pageSize = 100;
const pageRepetitions = 20;
const commitsAlone = 300;
const pruneCount = 20_000;

const filters: Readonly<Record<string, RecordFilter>> = {
  'no filter': {},
  'state queued': { states: ['queued'] },
  'state running': { states: ['running'] },
  'state success': { states: ['success'] },
  'state error': { states: ['error'] },
  'one type': { types: ['type-3'] },
  'all types but one': { typesOtherThan: ['type-3'] },
  'driver creator (none)': { driver: 'creator' },
  'one entity': { entities: ['entity-77'] },
  'one tag': { tags: ['tag-77'] },
  'one activation': { activationIds: ['activation-77'] },
  'one parent': { parentTaskKeys: ['parent-77'] },
  'one root': { rootTaskKeys: ['root-77'] },
  'one worker': { workers: ['worker-5'] },
  'ten entities': { entities: Array.from({ length: 10 }, (_, index) => `entity-${index}`) },
  'entity, state and type': { entities: ['entity-77'], states: ['success'], types: ['type-7'] },
  'state queued, one type': { states: ['queued'], types: ['type-3'] },
  'tag and rare state': { tags: ['tag-77'], states: ['queued'] },
};

export async function million(folder: string, count: number): Promise<Million> {
  const path = join(folder, 'tasks.db');
  await fill(path, count);
  const bytesPerTask = statSync(path).size / count;
  const at = performance.now();
  await using store = sqliteStore(path, { synchronous: 'normal' });
  await store.records.counts();
  const openMs = performance.now() - at;
  const pages: Record<string, number[]> = {};
  for (const [name, filter] of Object.entries(filters)) pages[name] = await pageTimes(store, filter);
  const commit = await committing(store);
  const alone: number[] = [];
  for (let done = 0; done < commitsAlone; done += 1) alone.push(await commit());
  return { bytesPerTask, openMs, pages, commitsAlone: alone, ...(await pruning(store, count, commit)) };
}

async function pageTimes(store: SqliteStore, filter: RecordFilter): Promise<number[]> {
  const times: number[] = [];
  for (let time = 0; time < pageRepetitions; time += 1) {
    const at = performance.now();
    await store.records.query({ filter, after: 0, limit: pageSize });
    times.push(performance.now() - at);
  }
  return times;
}

/** Inserts one record each time, and says how long its commit took. */
async function committing(store: SqliteStore): Promise<() => Promise<number>> {
  const { queued } = await sample();
  let commits = 0;
  return async () => {
    commits += 1;
    const record: TaskRecord = { ...queued, key: `commit-${commits}` };
    const at = performance.now();
    const [verdict] = await store.records.commit([[{ kind: 'insert', record }]], 'bench', Date.now());
    if (!verdict?.ok) throw new Error('Expected the record to be inserted.');
    return performance.now() - at;
  };
}

async function pruning(store: SqliteStore, count: number, commit: () => Promise<number>) {
  const none = { maxCount: 0, maxAgeMs: 0 };
  const limit = Math.min(pruneCount, count / 2);
  const request = { now: Date.now(), success: none, error: none, minAgeMs: 0, recent: none, limit };
  const [at, times] = [performance.now(), [] as number[]];
  let isOver = false;
  const prune = async () => {
    const { count: removed } = await store.records.prune(request);
    isOver = true;
    return removed;
  };
  const pruned = prune();
  while (!isOver) times.push(await commit());
  const seconds = (performance.now() - at) / 1_000;
  return { commitsBesidePrune: times, prunedPerSecond: (await pruned) / seconds };
}
