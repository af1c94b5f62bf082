import type { Clock } from './clock.ts';
import { type Fault, show } from './fault.ts';
import { isPermanent } from './patient-store.ts';
import type { Group, RecordStore, Verdict } from './store.ts';
import type { Timers } from './timers.ts';

/** A group that waits for its verdict. */
interface Pending {
  readonly group: Group;
  readonly settle: (verdict: Verdict) => void;
  /** It is not known whether it will ever be committed. */
  readonly abandon?: ((fault: Fault) => void) | undefined;
}

interface Batch {
  readonly number: number;
  readonly pending: readonly Pending[];
}

export interface CommitterPort {
  readonly records: RecordStore;
  readonly worker: string;
  readonly clock: Clock;
  readonly timers: Timers;
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
const mostGroups = 500;

/**
 * Group commit without a timer: one batch is in flight, and what gathers meanwhile is the next. A batch that the store
 * refuses is tried again until `storeRetryMs` are over.
 */
export class Committer {
  readonly #port: CommitterPort;
  #gathering: Pending[] = [];
  #inFlight: Batch | undefined;
  #batches = 0;
  #failed = false;
  #lastRefusal: unknown;

  constructor(port: CommitterPort) {
    this.#port = port;
  }

  /** Whether nothing waits for a verdict. */
  get isIdle(): boolean {
    return this.#inFlight === undefined && this.#gathering.length === 0;
  }

  /** The verdict comes after the commit, through the mailbox. Nothing is sent before `flush`. */
  add(group: Group, settle: Pending['settle'], abandon?: Pending['abandon']): void {
    this.#gathering.push({ group, settle, abandon });
  }

  /** Whoever still waits is told; what is in flight may yet be committed, and its verdict is dealt with if it comes. */
  abandon(fault: Fault): void {
    for (const { abandon } of [...(this.#inFlight?.pending ?? []), ...this.#gathering]) abandon?.(fault);
  }

  /** Sends what has gathered, unless a batch is in flight. */
  flush(): void {
    if (this.#inFlight || this.#failed || this.#gathering.length === 0) return;
    const pending = this.#gathering.splice(0, mostGroups);
    const deadline = this.#port.timers.set(this.#port.storeRetryMs, () =>
      this.#port.deliver(() => this.#fail(this.#unanswered())),
    );
    const finish = () => deadline.cancel();
    this.#send({ number: (this.#batches += 1), pending }, firstPauseMs, finish);
  }

  #send(batch: Batch, pauseMs: number, finish: () => void): void {
    this.#inFlight = batch;
    const groups = batch.pending.map(({ group }) => group);
    const { records, worker, clock } = this.#port;
    attempt(() => records.commit(groups, worker, clock.now(), batch.number)).then(
      (verdicts) =>
        this.#port.deliver(() => {
          if (this.#inFlight !== batch || this.#failed) return;
          finish();
          this.#lastRefusal = undefined;
          this.#inFlight = undefined;
          // The store goes on with what has gathered while its verdicts are dealt with.
          this.flush();
          this.#settle(batch, verdicts);
        }),
      (error: unknown) =>
        this.#port.deliver(() => {
          if (this.#inFlight !== batch || this.#failed) return;
          this.#lastRefusal = error;
          if (isPermanent(error)) return this.#fail(error);
          this.#port.retrying(error);
          const send = () => this.#send(batch, Math.min(pauseMs * 2, longestPauseMs), finish);
          this.#port.timers.set(pauseMs, () => this.#port.deliver(send));
        }),
    );
  }

  #settle({ pending }: Batch, verdicts: readonly Verdict[]): void {
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
