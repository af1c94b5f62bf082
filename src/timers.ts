import TinyQueue from 'tinyqueue';
import type { Clock, Timer } from './clock.ts';

interface Alarm {
  readonly due: number;
  readonly ring: () => void;
  off: boolean;
}

/** Alarms that were switched off are swept out once they are this many, and half of all. */
const sweepFrom = 64;

/**
 * All the times that a supervisor waits for, behind one timer of the clock: setting and taking back cost O(log n)
 * whatever else is waiting.
 */
export class Timers {
  readonly #clock: Clock;
  readonly #background: boolean;
  #alarms = new TinyQueue<Alarm>([], (a, b) => a.due - b.due);
  #off = 0;
  #isClosed = false;
  #armed: { readonly due: number; readonly timer: Timer } | undefined;

  /** `background`: waiting alone does not keep the process alive. */
  constructor(clock: Clock, background: boolean) {
    this.#clock = clock;
    this.#background = background;
  }

  /** How many wait. */
  get size(): number {
    return this.#alarms.length - this.#off;
  }

  /** Rings once, `delayMs` from now. */
  set(delayMs: number, ring: () => void): Timer {
    const alarm = { due: this.#clock.monotonic() + Math.max(0, delayMs), ring, off: false };
    if (this.#isClosed || delayMs === Number.POSITIVE_INFINITY) return { cancel: () => {} };
    this.#alarms.push(alarm);
    this.#arm();
    return { cancel: () => this.#switchOff(alarm) };
  }

  /** Holds no timer of the clock while nothing waits. */
  rest(): void {
    if (this.size === 0) this.clear();
  }

  /** None of them rings any more. */
  clear(): void {
    this.#alarms = new TinyQueue<Alarm>([], (a, b) => a.due - b.due);
    this.#off = 0;
    this.#armed?.timer.cancel();
    this.#armed = undefined;
  }

  /** None of them rings any more, and none is set from now on: an answer may come after the end of who asked. */
  close(): void {
    this.#isClosed = true;
    this.clear();
  }

  #switchOff(alarm: Alarm): void {
    if (alarm.off) return;
    alarm.off = true;
    this.#off += 1;
    if (this.#off >= sweepFrom && this.#off * 2 >= this.#alarms.length) {
      this.#alarms = new TinyQueue(
        this.#alarms.data.filter(({ off }) => !off),
        (a, b) => a.due - b.due,
      );
      this.#off = 0;
    }
    // A timer that is left armed finds nothing due; but it must not keep the process alive for nothing.
    if (!this.#background && this.size === 0) this.clear();
  }

  #arm(): void {
    for (let first = this.#alarms.peek(); first?.off; first = this.#alarms.peek()) {
      this.#alarms.pop();
      this.#off -= 1;
    }
    const due = this.#alarms.peek()?.due;
    if (this.#armed && due !== undefined && this.#armed.due <= due) return;
    this.#armed?.timer.cancel();
    this.#armed = undefined;
    if (due === undefined) return;
    const delayMs = Math.max(0, due - this.#clock.monotonic());
    this.#armed = { due, timer: this.#clock.setTimer(delayMs, () => this.#fire(), this.#background) };
  }

  #fire(): void {
    this.#armed = undefined;
    const now = this.#clock.monotonic();
    for (
      let first = this.#alarms.peek();
      first && (first.off || first.due <= now);
      first = this.#alarms.peek()
    ) {
      this.#alarms.pop();
      if (first.off) this.#off -= 1;
      else {
        first.off = true;
        first.ring();
      }
    }
    this.#arm();
  }
}
