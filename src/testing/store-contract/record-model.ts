import type { Children } from '../../../machines/index.ts';
import { keyOf, stateOf } from './samples.ts';
import type {
  Counts,
  Group,
  Keep,
  PruneRequest,
  Pruned,
  Query,
  RecordFilter,
  Reservation,
  TaskRecord,
  TaskState,
  Verdict,
  Write,
} from '../../index.ts';

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
  #reservations: Reservation[] = [];
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

  commit(groups: readonly Group[], now: number): Verdict[] {
    return groups.map((group) => {
      const refused = group.find((write) => !this.#isAdmitted(write, now));
      if (!refused) for (const write of group) this.#write(write);
      const records = group.map((write) => this.read(keyOf(write)));
      const reservations = refused?.kind === 'reserve' ? this.#inTheWayOf(group, now) : undefined;
      return { ok: !refused, records, refused, reservations };
    });
  }

  query({ filter, after, limit }: Query): TaskRecord[] {
    return this.#records.filter((record) => record.order > after && passes(record, filter)).slice(0, limit);
  }

  counts(): Counts {
    const count = (state: TaskState) => this.#records.filter((record) => stateOf(record) === state).length;
    return {
      queued: count('queued'),
      running: count('running'),
      success: count('success'),
      error: count('error'),
    };
  }

  /** With a limit that is never reached. */
  prune(request: PruneRequest): Pruned {
    const steps = (['success', 'error'] as const).map((state) =>
      this.#pruneState(state, request[state], request),
    );
    const times = steps.flatMap(({ nextAt }) => nextAt ?? []);
    const nextAt = times.length === 0 ? undefined : Math.min(...times);
    return { count: steps.reduce((sum, { count }) => sum + count, 0), nextAt };
  }

  #pruneState(state: TaskState, keep: Keep, request: PruneRequest): Pruned {
    let count = 0;
    for (;;) {
      const ended = this.#ended
        .flatMap((key) => this.read(key) ?? [])
        .filter((record) => stateOf(record) === state);
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

  /** The names of the group that stand for other keys. */
  #inTheWayOf(group: Group, now: number): Reservation[] {
    return group.flatMap((write) => {
      const found = write.kind === 'reserve' ? this.#reserved(write.name, now) : undefined;
      return found && found.key !== keyOf(write) ? found : [];
    });
  }

  #reserved(name: string, now: number): Reservation | undefined {
    return this.#reservations.find((reservation) => reservation.name === name && reservation.expiresAt > now);
  }

  #isAdmitted(write: Write, now: number): boolean {
    if (write.kind === 'add') return true;
    if (write.kind === 'reserve') return this.#inTheWayOf([write], now).length === 0;
    const present = this.read(keyOf(write));
    if (write.kind === 'insert') return !present;
    return present?.sequence === write.sequence && present.life.fence === write.fence;
  }

  #write(write: Write): void {
    if (write.kind === 'insert') this.#records.push({ ...write.record, order: (this.#order += 1) });
    else if (write.kind === 'replace')
      this.#change(write.record.key, ({ children }) => ({ ...write.record, ...(children && { children }) }));
    else if (write.kind === 'add')
      this.#change(write.key, (record) => ({ ...record, children: sum(record.children, write) }));
    else if (write.kind === 'reserve') {
      const { kind: _kind, ...reservation } = write;
      this.#reservations = [...this.#reservations.filter(({ name }) => name !== write.name), reservation];
    }
    const { key, leaf } = this.read(keyOf(write)) ?? { key: '', leaf: 'queued' };
    if ((leaf !== 'success' && leaf !== 'error') || this.#placeOf.has(key)) return;
    this.#ended.push(key);
    this.#placeOf.set(key, (this.#ends += 1));
  }

  #change(key: string, change: (record: TaskRecord) => TaskRecord): void {
    this.#records = this.#records.map((present) => (present.key === key ? change(present) : present));
  }
}

function sum(a: Children = { open: 0, weight: 0, done: 0 }, b: Children): Children {
  return { open: a.open + b.open, weight: a.weight + b.weight, done: a.done + b.done };
}
