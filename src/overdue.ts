import type { Timer } from './clock.ts';
import type { Timers } from './timers.ts';

export interface OverduePort {
  /** In the background: looking alone keeps no process alive. */
  readonly timers: Timers;
  readonly leaseMs: number;
  /** Resolves when whatever is overdue now was looked at. */
  expire(): Promise<void>;
  failed(error: unknown): void;
}

/** How soon a process that is gone is replaced is what `leaseMs` says: this is no later. */
const looksPerLease = 3;

/**
 * Looks now and then for what waits past its deadline. Whoever submitted a task ends it to the millisecond; this is for
 * tasks of processes that are gone, which nobody who is left was told of.
 */
export class Overdue {
  readonly #port: OverduePort;
  #timer: Timer | undefined;
  #isStopped = false;

  constructor(port: OverduePort) {
    this.#port = port;
  }

  start(): void {
    if (this.#isStopped) return;
    const { timers, leaseMs } = this.#port;
    this.#timer = timers.set(leaseMs / looksPerLease, () => void this.#look());
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }

  /** Never rejects. */
  async #look(): Promise<void> {
    try {
      await this.#port.expire();
      this.start();
    } catch (error) {
      if (!this.#isStopped) this.#port.failed(error);
    }
  }
}
