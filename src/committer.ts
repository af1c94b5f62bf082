import type { Clock } from './clock.ts';
import { type Fault, show } from './fault.ts';
import { isPermanent } from './patient-store.ts';
import type { Group, RecordStore, Verdict } from './store.ts';
import type { Timers } from './timers.ts';

/** A group that waits for its verdict. */
interface Pending {
  readonly group: Group;
  readonly settle: (verdict: Verdict) => void;
  /** Whether it changes the sums of a parent. */
  readonly isSum: boolean;
  /** It is not known whether it will ever be committed. */
  readonly abandon?: ((fault: Fault) => void) | undefined;
}

interface Batch {
  readonly number: number;
  readonly pending: readonly Pending[];
  /** How many change the sums of a parent. */
  readonly sums: number;
  /** Once the store has answered. */
  verdicts?: readonly Verdict[];
  /** It is not waited for any longer. */
  readonly answered: () => void;
}

export interface CommitterPort {
  readonly records: RecordStore;
  readonly worker: string;
  readonly clock: Clock;
  /** In the background: the store itself keeps the process alive while it works. */
  readonly timers: Timers;
  /** What was refused and is to be sent again keeps it alive. */
  readonly retries: Timers;
  /** How long a batch is tried before the store counts as failed. */
  readonly storeRetryMs: number;
  /** Brings the store's answer back into the supervisor's mailbox. */
  deliver(proceed: () => void): void;
  retrying(error: unknown): void;
  failed(error: unknown): void;
}

/** The first pause before a failed batch is tried again; it doubles up to the longest. */
const firstPauseMs = 25;
const longestPauseMs = 1_000;

/** A larger batch saves little, and its verdicts hold up all else. */
const mostGroups = 250;

/** The store works on one while the verdicts of the other are dealt with. Stores remember as many. */
const mostBatches = 2;

/**
 * Group commit without a timer: a batch or two are in flight, and what gathers meanwhile is the next. A batch that the store
 * refuses is tried again until `storeRetryMs` are over; at most one other is committed before it. So two are about different
 * tasks: one is decided again only after its commit, and what changes the sums of a parent waits until it is alone.
 */
export class Committer {
  readonly #port: CommitterPort;
  #gathering: Pending[] = [];
  /** How many of those change the sums of a parent. */
  #sums = 0;
  /** In the order of their numbers. */
  #inFlight: Batch[] = [];
  #batches = 0;
  #failed = false;
  #lastRefusal: unknown;

  constructor(port: CommitterPort) {
    this.#port = port;
  }

  /** Whether nothing waits for a verdict. */
  get isIdle(): boolean {
    return this.#inFlight.length === 0 && this.#gathering.length === 0;
  }

  /** The verdict comes after the commit, through the mailbox. Nothing is sent before `flush`. */
  add(group: Group, settle: Pending['settle'], abandon?: Pending['abandon']): void {
    const isSum = group.length > 1 && group.some(({ kind }) => kind === 'add');
    if (isSum) this.#sums += 1;
    this.#gathering.push({ group, settle, isSum, abandon });
  }

  /** Whoever still waits is told; what is in flight may yet be committed, and its verdict is dealt with if it comes. */
  abandon(fault: Fault): void {
    const sent = this.#inFlight.flatMap(({ pending }) => pending);
    for (const { abandon } of [...sent, ...this.#gathering]) abandon?.(fault);
  }

  /** Sends what has gathered, unless as many are in flight as may be. */
  flush(): void {
    if (this.#isFull || !this.#isApart || this.#failed || this.#gathering.length === 0) return;
    const pending = this.#gathering.splice(0, mostGroups);
    const deadline = this.#port.timers.set(this.#port.storeRetryMs, () =>
      this.#port.deliver(() => this.#fail(this.#unanswered())),
    );
    const sums = pending.filter(({ isSum }) => isSum).length;
    this.#sums -= sums;
    const batch = { number: (this.#batches += 1), pending, sums, answered: () => deadline.cancel() };
    this.#inFlight.push(batch);
    this.#send(batch, firstPauseMs);
  }

  /** Whether what comes next has nothing to do with what is in flight. */
  get #isApart(): boolean {
    return this.#inFlight.every(({ sums }) => sums === 0 && this.#sums === 0);
  }

  /** Numbers in flight are neighbours: a store that remembers the last ones knows each that is sent again. */
  get #isFull(): boolean {
    const [oldest] = this.#inFlight;
    return oldest !== undefined && oldest.number <= this.#batches + 1 - mostBatches;
  }

  #send(batch: Batch, pauseMs: number): void {
    const groups = batch.pending.map(({ group }) => group);
    const { records, worker, clock } = this.#port;
    attempt(() => records.commit(groups, worker, clock.now(), batch.number)).then(
      (verdicts) => this.#port.deliver(() => this.#answered(batch, verdicts)),
      (error: unknown) => this.#port.deliver(() => this.#refused(batch, pauseMs, error)),
    );
  }

  #answered(batch: Batch, verdicts: readonly Verdict[]): void {
    if (this.#failed) return;
    batch.answered();
    batch.verdicts = verdicts;
    this.#lastRefusal = undefined;
    // In the order in which they were sent, whichever the store does first: what was to start first does.
    const waiting = this.#inFlight.findIndex((one) => !one.verdicts);
    const settled = this.#inFlight.splice(0, waiting < 0 ? this.#inFlight.length : waiting);
    // The store goes on with what has gathered while its verdicts are dealt with.
    this.flush();
    for (const one of settled) this.#settle(one);
  }

  #refused(batch: Batch, pauseMs: number, error: unknown): void {
    if (this.#failed) return;
    this.#lastRefusal = error;
    if (isPermanent(error)) return this.#fail(error);
    this.#port.retrying(error);
    const send = () => this.#send(batch, Math.min(pauseMs * 2, longestPauseMs));
    this.#port.retries.set(pauseMs, () => this.#port.deliver(send));
  }

  #settle({ pending, verdicts = [] }: Batch): void {
    pending.forEach(({ settle }, index) => settle(verdicts[index] ?? { ok: false, records: [] }));
  }

  #unanswered(): Error {
    const cause = this.#lastRefusal;
    const message = `The store did not take a commit for ${this.#port.storeRetryMs} ms`;
    return cause === undefined
      ? new Error(`${message}: no answer.`)
      : new Error(`${message}: ${show(cause)}.`, { cause });
  }

  #fail(error: unknown): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#port.failed(error);
  }
}

/** A store may throw where it should reject. */
async function attempt(commit: () => PromiseLike<readonly Verdict[]>): Promise<readonly Verdict[]> {
  return commit();
}
