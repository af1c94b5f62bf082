import type { Offer, PruneRequest, Pruned, RecordFilter, TakeRequest, Taken } from '../store.ts';
import type { LongText, ReadRow, RecordRow } from './sqlite-row.ts';

/** What the store's thread is started with. */
export interface Opening {
  readonly path: string;
  readonly synchronous: 'full' | 'normal';
}

/** A write, as the thread does it. Texts are as columns keep them. Places and rows are tuples: an object costs several times as much. */
export type RowWrite =
  | readonly ['insert', key: string, row: RecordRow, leased: boolean]
  | readonly [
      'replace',
      key: string,
      row: RecordRow,
      sequence: number,
      fence: number,
      journal: JournalRow | null,
      id: number,
      leased: boolean,
      before: number | null,
    ]
  | readonly ['check', key: string, sequence: number, fence: number]
  | readonly ['add', key: string, open: number, weight: number, done: number]
  | readonly ['reserve', key: string, row: ReservationRow];

/** The entries of one commit, as text, and the sequence of the last. */
export type JournalRow = readonly [sequence: number, entries: string];

export type ReservationRow = readonly [
  name: string,
  key: string,
  digest: string | null,
  expiresAt: number,
  owner: string | null,
];

/**
 * The groups of a batch as one list. What one thread gives to another is cloned, and a list costs as much as several of its
 * values: as lists in lists they took twice the time.
 */
export type Packed = readonly PackedValue[];
export type PackedValue = string | number | boolean | null | readonly LongText[];

/** Where a record stands that the writer knows but for that: its id, and its sums where it has any. */
export type Place = number | readonly [id: number, open: number, weight: number, done: number];

/** For each write its place, or the whole row where the writer does not know it. */
export type Accepted = readonly (Place | ReadRow | null)[];

export interface Refused {
  readonly rows: readonly (ReadRow | null)[];
  readonly refused: number;
  readonly reservations: readonly ReservationRow[] | null;
  /** Why it can never be kept. */
  readonly never: string | null;
  readonly isLeaseOver: boolean;
}

/** A number is the place of the only write: what most verdicts are. */
export type RowVerdict = number | Accepted | Refused;

/** The beats of every worker that has a lease. */
export type Beats = readonly (readonly [worker: string, beats: number])[];

/** `B`: its groups, as they come or as they are packed on the way. */
export type CommitCall<B = { readonly groups: readonly (readonly RowWrite[])[] }> = B & {
  readonly worker: string;
  readonly now: number;
  readonly batch: number | undefined;
};

/** What can be asked of the thread: what is given, and what comes back. */
export interface Calls {
  readonly commit: { given: CommitCall<{ readonly packed: Packed }>; answer: readonly RowVerdict[] };
  readonly read: { given: readonly string[]; answer: readonly (ReadRow | null)[] };
  readonly query: {
    given: { readonly filter: RecordFilter; readonly after: number; readonly limit: number };
    answer: readonly ReadRow[];
  };
  readonly journal: { given: string; answer: readonly string[] };
  readonly counts: { given: undefined; answer: readonly [number, number, number, number] };
  readonly prune: { given: PruneRequest; answer: Pruned };
  readonly beat: { given: string; answer: Beats };
  readonly beats: { given: undefined; answer: Beats };
  readonly endLease: { given: { readonly worker: string; readonly beats: number }; answer: boolean };
  readonly retire: { given: string; answer: undefined };
  readonly control: { given: undefined; answer: readonly (readonly [name: string, value: string])[] };
  readonly setControl: {
    given: { readonly name: string; readonly value: string | undefined; readonly worker: string };
    answer: undefined;
  };
  readonly offer: { given: readonly Offer[]; answer: boolean };
  readonly withdraw: { given: readonly string[]; answer: undefined };
  readonly take: { given: TakeRequest; answer: Taken };
  readonly backup: { given: string; answer: undefined };
  /** `isEarly`: it began before the file was known to be open. */
  readonly listen: { given: { readonly isListening: boolean; readonly isEarly: boolean }; answer: undefined };
  readonly close: { given: undefined; answer: undefined };
}

export type CallName = keyof Calls;

export interface Request<N extends CallName = CallName> {
  readonly id: number;
  readonly name: N;
  readonly given: Calls[N]['given'];
}

/** Why the file could not be used, as data. */
export interface Trouble {
  readonly message: string;
  /** It will not be otherwise by trying again. */
  readonly permanent: boolean;
  /** SQLite's own number, where it had one. */
  readonly errcode: number | undefined;
}

export type Answer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly trouble: Trouble };

/** What the thread says: answers, and what other processes have done. */
export interface Report {
  readonly answers?: readonly Answer[];
  readonly changed?: readonly (readonly [worker: string, keys: readonly string[]])[] | 'all';
  readonly offered?: boolean;
}
