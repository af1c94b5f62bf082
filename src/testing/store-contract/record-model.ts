import type { Counts, Group, Keep, PruneRequest, Pruned, Query, RecordFilter, TaskRecord, TaskState, Verdict, Write } from '../../index.ts';

const stateOf = ({ leaf }: TaskRecord) => leaf.split('.')[0] as TaskState;

/** The key that a write is about. */
export function keyOf(write: Write): string {
  return 'record' in write ? write.record.key : write.key;
}

function passes(record: TaskRecord, { states, types, tags, entities }: RecordFilter): boolean {
  const { type, changeTag = '', entity } = record.creation;
  if (states && !states.includes(stateOf(record))) return false;
  if (types && !types.includes(type)) return false;
  if (tags && !tags.includes(changeTag)) return false;
  return !entities || (entity !== undefined && entities.includes(entity));
}

/** The records as anyone would write them down: a list in order of creation. Slow, and plain enough to be believed. */
export class RecordModel {
  #records: TaskRecord[] = [];
  #order = 0;
  /** The keys of final records, in the order in which they ended. */
  #ended: string[] = [];
  /** How many have ended, those included that are gone. */
  #ends = 0;
  readonly #placeOf = new Map<string, number>();

  read(key: string): TaskRecord | undefined {
    return this.#records.find((record) => record.key === key);
  }

  /** Whether it has ended, be it removed or not: such a key is never written again. */
  hasEnded(key: string): boolean {
    return this.#placeOf.has(key);
  }

  commit(groups: readonly Group[]): Pick<Verdict, 'ok' | 'records'>[] {
    return groups.map((group) => {
      const ok = group.every((write) => this.#isAdmitted(write));
      if (ok) for (const write of group) this.#write(write);
      return { ok, records: group.map((write) => this.read(keyOf(write))) };
    });
  }

  query({ filter, after, limit }: Query): TaskRecord[] {
    return this.#records.filter((record) => record.order > after && passes(record, filter)).slice(0, limit);
  }

  counts(): Counts {
    const count = (state: TaskState) => this.#records.filter((record) => stateOf(record) === state).length;
    return { queued: count('queued'), running: count('running'), success: count('success'), error: count('error') };
  }

  /** With a limit that is never reached. */
  prune(request: PruneRequest): Pruned {
    const steps = (['success', 'error'] as const).map((state) => this.#pruneState(state, request[state], request));
    const times = steps.flatMap(({ nextAt }) => nextAt ?? []);
    const nextAt = times.length === 0 ? undefined : Math.min(...times);
    return { count: steps.reduce((sum, { count }) => sum + count, 0), nextAt };
  }

  #pruneState(state: TaskState, keep: Keep, request: PruneRequest): Pruned {
    let count = 0;
    for (;;) {
      const ended = this.#ended.flatMap((key) => this.read(key) ?? []).filter((record) => stateOf(record) === state);
      const [oldest] = ended;
      if (!oldest) return { count };
      const isRecent = (this.#placeOf.get(oldest.key) ?? 0) > this.#ends - request.recent.maxCount;
      const heldMs = [request.minAgeMs, ended.length > keep.maxCount ? 0 : keep.maxAgeMs];
      if (isRecent) heldMs.push(request.recent.maxAgeMs);
      const mayGoAt = (oldest.life.completedAt ?? 0) + Math.max(...heldMs);
      if (mayGoAt > request.now) return { count, nextAt: mayGoAt };
      this.#records = this.#records.filter((record) => record !== oldest);
      this.#ended = this.#ended.filter((key) => key !== oldest.key);
      count += 1;
    }
  }

  #isAdmitted(write: Write): boolean {
    if (write.kind === 'add' || write.kind === 'reserve') return true;
    const present = this.read(keyOf(write));
    if (write.kind === 'insert') return !present;
    return present?.sequence === write.sequence && present.life.fence === write.fence;
  }

  #write(write: Write): void {
    if (write.kind !== 'insert' && write.kind !== 'replace') return;
    const { kind, record } = write;
    if (kind === 'insert') this.#records.push({ ...record, order: (this.#order += 1) });
    else this.#records = this.#records.map((present) => (present.key === record.key ? record : present));
    if (record.leaf !== 'success' && record.leaf !== 'error') return;
    this.#ended.push(record.key);
    this.#placeOf.set(record.key, (this.#ends += 1));
  }
}
