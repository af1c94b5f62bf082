import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { TaskRecord } from '../../src/index.ts';
import { type SqliteStore, sqliteStore } from '../../src/stores/sqlite.ts';
import { insert, queued, start } from '../stores/sqlite-support.ts';
import type { Breach } from './breach.ts';

/** All records, in the order in which they were inserted. */
export async function recordsOf({ records }: SqliteStore): Promise<TaskRecord[]> {
  const found: TaskRecord[] = [];
  for (;;) {
    const page = await records.query({ filter: {}, after: found.at(-1)?.order ?? 0, limit: 1_000 });
    found.push(...page);
    if (page.length < 1_000) return found;
  }
}

async function isCounted(store: SqliteStore, records: readonly TaskRecord[]): Promise<boolean> {
  const { queued: waiting, running, success, error } = await store.records.counts();
  return waiting + running + success + error === records.length;
}

async function goesOn(store: SqliteStore): Promise<Breach[]> {
  const [verdict] = await store.records.commit([[insert(queued('after the cut'))]], 'after', start);
  const [read] = await store.records.read(['after the cut']);
  return verdict?.ok && read ? [] : [{ law: 'goesOn', message: 'a record could not be inserted' }];
}

/** What SQLite itself says of every page and index. */
function integrityOf(path: string): Breach[] {
  if (!existsSync(path)) return [];
  const file = new DatabaseSync(path);
  try {
    const [row] = file.prepare('PRAGMA integrity_check(1)').all();
    const said = String(row?.['integrity_check']);
    return said === 'ok' ? [] : [{ law: 'whole', message: said }];
  } catch (error) {
    return [{ law: 'whole', message: String(error) }];
  } finally {
    file.close();
  }
}

type Judge = (store: SqliteStore, records: readonly TaskRecord[]) => Breach[] | Promise<Breach[]>;

async function judgeOpened(store: SqliteStore, judge: Judge): Promise<Breach[]> {
  try {
    const records = await recordsOf(store);
    const counted = await isCounted(store, records);
    const miscounted: Breach = { law: 'whole', message: 'the counts are not those of the records' };
    return [...(counted ? [] : [miscounted]), ...(await judge(store, records)), ...(await goesOn(store))];
  } catch (error) {
    return [{ law: 'whole', message: String(error) }];
  }
}

/** Opens what the power cut left as whoever comes back does, and judges what is in it. */
export async function judgeImage(path: string, judge: Judge): Promise<Breach[]> {
  const store = sqliteStore(path);
  try {
    const breaches = await judgeOpened(store, judge);
    await store.close();
    return [...breaches, ...integrityOf(path)];
  } finally {
    await store.close();
  }
}
