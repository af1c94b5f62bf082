import {
  type Counts,
  type Group,
  type JournalEntry,
  type Hint,
  type PruneRequest,
  type Pruned,
  type Query,
  type RecordFilter,
  type RecordStore,
  type Reservation,
  type TaskRecord,
  type Verdict,
  type Write,
  isFinal,
  keyOf,
  stateOf,
  structuredParent,
} from '../store.ts';
import { MemoryBatches } from './memory-batches.ts';
import { MemoryFinished } from './memory-finished.ts';
import { MemoryJournal } from './memory-journal.ts';
import type { MemoryLeases } from './memory-leases.ts';
import { KeysInOrder } from './memory-order.ts';
import { MemoryReservations } from './memory-reservations.ts';

/** The records of one process. */
export class MemoryRecords implements RecordStore {
  readonly #records = new Map<string, TaskRecord>();
  readonly #keys = new KeysInOrder();
  #orderOfLast = 0;
  readonly #counts = { queued: 0, running: 0, success: 0, error: 0 };
  /** The keys of the tasks that were created with this parent. */
  readonly #childrenOf = new Map<string, KeysInOrder>();
  readonly #finished = new MemoryFinished();
  /** Final children that retention would have removed, were their parent final. */
  readonly #heldBack = new Set<string>();
  readonly #reservations = new MemoryReservations();
  readonly #hints = new Map<(changed: Hint) => void, string>();
  readonly #batches = new MemoryBatches();
  readonly #journal = new MemoryJournal();
  readonly #leases: MemoryLeases;
  readonly #control = new Map<string, string>();

  constructor(leases: MemoryLeases) {
    this.#leases = leases;
  }

  commit(
    groups: readonly Group[],
    worker: string,
    now: number,
    batch?: number,
  ): PromiseLike<readonly Verdict[]> {
    const accepted = this.#batches.accepted(worker, batch);
    const verdicts = groups.map((group, index) => {
      if (accepted.has(index)) return { ok: true, records: this.#recordsOf(group) };
      const verdict = this.#commitGroup(group, worker, now);
      if (verdict.ok) accepted.add(index);
      return verdict;
    });
    const listeners = [...this.#hints].filter(([, listener]) => listener !== worker);
    if (listeners.length > 0) {
      const keys = verdicts.flatMap(({ ok, records }) => (ok ? keysOf(records) : []));
      // A hint without a key would say that a control has changed.
      if (keys.length > 0) for (const [hint] of listeners) hint(keys);
    }
    return Promise.resolve(verdicts);
  }

  read(keys: readonly string[]): PromiseLike<readonly (TaskRecord | undefined)[]> {
    return Promise.resolve(keys.map((key) => this.#records.get(key)));
  }

  /** Whether a task that has not ended is held under this name. Cost: O(n), as a lease seldom ends. */
  holds(worker: string): boolean {
    return this.#records.values().some(predicate({ workers: [worker], states: ['queued', 'running'] }));
  }

  query({ filter, after, limit }: Query): PromiseLike<readonly TaskRecord[]> {
    const passes = predicate(filter);
    const found: TaskRecord[] = [];
    for (const key of this.#candidates(filter, after)) {
      const record = this.#records.get(key);
      if (record && record.order > after && passes(record)) found.push(record);
      if (found.length >= limit) break;
    }
    return Promise.resolve(found);
  }

  /** Keys in the order of creation, among which are all that the filter can let pass. */
  #candidates({ parentTaskKeys }: RecordFilter, after: number): Iterable<string> {
    if (parentTaskKeys?.length !== 1) return this.#keys.after(after);
    return this.#childrenOf.get(parentTaskKeys[0] ?? '')?.after(after) ?? [];
  }

  journal(key: string): PromiseLike<readonly JournalEntry[]> {
    return Promise.resolve(this.#journal.of(key));
  }

  counts(): PromiseLike<Counts> {
    return Promise.resolve({ ...this.#counts });
  }

  changes(worker: string, hint: (changed: Hint) => void): () => void {
    this.#hints.set(hint, worker);
    return () => this.#hints.delete(hint);
  }

  prune(request: PruneRequest): PromiseLike<Pruned> {
    const pruned = this.#finished.prune(request, (key) => this.#remove(key));
    this.#reservations.expire(request.now);
    return Promise.resolve(pruned);
  }

  control(): PromiseLike<ReadonlyMap<string, string>> {
    return Promise.resolve(new Map(this.#control));
  }

  setControl(name: string, value: string | undefined, worker: string): PromiseLike<void> {
    if (value === undefined) this.#control.delete(name);
    else this.#control.set(name, value);
    for (const [hint, listener] of this.#hints) if (listener !== worker) hint([]);
    return Promise.resolve();
  }

  #commitGroup(group: Group, worker: string, now: number): Verdict {
    const refused = group.find((write) => !this.#admits(write, now) || this.#lacksLease(write, worker));
    if (!refused) for (const write of group) this.#write(write);
    const records = this.#recordsOf(group);
    if (!refused) return { ok: true, records };
    const reservations = refused.kind === 'reserve' ? this.#inTheWayOf(group, now) : undefined;
    const isLeaseOver = this.#admits(refused, now);
    return { ok: false, records, refused, reservations, isLeaseOver };
  }

  #lacksLease(write: Write, worker: string): boolean {
    return 'leased' in write && write.leased === true && !this.#leases.has(worker);
  }

  #recordsOf(group: Group): Verdict['records'] {
    return group.map((write) => this.#records.get(keyOf(write)));
  }

  /** The names of the group that stand for other keys. */
  #inTheWayOf(group: Group, now: number): Reservation[] {
    return group.flatMap((write) => {
      const found = write.kind === 'reserve' ? this.#reservations.find(write.name, now) : undefined;
      return found && found.key !== keyOf(write) ? found : [];
    });
  }

  #admits(write: Write, now: number): boolean {
    if (write.kind === 'add') return true;
    if (write.kind === 'reserve') return this.#inTheWayOf([write], now).length === 0;
    const present = this.#records.get(keyOf(write));
    if (write.kind === 'insert') return present === undefined;
    return present?.sequence === write.sequence && present.life.fence === write.fence;
  }

  #write(write: Write): void {
    if (write.kind === 'insert') this.#insert(write.record);
    else if (write.kind === 'replace') this.#replace(write);
    else if (write.kind === 'add') this.#add(write);
    else if (write.kind === 'reserve') this.#reservations.reserve(write);
  }

  #insert(given: TaskRecord): void {
    const record = { ...given, order: (this.#orderOfLast += 1) };
    const { parentTaskKey } = record.creation;
    this.#records.set(record.key, record);
    this.#keys.add(record.key, record.order);
    this.#counts[stateOf(record)] += 1;
    if (parentTaskKey === undefined) return;
    let siblings = this.#childrenOf.get(parentTaskKey);
    if (!siblings) this.#childrenOf.set(parentTaskKey, (siblings = new KeysInOrder()));
    siblings.add(record.key, record.order);
  }

  #replace({ record: given, journal }: Extract<Write, { kind: 'replace' }>): void {
    const previous = this.#records.get(given.key);
    if (!previous) return;
    // The counters are the store's: whoever decided may not have seen the newest.
    const record = previous.children === given.children ? given : { ...given, children: previous.children };
    this.#records.set(record.key, record);
    this.#journal.add(record.key, journal);
    this.#counts[stateOf(previous)] -= 1;
    this.#counts[stateOf(record)] += 1;
    if (isFinal(record)) this.#noteFinished(record);
  }

  #add({ key, open, weight, done }: Extract<Write, { kind: 'add' }>): void {
    const record = this.#records.get(key);
    if (!record) return;
    const sums = record.children ?? { open: 0, weight: 0, done: 0 };
    const children = { open: sums.open + open, weight: sums.weight + weight, done: sums.done + done };
    this.#records.set(key, { ...record, children });
  }

  /** A child stays at least as long as its parent is not final: until then it is the parent that will note it. */
  #noteFinished(record: TaskRecord): void {
    this.#note(record);
    for (const key of this.#childrenOf.get(record.key)?.after(0) ?? []) {
      const child = this.#records.get(key);
      if (child && isFinal(child) && this.#heldBack.delete(key)) this.#note(child);
    }
  }

  #note({ key, leaf, life }: TaskRecord): void {
    this.#finished.note(leaf === 'success' ? 'success' : 'error', key, life.completedAt ?? life.queuedAt);
  }

  /** False for a child of a parent that is not final. */
  #remove(key: string): boolean {
    const record = this.#records.get(key);
    if (!record) return false;
    const parent = this.#records.get(structuredParent(record) ?? '');
    if (parent && !isFinal(parent)) {
      this.#heldBack.add(key);
      return false;
    }
    this.#records.delete(key);
    this.#counts[stateOf(record)] -= 1;
    this.#forget(record);
    this.#journal.forget(key);
    this.#reservations.release(key);
    return true;
  }

  #forget({ creation: { parentTaskKey } }: TaskRecord): void {
    const isKept = (key: string) => this.#records.has(key);
    this.#keys.remove(isKept);
    const siblings = parentTaskKey === undefined ? undefined : this.#childrenOf.get(parentTaskKey);
    siblings?.remove(isKept);
    if (siblings?.isEmpty) this.#childrenOf.delete(parentTaskKey ?? '');
  }
}

function keysOf(records: Verdict['records']): string[] {
  return records.flatMap((record) => record?.key ?? []);
}

function predicate(filter: RecordFilter): (record: TaskRecord) => boolean {
  const checks: ((record: TaskRecord) => boolean)[] = [];
  const oneOf = <T>(wanted: readonly T[] | undefined, value: (record: TaskRecord) => T | undefined) => {
    if (wanted) checks.push((record) => wanted.includes(value(record) as T));
  };
  oneOf(filter.states, stateOf);
  oneOf(filter.types, ({ creation }) => creation.type);
  oneOf(filter.driver && [filter.driver], ({ life }) => life.driver);
  oneOf(filter.entities, ({ creation }) => creation.entity);
  oneOf(filter.tags, ({ creation }) => creation.changeTag ?? '');
  oneOf(filter.activationIds, ({ creation }) => creation.activationId);
  oneOf(filter.parentTaskKeys, ({ creation }) => creation.parentTaskKey);
  oneOf(filter.rootTaskKeys, ({ creation }) => creation.rootTaskKey);
  oneOf(filter.workers, ({ life }) => life.worker);
  const { typesOtherThan, overdueAt } = filter;
  if (typesOtherThan) checks.push(({ creation }) => !typesOtherThan.includes(creation.type));
  if (overdueAt !== undefined)
    checks.push((record) => !isFinal(record) && (record.life.deadlineAt ?? Infinity) <= overdueAt);
  return (record) => checks.every((check) => check(record));
}
