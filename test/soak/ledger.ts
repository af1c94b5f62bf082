import { getEventListeners } from 'node:events';
import {
  type CancelReceipt,
  type RuntimeEvent,
  type Supervisor,
  type TaskInfo,
  isFault,
} from '../../src/index.ts';
import { outcomeOf, wrongWith } from './laws.ts';

/** A law that was broken, and how. */
export interface Breach {
  readonly law: string;
  readonly message: string;
}

/** One run of a body. */
export interface BodyRun {
  readonly key: string;
  readonly supervisor: object;
  readonly signal: AbortSignal | undefined;
  aborts: number;
}

/** What is known of one task. */
interface Account {
  readonly what: string;
  outcome?: string;
  /** A cancel of it was accepted. */
  isCanceled: boolean;
  /** Its creator said that its fault is RequestCanceled. */
  isToldCanceled: boolean;
}

/** So many breaches of one law are told; the rest is the same again. */
const mostBreaches = 5;

/** All that a round asked for and was shown, held against the laws while it happens. */
export class Ledger {
  readonly breaches: Breach[] = [];
  readonly accounts = new Map<string, Account>();
  readonly running = new Set<BodyRun>();
  /** Tasks that may have children, of earlier attempts as well: while they have, they hold no slot. */
  readonly parents = new Set<string>();
  readonly signals: AbortSignal[] = [];
  /** How often each fault refused an operation. */
  readonly refusals: Record<string, number> = {};
  /** How many tasks ended how: `success`, or the name of their fault. */
  readonly outcomes: Record<string, number> = {};
  bodies = 0;
  cancels = 0;
  watched = 0;
  /** Calls that the store refused, or lost the answer of, and that were made again. */
  storeRetries = 0;
  readonly #heardEnds = new Map<object, Set<string>>();
  readonly #pending = new Set<{ readonly what: string }>();

  broken(law: string, message: string): void {
    if (this.breaches.filter((breach) => breach.law === law).length < mostBreaches)
      this.breaches.push({ law, message });
  }

  /** What was asked and not answered yet. */
  get pending(): readonly string[] {
    return [...this.#pending].map(({ what }) => what);
  }

  account(key: string, what: string): Account {
    let account = this.accounts.get(key);
    if (!account) this.accounts.set(key, (account = { what, isCanceled: false, isToldCanceled: false }));
    return account;
  }

  /** Follows a promise of the API to its end; undefined where it was refused. */
  async ask<T>(what: string, call: () => PromiseLike<T>): Promise<T | undefined> {
    const asked = { what };
    this.#pending.add(asked);
    try {
      return await call();
    } catch (error) {
      const name = isFault(error) ? error.name : 'no fault';
      this.refusals[name] = (this.refusals[name] ?? 0) + 1;
      if (!isFault(error)) this.broken('whatever the API rejects with is a fault', `${what}: ${show(error)}`);
      return undefined;
    } finally {
      this.#pending.delete(asked);
    }
  }

  /** A cancel was accepted, and is counted against what becomes of the task. */
  receipt(key: string, receipt: CancelReceipt | undefined): void {
    if (receipt === undefined) return;
    this.cancels += 1;
    this.account(key, 'canceled').isCanceled = true;
  }

  enter(run: BodyRun, concurrency: number): void {
    const { key, signal, supervisor } = run;
    this.bodies += 1;
    const others = [...this.running].filter((other) => other.key === key);
    if (others.length > 0)
      this.broken('I9 two bodies of one task never run at once', `${others.length} run of ${key}`);
    if (signal) this.#listen(run, signal);
    this.running.add(run);
    const here = [...this.running].filter((other) => other.supervisor === supervisor);
    const inSlots = here.filter((other) => !this.parents.has(other.key));
    if (inSlots.length > concurrency)
      this.broken('no slot is given twice', `${inSlots.length} bodies of ${concurrency} run`);
  }

  #listen(run: BodyRun, signal: AbortSignal): void {
    this.signals.push(signal);
    const abort = () => {
      if ((run.aborts += 1) > 1) this.broken('I7 one abort per attempt', `${run.aborts} of ${run.key}`);
    };
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) run.aborts += 1;
  }

  leave(run: BodyRun): void {
    this.running.delete(run);
  }

  /** An information that somebody was shown. */
  see(info: TaskInfo, before?: TaskInfo): void {
    this.watched += 1;
    for (const [law, message] of wrongWith(info, before)) this.broken(law, message);
    const account = this.account(info.key, info.descriptionId);
    // What was read before the end may be shown after it, but not to the same reader.
    if (info.state === 'queued' || info.state === 'running') return;
    const outcome = outcomeOf(info);
    if (account.outcome === undefined) {
      account.outcome = outcome;
      const name = info.error?.fault.name ?? 'success';
      this.outcomes[name] = (this.outcomes[name] ?? 0) + 1;
    }
    if (outcome !== account.outcome)
      this.broken('I1 final is final', `${info.key}: ${account.outcome} became ${outcome}`);
    this.#endOf(info, account);
  }

  #endOf({ key, cancelled, error, deadline, descriptionId }: TaskInfo, account: Account): void {
    if (account.isCanceled && !cancelled)
      this.broken('I8 no cancel is lost', `${key} (${account.what}) ended, and says it was not canceled`);
    // What a body says that was told to end for another reason, stands.
    const isLimited = deadline !== undefined || descriptionId === 'timed';
    if (error?.fault.name === 'SupervisorStopped' && !cancelled && !isLimited)
      this.broken('a stop ends no task', `${key} (${account.what}) ended in SupervisorStopped`);
    if (error?.fault.name === 'RequestCanceled' && !cancelled && !account.isToldCanceled)
      this.broken('I6 nobody is canceled who was not asked to be', `${key} (${account.what})`);
  }

  /** An event that this supervisor tells. */
  hear(event: RuntimeEvent, supervisor: object): void {
    if (event.kind === 'storeRetry') this.storeRetries += 1;
    if (event.kind !== 'changed') return;
    const { key, state } = event;
    const ended = this.#heardEnds.get(supervisor) ?? new Set();
    this.#heardEnds.set(supervisor, ended);
    if (ended.has(key)) this.broken('I1 final is final', `${event.event} after the end of ${key}`);
    if (state === 'success' || state === 'error') ended.add(key);
  }

  /** Aborts that were called for and did not come: looked at when all is quiet. */
  lookAtCanceled(isThere: (supervisor: object) => boolean): void {
    for (const { key, signal, supervisor } of this.running) {
      if (!signal || signal.aborted || !this.accounts.get(key)?.isCanceled) continue;
      if (isThere(supervisor)) this.broken('I8 no cancel is lost', `the body of ${key} was never told`);
    }
  }

  /** Listeners that were left on signals of bodies and created tasks. */
  lookAtListeners(): void {
    const left = this.signals.reduce((sum, signal) => {
      // Our own is gone once it was called.
      const own = signal.aborted ? 0 : 1;
      return sum + Math.max(0, getEventListeners(signal, 'abort').length - own);
    }, 0);
    if (left > 0) this.broken('no listener is left', `${left} on ${this.signals.length} signals`);
  }
}

export function show(error: unknown): string {
  try {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  } catch {
    return 'what cannot be read';
  }
}

/** What a supervisor's actor shows of itself. */
export function shown(supervisor: Supervisor): { slots: number; lanes: number } {
  const { context } = supervisor.actor.getSnapshot() as { context: { slots: number; lanes: number } };
  return context;
}
