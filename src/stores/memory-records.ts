import {
  type Counts,
  type Group,
  type Keep,
  type PruneRequest,
  type Pruned,
  type Query,
  type RecordFilter,
  type RecordStore,
  type TaskRecord,
  type Verdict,
  type Write,
  isFinal,
  stateOf,
} from '../store.ts';

type Outcome = 'success' | 'error';

/** A final record in the order of completion. */
interface Finished {
  readonly key: string;
  readonly completedAt: number;
  /** Its place among all that were ever completed here. */
  readonly place: number;
}

/** The keys that were taken out of the order of creation are cut out of it once they are this many, and half of it. */
const compactFrom = 1024;

class MemoryRecords implements RecordStore {
  readonly #records = new Map<string, TaskRecord>();
  /** Keys in the order of creation, with those that were pruned until they are compacted away. */
  #keys: string[] = [];
  #orders: number[] = [];
  #orderOfLast = 0;
  readonly #counts = { queued: 0, running: 0, success: 0, error: 0 };
  readonly #finished: Record<Outcome, Fifo> = { success: new Fifo(), error: new Fifo() };
  #completions = 0;
  readonly #hints = new Map<(keys: readonly string[]) => void, string>();
  readonly #beats = new Map<string, number>();
  readonly #control = new Map<string, string>();

  commit(groups: readonly Group[], worker: string): PromiseLike<readonly Verdict[]> {
    const verdicts = groups.map((group) => this.#commitGroup(group));
    if (this.#hints.size > 1)
      this.#hint(
        verdicts.flatMap(({ ok, records }) => (ok ? keysOf(records) : [])),
        worker,
      );
    return Promise.resolve(verdicts);
  }

  read(keys: readonly string[]): PromiseLike<readonly (TaskRecord | undefined)[]> {
    return Promise.resolve(keys.map((key) => this.#records.get(key)));
  }

  query({ filter, after, limit }: Query): PromiseLike<readonly TaskRecord[]> {
    const passes = predicate(filter);
    const found: TaskRecord[] = [];
    for (
      let index = firstAfter(this.#orders, after);
      index < this.#keys.length && found.length < limit;
      index += 1
    ) {
      const record = this.#records.get(this.#keys[index] ?? '');
      if (record && passes(record)) found.push(record);
    }
    return Promise.resolve(found);
  }

  counts(): PromiseLike<Counts> {
    return Promise.resolve({ ...this.#counts });
  }

  changes(worker: string, hint: (keys: readonly string[]) => void): () => void {
    this.#hints.set(hint, worker);
    return () => this.#hints.delete(hint);
  }

  prune(request: PruneRequest): PromiseLike<Pruned> {
    let count = 0;
    let nextAt: number | undefined;
    for (const outcome of ['success', 'error'] as const) {
      const step = this.#pruneOutcome(
        this.#finished[outcome],
        request[outcome],
        request,
        request.limit - count,
      );
      count += step.count;
      if (step.nextAt !== undefined) nextAt = Math.min(nextAt ?? step.nextAt, step.nextAt);
    }
    this.#compact();
    return Promise.resolve({ count, nextAt });
  }

  beat(worker: string): PromiseLike<ReadonlyMap<string, number>> {
    this.#beats.set(worker, (this.#beats.get(worker) ?? 0) + 1);
    return Promise.resolve(new Map(this.#beats));
  }

  control(): PromiseLike<ReadonlyMap<string, string>> {
    return Promise.resolve(new Map(this.#control));
  }

  setControl(name: string, value: string | undefined, worker: string): PromiseLike<void> {
    if (value === undefined) this.#control.delete(name);
    else this.#control.set(name, value);
    this.#hint([], worker);
    return Promise.resolve();
  }

  #commitGroup(group: Group): Verdict {
    if (!group.every((write) => this.#admits(write))) {
      return { ok: false, records: group.map((write) => this.#records.get(write.record.key)) };
    }
    return { ok: true, records: group.map((write) => this.#write(write)) };
  }

  #admits(write: Write): boolean {
    const present = this.#records.get(write.record.key);
    if (write.kind === 'insert') return present === undefined;
    return present?.sequence === write.sequence && present.life.fence === write.fence;
  }

  #write(write: Write): TaskRecord {
    const previous = this.#records.get(write.record.key);
    const record = previous ? write.record : { ...write.record, order: (this.#orderOfLast += 1) };
    this.#records.set(record.key, record);
    if (previous) this.#counts[stateOf(previous)] -= 1;
    else {
      this.#keys.push(record.key);
      this.#orders.push(record.order);
    }
    this.#counts[stateOf(record)] += 1;
    if (isFinal(record)) this.#noteFinished(record);
    return record;
  }

  #noteFinished({ key, leaf, life }: TaskRecord): void {
    const place = (this.#completions += 1);
    this.#finished[leaf as Outcome].push({ key, completedAt: life.completedAt ?? life.queuedAt, place });
  }

  #pruneOutcome(finished: Fifo, keep: Keep, { now, minAgeMs, recent }: PruneRequest, limit: number): Pruned {
    let count = 0;
    for (let oldest = finished.first(); oldest; oldest = finished.first()) {
      const mayGoAt =
        oldest.completedAt + this.#heldMs(oldest, finished.length > keep.maxCount, keep, recent, minAgeMs);
      if (mayGoAt > now || count === limit) return { count, nextAt: Math.max(mayGoAt, now) };
      finished.shift();
      this.#remove(oldest.key);
      count += 1;
    }
    return { count };
  }

  /** How long after its end a final record stays, as things stand now. */
  #heldMs(oldest: Finished, tooMany: boolean, keep: Keep, recent: Keep, minAgeMs: number): number {
    const wanted = tooMany ? 0 : keep.maxAgeMs;
    const isRecent = oldest.place > this.#completions - recent.maxCount;
    return Math.max(wanted, minAgeMs, isRecent ? recent.maxAgeMs : 0);
  }

  #remove(key: string): void {
    const record = this.#records.get(key);
    if (!record) return;
    this.#records.delete(key);
    this.#counts[stateOf(record)] -= 1;
  }

  #compact(): void {
    const removed = this.#keys.length - this.#records.size;
    if (removed < compactFrom || removed * 2 < this.#keys.length) return;
    const kept = [...this.#records.values()];
    this.#keys = kept.map(({ key }) => key);
    this.#orders = kept.map(({ order }) => order);
  }

  #hint(keys: readonly string[], worker: string): void {
    for (const [hint, listener] of this.#hints) if (listener !== worker) hint(keys);
  }
}

/** First in, first out, without moving what stays. */
class Fifo {
  #items: Finished[] = [];
  #start = 0;

  get length(): number {
    return this.#items.length - this.#start;
  }

  first(): Finished | undefined {
    return this.#items[this.#start];
  }

  push(item: Finished): void {
    this.#items.push(item);
  }

  shift(): void {
    this.#start += 1;
    if (this.#start < compactFrom || this.#start * 2 < this.#items.length) return;
    this.#items = this.#items.slice(this.#start);
    this.#start = 0;
  }
}

function keysOf(records: Verdict['records']): string[] {
  return records.flatMap((record) => record?.key ?? []);
}

/** The first index whose order is greater: the orders grow. */
function firstAfter(orders: readonly number[], order: number): number {
  let low = 0;
  let high = orders.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((orders[middle] ?? 0) <= order) low = middle + 1;
    else high = middle;
  }
  return low;
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
  const { typesOtherThan } = filter;
  if (typesOtherThan) checks.push(({ creation }) => !typesOtherThan.includes(creation.type));
  return (record) => checks.every((check) => check(record));
}

/** The records of one process. */
export function memoryRecords(): RecordStore {
  return new MemoryRecords();
}
