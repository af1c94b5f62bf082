import TinyQueue from 'tinyqueue';
import type { Clock, Timer } from '../index.ts';
import { checkKnown, invalid } from './arguments.ts';
import { settled } from './settle.ts';

export interface SimulatedClockOptions {
  /** What `now()` says at first. Epoch milliseconds; default the first of January 2026, UTC. */
  readonly startAt?: number;
  /**
   * Lets what was set in motion come to rest, before the next timer fires. Default: all promise work. A store that
   * works in another thread has to say here how to wait for it.
   */
  readonly settle?: () => PromiseLike<void>;
}

interface Alarm {
  readonly due: number;
  /** In the order of setting. */
  readonly ticket: number;
  readonly fire: () => void;
  readonly background: boolean;
  isOver: boolean;
}

const firstOfJanuary2026 = 1_767_225_600_000;

/** So many timers one after the other are taken for some that set each other for ever. */
const mostTimers = 100_000;

/**
 * Time passes only when a test says so: every timer fires at the very millisecond for which it was set, those of the
 * same one in the order of setting, and no test sleeps.
 */
export class SimulatedClock implements Clock {
  readonly #settle: () => PromiseLike<void>;
  readonly #alarms = new TinyQueue<Alarm>([], (a, b) => a.due - b.due || a.ticket - b.ticket);
  #monotonic = 0;
  #wallOffset: number;
  #tickets = 0;
  #pending = 0;
  #foreground = 0;
  #last: Promise<void> = Promise.resolve();

  constructor(options: SimulatedClockOptions = {}) {
    const { startAt = firstOfJanuary2026, settle = settled } = options;
    checkKnown('options', options, ['startAt', 'settle']);
    if (typeof settle !== 'function') throw invalid('settle', 'a function', settle);
    this.#wallOffset = finite('startAt', startAt);
    this.#settle = settle;
  }

  now(): number {
    return this.#monotonic + this.#wallOffset;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  /** How many timers are set. */
  get pending(): number {
    return this.#pending;
  }

  /** Fires when the clock is advanced so far. A negative delay counts as 0. */
  setTimer(delayMs: number, fire: () => void, background = false): Timer {
    if (typeof delayMs !== 'number' || Number.isNaN(delayMs))
      throw invalid('delayMs', 'a number of milliseconds', delayMs);
    const due = this.#monotonic + Math.max(0, delayMs);
    const alarm: Alarm = { due, ticket: (this.#tickets += 1), fire, background, isOver: false };
    this.#alarms.push(alarm);
    this.#pending += 1;
    if (!background) this.#foreground += 1;
    return { cancel: () => this.#close(alarm) };
  }

  /**
   * So many milliseconds have passed, and every timer that became due meanwhile has fired, also one that another set on
   * the way. Before each, and at the end, what goes on has come to rest. Calls that overlap follow one another.
   */
  advance(ms: number): Promise<void> {
    if (!(ms >= 0 && ms < Number.POSITIVE_INFINITY))
      throw new RangeError(`Expected a finite number of milliseconds, got ${ms}.`);
    return this.#inTurn(async () => {
      const end = this.#monotonic + ms;
      await this.#fireWhile((next) => next.due <= end);
      this.#monotonic = end;
      await this.#settle();
    });
  }

  /**
   * Every timer has fired, also those that were set on the way, up to the last one that would keep a process alive; the
   * clock stands at its time.
   *
   * @throws Error when they never end.
   */
  runAll(): Promise<void> {
    return this.#inTurn(() =>
      this.#fireWhile(({ due }) => this.#foreground > 0 && due < Number.POSITIVE_INFINITY),
    );
  }

  /** Whether the timer that fires next would keep a process alive. */
  get isNextForeground(): boolean {
    const next = this.#first();
    return next !== undefined && !next.background && next.due < Number.POSITIVE_INFINITY;
  }

  /** The next timer has fired, and its time is now; false where none is left. */
  async fireNext(): Promise<boolean> {
    let hasFired = false;
    await this.#inTurn(() =>
      this.#fireWhile(({ due }) => !hasFired && (hasFired = due < Number.POSITIVE_INFINITY)),
    );
    return hasFired;
  }

  /** The wall clock jumps to this time (epoch milliseconds), as when somebody sets it; no timer comes sooner or later. */
  setWall(ms: number): void {
    this.#wallOffset = finite('ms', ms) - this.#monotonic;
  }

  async #fireWhile(isMeant: (next: Alarm) => boolean): Promise<void> {
    for (let fired = 0; ; fired += 1) {
      await this.#settle();
      const next = this.#first();
      if (!next || !isMeant(next)) return;
      if (fired === mostTimers)
        throw new Error(`Expected timers to come to an end, but ${mostTimers} have fired.`);
      this.#alarms.pop();
      this.#close(next);
      this.#monotonic = next.due;
      next.fire();
    }
  }

  #first(): Alarm | undefined {
    while (this.#alarms.peek()?.isOver) this.#alarms.pop();
    return this.#alarms.peek();
  }

  #close(alarm: Alarm): void {
    if (alarm.isOver) return;
    alarm.isOver = true;
    this.#pending -= 1;
    if (!alarm.background) this.#foreground -= 1;
  }

  #inTurn(task: () => Promise<void>): Promise<void> {
    const run = this.#last.then(task);
    this.#last = run.then(undefined, () => {});
    return run;
  }
}

function finite(property: string, ms: number): number {
  if (!Number.isFinite(ms)) throw invalid(property, 'epoch milliseconds', ms);
  return ms;
}

/** A clock that stands still until it is advanced. */
export function simulatedClock(options?: SimulatedClockOptions): SimulatedClock {
  return new SimulatedClock(options);
}
