import { invalidArgument } from '../fault.ts';
import {
  type Counts,
  type Group,
  type Hint,
  type JournalEntry,
  type PruneRequest,
  type Pruned,
  type Query,
  type RecordStore,
  type Reservation,
  type TaskRecord,
  type Verdict,
  type Write,
  keyOf,
} from '../store.ts';
import type { SqliteHints } from './sqlite-hints.ts';
import type { SqliteLine } from './sqlite-line.ts';
import { packGroups } from './sqlite-packing.ts';
import type { Accepted, Place, Refused, ReservationRow, RowVerdict } from './sqlite-protocol.ts';
import { type ReadRow, columnText, recordOf, textOf } from './sqlite-row.ts';

/** The records as this process sees them: it speaks of records, the store's thread of rows. */
export class SqliteRecords implements RecordStore {
  readonly #line: SqliteLine;
  readonly #hints: SqliteHints;

  constructor(line: SqliteLine, hints: SqliteHints) {
    this.#line = line;
    this.#hints = hints;
  }

  async commit(
    groups: readonly Group[],
    worker: string,
    now: number,
    batch?: number,
  ): Promise<readonly Verdict[]> {
    const { packed, unfit } = packGroups(groups);
    const answers = await this.#line.ask('commit', { packed, worker, now, batch });
    const verdicts = groups.map(
      (group, index) => unfit.get(index)?.verdict(group) ?? verdictOf(group, answers[index] as RowVerdict),
    );
    if (this.#hints.isHeard(worker)) {
      const keys = groups.flatMap((group, index) => (verdicts[index]?.ok ? group.map(keyOf) : []));
      if (keys.length > 0) this.#hints.changed(worker, keys);
    }
    return verdicts;
  }

  async read(keys: readonly string[]): Promise<readonly (TaskRecord | undefined)[]> {
    const rows = await this.#line.ask('read', keys);
    return rows.map((row) => (row ? recordOf(row) : undefined));
  }

  async query(query: Query): Promise<readonly TaskRecord[]> {
    return (await this.#line.ask('query', query)).map(recordOf);
  }

  async journal(key: string): Promise<readonly JournalEntry[]> {
    return (await this.#line.ask('journal', columnText(key))).flatMap(journalEntries);
  }

  async counts(): Promise<Counts> {
    const [queued, running, success, error] = await this.#line.ask('counts', undefined);
    return { queued, running, success, error };
  }

  changes(worker: string, hint: (changed: Hint) => void): () => void {
    return this.#hints.changes(worker, hint);
  }

  prune(request: PruneRequest): Promise<Pruned> {
    return this.#line.ask('prune', request);
  }

  async control(): Promise<ReadonlyMap<string, string>> {
    return new Map(await this.#line.ask('control', undefined));
  }

  async setControl(name: string, value: string | undefined, worker: string): Promise<void> {
    await this.#line.ask('setControl', { name, value, worker });
    this.#hints.changed(worker, []);
  }
}

function journalEntries(text: string): JournalEntry[] {
  const rows = JSON.parse(text) as [number, number, string, string, string][];
  return rows.map(([sequence, at, event, outcome, leaf]) => ({ sequence, at, event, outcome, leaf }));
}

function isAccepted(verdict: Accepted | Refused): verdict is Accepted {
  return Array.isArray(verdict);
}

function verdictOf(group: Group, verdict: RowVerdict): Verdict {
  if (typeof verdict === 'number') return { ok: true, records: [stored(group, group[0] as Write, verdict)] };
  if (isAccepted(verdict))
    return { ok: true, records: group.map((write, at) => stored(group, write, verdict[at] ?? null)) };
  const { reservations, never, isLeaseOver } = verdict;
  const refused = group[verdict.refused];
  return {
    ok: false,
    records: verdict.rows.map((row) => (row ? recordOf(row) : undefined)),
    refused,
    reservations: reservations?.map(reservationOf),
    isLeaseOver,
    fault: never === null ? undefined : invalidArgument('record', 'one that SQLite can keep', never),
  };
}

/** The record of the write as it stands: what was written, at its place; or what was read. */
function stored(group: Group, write: Write, row: Place | ReadRow | null): TaskRecord | undefined {
  if (row === null) return undefined;
  if (typeof row !== 'number' && row.length > 4) return recordOf(row as ReadRow);
  const [order, open, weight, done] = typeof row === 'number' ? [row] : (row as Exclude<Place, number>);
  const children = open === undefined ? undefined : { open, weight: weight ?? 0, done: done ?? 0 };
  const given = lastGiven(group, write);
  if (given.order === order && sameSums(given.children, children)) return given;
  const { key, sequence, leaf, creation, life } = given;
  return { key, order, sequence, leaf, creation, life, children };
}

function lastGiven(group: Group, write: Write): TaskRecord {
  if (group.length === 1 && 'record' in write) return write.record;
  const key = keyOf(write);
  const isOf = (write: Write) =>
    (write.kind === 'insert' || write.kind === 'replace') && write.record.key === key;
  return (group.findLast(isOf) as Extract<Write, { kind: 'insert' }>).record;
}

function sameSums(a: TaskRecord['children'], b: TaskRecord['children']): boolean {
  return a === b || (a?.open === b?.open && a?.weight === b?.weight && a?.done === b?.done);
}

function reservationOf([name, key, digest, expiresAt, owner]: ReservationRow): Reservation {
  return {
    name: textOf(name),
    key: textOf(key),
    digest: digest === null ? undefined : textOf(digest),
    expiresAt,
    owner: owner === null ? undefined : textOf(owner),
  };
}
