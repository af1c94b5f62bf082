import type { Children, TaskState } from '../machines/task.ts';
import type { Fault } from './fault.ts';
import type { TaskRecord } from './record.ts';

export type { ChildLink, Creation, TaskReason, TaskRecord } from './record.ts';
export { isFinal, stateOf, structuredParent } from './record.ts';

/**
 * Where tasks are kept. Three ports: `records` is the only authority on what a task is, `dispatch` only hints which
 * queued one to start next, `leases` tells which processes live. Every store passes `storeContract` of `taskchart/testing`.
 */
export interface Store {
  readonly records: RecordStore;
  readonly dispatch: Dispatch;
  /** Left out by a store that is gone with its process: then no process outlives another. */
  readonly leases?: LeaseBook | undefined;
  /**
   * Nothing is held any more: no file, no connection, no thread. What was asked before is answered first; what is asked
   * later is rejected. A second call changes nothing, and resolves with the first. Left out where nothing is held.
   */
  close?(): Promise<void>;
}

/** Which processes live: those who hold tasks say so again and again. One lease for each process, never for each task. */
export interface LeaseBook {
  /**
   * The worker lives, and its lease begins or goes on, unless it was ended: that stays so. Shows the number of beats of
   * every worker that has a lease, 0 for one whose lease is over; one that stands still is lost. Need not be durable.
   */
  beat(worker: string): PromiseLike<ReadonlyMap<string, number>>;
  /** Shows the same, and nothing changes. */
  beats(): PromiseLike<ReadonlyMap<string, number>>;
  /**
   * The lease of the worker is over if it has still this number of beats: nothing happens under it any more. True when it
   * is over, from now on or from before.
   */
  end(worker: string, beats: number): PromiseLike<boolean>;
  /**
   * The worker has no lease, if no task that has not ended is held under its name. Otherwise its lease stays as it is: it may
   * have begun anew since what it held was taken over, and without one nobody would see that it is lost.
   */
  retire(worker: string): PromiseLike<void>;
}

/**
 * A change of one record. One that is `leased` happens under the lease of the worker that commits it, or not at all. Conflict:
 * that worker has no lease, or its lease is over. Whoever has none is not found lost: nobody would see to what follows.
 */
export type Write =
  /** The record is there and was not before; `order` is given by the store. Conflict: its key is taken. */
  | { readonly kind: 'insert'; readonly record: TaskRecord; readonly leased?: boolean | undefined }
  /** The record replaces the one that has `sequence` and `fence`. Conflict: it has moved on, or is gone. */
  | {
      readonly kind: 'replace';
      readonly record: TaskRecord;
      readonly sequence: number;
      readonly fence: number;
      /** The state of the one that it replaces, so that a store which counts them need not look. */
      readonly before?: TaskState | undefined;
      readonly leased?: boolean | undefined;
      /** What the journal of the task gains by it. */
      readonly journal?: readonly JournalEntry[] | undefined;
    }
  /** Nothing changes. Conflict: the record of the key has not this `sequence` and `fence`. */
  | {
      readonly kind: 'check';
      readonly key: string;
      readonly sequence: number;
      readonly fence: number;
    }
  /**
   * The counters of the record's children have grown by these; everything else about it, its sequence too, stays. No
   * other write changes them. Never a conflict: a record that is gone needs no counters.
   */
  | ({ readonly kind: 'add'; readonly key: string } & Children)
  /** The name stands for the key from now on. Conflict: it stands for another. */
  | ({ readonly kind: 'reserve' } & Reservation);

/** A step of a task: which event led to it, and what its sender was told. */
export interface JournalEntry {
  /** The number of the change, as in `TaskInfo`. */
  readonly sequence: number;
  /** When it was asked for (epoch milliseconds). */
  readonly at: number;
  readonly event: string;
  readonly outcome: string;
  /** Where it led: the path of the chart's leaf. */
  readonly leaf: string;
}

/** A name that stands for the key of one task: of an idempotent submit, or of a named child. */
export interface Reservation {
  readonly name: string;
  readonly key: string;
  /** Tells one input from another. */
  readonly digest: string | undefined;
  /** Epoch milliseconds; from then on the name is free. */
  readonly expiresAt: number;
  /** It goes when the record of this key does. */
  readonly owner: string | undefined;
}

/** Writes that happen together or not at all. */
export type Group = readonly Write[];

/** The key of the task that it is about. */
export function keyOf(write: Write): string {
  return write.kind === 'insert' || write.kind === 'replace' ? write.record.key : write.key;
}

/** What became of a group. */
export interface Verdict {
  readonly ok: boolean;
  /** The records of the writes' keys as they stand after the group, or as they stood in its way. */
  readonly records: readonly (TaskRecord | undefined)[];
  /** The first write that was refused. */
  readonly refused?: Write | undefined;
  /** Where a `reserve` was refused: for what the names of the group stand that stand for other keys, in the order of its writes. */
  readonly reservations?: readonly Reservation[] | undefined;
  /** The write was refused for that alone, that it is `leased`. */
  readonly isLeaseOver?: boolean | undefined;
  /**
   * The store can never keep what the refused write says: too big, or no data. It is the fault of whoever wrote it, and
   * no conflict: trying again is of no use.
   */
  readonly fault?: Fault | undefined;
}

/** Keys of records that may have changed; none: the controls have; `all`: whatever was not read since may have. */
export type Hint = readonly string[] | 'all';

/** Members are ANDed, lists ORed; a member left out asks nothing. */
export interface RecordFilter {
  readonly states?: readonly TaskState[] | undefined;
  readonly types?: readonly string[] | undefined;
  /** Tasks of any type but these. */
  readonly typesOtherThan?: readonly string[] | undefined;
  readonly driver?: 'supervisor' | 'creator' | undefined;
  readonly entities?: readonly string[] | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly activationIds?: readonly string[] | undefined;
  readonly parentTaskKeys?: readonly string[] | undefined;
  readonly rootTaskKeys?: readonly string[] | undefined;
  /** Those under the lease of one of these workers. */
  readonly workers?: readonly string[] | undefined;
  /** Those that have not ended, and whose deadline is not after this time (epoch milliseconds). */
  readonly overdueAt?: number | undefined;
}

export interface Query {
  readonly filter: RecordFilter;
  /** Only records created after this place in the order of creation. */
  readonly after: number;
  readonly limit: number;
}

/** How many tasks are in each state. */
export type Counts = Readonly<Record<TaskState, number>>;

/** How long final records are kept, in counts and milliseconds. */
export interface Keep {
  readonly maxCount: number;
  readonly maxAgeMs: number;
}

export interface PruneRequest {
  readonly now: number;
  readonly success: Keep;
  readonly error: Keep;
  /** No final record goes before this age. */
  readonly minAgeMs: number;
  /** The newest that completed within `maxAgeMs` stay, this many, whatever else is said. */
  readonly recent: Keep;
  /** At most this many go in one step, so that no commit waits long. */
  readonly limit: number;
}

export interface Pruned {
  readonly count: number;
  /** The earliest time at which another record may go; left out when none waits for its time. */
  readonly nextAt?: number | undefined;
}

/**
 * Every method is atomic, returns at once and resolves when it is done. A rejection means: not known to have happened.
 * One with a `StoreFailed` that is `permanent` means besides that this store will never answer otherwise.
 */
export interface RecordStore {
  /**
   * Each group is committed whole or not at all, independently of the others, in the order given; the verdicts stand in
   * that order. When it resolves, what was accepted is there for every reader and survives what the store promises.
   *
   * `batch`: the worker's number for these groups. One who heard no answer sends the same groups under the same number
   * again: what was accepted before is not done twice, and is answered `ok`, with the records as they stand now. A worker
   * gives its batches the numbers from 1 on, and sends none before the last but one was answered, so that the store has to
   * remember its last two only.
   */
  commit(
    groups: readonly Group[],
    worker: string,
    now: number,
    batch?: number,
  ): PromiseLike<readonly Verdict[]>;
  /** The committed records of these keys, in that order; undefined where there is none. */
  read(keys: readonly string[]): PromiseLike<readonly (TaskRecord | undefined)[]>;
  /** The committed records that pass the filter, in order of creation. */
  query(query: Query): PromiseLike<readonly TaskRecord[]>;
  /**
   * The journal of the task, in order: at least its last 1,000 entries. It goes when the record does; empty for one that is
   * not there.
   */
  journal(key: string): PromiseLike<readonly JournalEntry[]>;
  /** The committed records, counted. */
  counts(): PromiseLike<Counts>;
  /**
   * Calls `hint` with keys that a worker other than `worker` changed: at least once for each change, possibly late and
   * more often; whoever is hinted reads again. `all` stands for more keys than the store remembers, and for the controls.
   * The function that it returns ends it.
   */
  changes(worker: string, hint: (changed: Hint) => void): () => void;
  /** Removes final records that need not be kept, the oldest first; never a child whose parent is not final. */
  prune(request: PruneRequest): PromiseLike<Pruned>;
  /** What every supervisor of this store obeys, by name: `pause:` and a type is a pause of it, `pause:` alone one of everything. */
  control(): PromiseLike<ReadonlyMap<string, string>>;
  /** Sets a control, or removes it with undefined; every other worker is hinted (with no key). */
  setControl(name: string, value: string | undefined, worker: string): PromiseLike<void>;
}

/** A queued task that may be started. */
export interface Offer {
  readonly key: string;
  readonly type: string;
  /** Higher first; within one, children first, and then in the order of offers. */
  readonly priority: number;
  /** Not before this time (epoch milliseconds). */
  readonly startAt: number | undefined;
  /** A child of a task that lives: within its priority before all that are none. */
  readonly isChild: boolean;
}

export interface TakeRequest {
  readonly limit: number;
  readonly types: readonly string[];
  readonly childrenOnly: boolean;
  readonly now: number;
}

/** Of several that are due: the more urgent is taken first, then the child; of equals the one that was offered first. */
export function byPrecedence(a: Offer, b: Offer): number {
  return b.priority - a.priority || Number(b.isChild) - Number(a.isChild);
}

export interface Taken {
  readonly keys: readonly string[];
  /** The earliest time at which an offer of any type becomes due; left out when none waits for its time. */
  readonly nextAt?: number | undefined;
  /** Types of due offers that were not asked for. */
  readonly otherTypes: readonly string[];
}

/**
 * Which queued task starts next. It carries keys only and at least once: who takes a key still has to claim the task
 * by a commit on its record, so an offer that is lost or doubled breaks nothing.
 */
export interface Dispatch {
  /** The keys can be taken. Offering a key again changes nothing, unless its priority or time is another. */
  offer(offers: readonly Offer[]): PromiseLike<void>;
  /** The keys can no longer be taken. */
  withdraw(keys: readonly string[]): PromiseLike<void>;
  /** The first of those that are due, of these types; they are gone from the dispatch. */
  take(request: TakeRequest): PromiseLike<Taken>;
  /** Calls `hint` when something was offered. The function that it returns ends it. */
  offers(hint: () => void): () => void;
}
