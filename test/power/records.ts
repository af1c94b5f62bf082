import type { SqliteStore } from '../../src/stores/sqlite.ts';
import { Chance } from '../soak/chance.ts';
import { committed, insert, queued, start, step } from '../stores/sqlite-support.ts';

export type Say = (...words: readonly string[]) => void;

/** What a workload is given. */
export interface Surroundings {
  readonly folder: string;
  readonly open: () => SqliteStore;
  readonly say: Say;
  readonly chance: Chance;
  /** How much it does, where the power does not fail before. */
  readonly limit: number;
}

const clients = ['ann', 'bob', 'cid', 'dan'];

/** Of the nth commit of a client: the key of the record that it inserts. */
export const keyOf = (client: string, number: number) => `${client}/${String(number).padStart(6, '0')}`;

/** Mostly small, now and then of many pages. */
function text(chance: Chance): string {
  const length = chance.weighted({ 100: 70, 3_000: 20, 30_000: 10 });
  return String.fromCodePoint(97 + chance.below(26)).repeat(chance.below(Number(length)));
}

/** What needs no sync, and comes between what does. */
async function beQuick({ dispatch, leases }: SqliteStore, client: string, key: string): Promise<void> {
  await leases.beat(client);
  await dispatch.offer([{ key, type: 'sample', priority: 0, startAt: undefined, isChild: false }]);
  await dispatch.take({ limit: 1, types: ['sample'], childrenOnly: false, now: start });
}

/**
 * One commit after the other: each inserts a record, and counts it in the client's own by the step of that. Each is
 * marked before it is asked for and when it was answered.
 */
export async function write(
  store: SqliteStore,
  client: string,
  say: Say,
  chance: Chance,
  until: number,
): Promise<void> {
  let own = await committed(store, insert(queued(client)));
  for (let number = own.sequence; number < until; number += 1) {
    const key = keyOf(client, number);
    const writes = [insert(queued(key, { input: text(chance) })), step(own, 'queued')];
    say('sent', client, String(number));
    const [verdict] = await store.records.commit([writes], client, start);
    const next = verdict?.records[1];
    if (!verdict?.ok || !next) throw new Error(`Expected ${key} to be committed.`);
    say('acknowledged', client, String(number));
    own = next;
    if (chance.percent(20)) await beQuick(store, client, key);
  }
}

/** Several clients write at once, so many commits each. */
export async function keepRecords({ open, say, chance, limit }: Surroundings): Promise<void> {
  // First for a moment: then the file is closed, and another log begins.
  {
    await using store = open();
    await write(store, 'first', say, chance, 12);
  }
  await using store = open();
  const each = clients.map((client) => write(store, client, say, new Chance(chance.seed()), limit));
  await Promise.all(each);
}
