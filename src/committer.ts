import { isDeepStrictEqual } from 'node:util';
import type { Clock } from './clock.ts';
import { type Fault, show } from './fault.ts';
import type { Group, RecordStore, TaskRecord, Verdict } from './store.ts';
import type { Timers } from './timers.ts';

/** A group that waits for its verdict. */
interface Pending {
  readonly group: Group;
  readonly settle: (verdict: Verdict) => void;
  /** It is not known whether it will ever be committed. */
  readonly abandon?: ((fault: Fault) => void) | undefined;
}

interface Batch {
  readonly pending: readonly Pending[];
  /** The same batch was sent before, and it is not known whether it was committed. */
  readonly again: boolean;
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
    this.#send({ pending, again: false }, firstPauseMs, finish);
  }

  #send(batch: Batch, pauseMs: number, finish: () => void): void {
    this.#inFlight = batch;
    const groups = batch.pending.map(({ group }) => group);
    attempt(() => this.#port.records.commit(groups, this.#port.worker, this.#port.clock.now())).then(
      (verdicts) =>
        this.#port.deliver(() => {
          if (this.#inFlight !== batch || this.#failed) return;
          finish();
          this.#lastRefusal = undefined;
          this.#inFlight = undefined;
          this.#settle(batch, verdicts);
          this.flush();
        }),
      (error: unknown) =>
        this.#port.deliver(() => {
          if (this.#inFlight !== batch || this.#failed) return;
          this.#lastRefusal = error;
          this.#port.retrying(error);
          const again = { pending: batch.pending, again: true };
          this.#inFlight = again;
          const send = () => this.#send(again, Math.min(pauseMs * 2, longestPauseMs), finish);
          this.#port.timers.set(pauseMs, () => this.#port.deliver(send));
        }),
    );
  }

  #settle({ pending, again }: Batch, verdicts: readonly Verdict[]): void {
    pending.forEach(({ group, settle }, index) => {
      const verdict = verdicts[index] ?? { ok: false, records: [] };
      settle(again && !verdict.ok && isWritten(group, verdict) ? { ...verdict, ok: true } : verdict);
    });
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

/** Whether a conflict shows our own writes: an earlier try of the batch was committed, and its answer was lost. */
function isWritten(group: Group, { records }: Verdict): boolean {
  // A key is made once: what stands under it is what was inserted, whatever became of it since.
  const inserted = group.flatMap(({ kind }, index) => (kind === 'insert' ? [records[index]] : []));
  if (inserted.length > 0) return inserted.every((record) => record !== undefined);
  const replaced = group.flatMap((write, index) =>
    write.kind === 'replace' ? [isSame(write.record, records[index])] : [],
  );
  return replaced.length > 0 && replaced.every(Boolean);
}

/** The same record, but for what the store itself keeps of it. */
function isSame(written: TaskRecord, present: TaskRecord | undefined): boolean {
  const own = { order: 0, children: undefined };
  return present !== undefined && isDeepStrictEqual({ ...present, ...own }, { ...written, ...own });
}
