import type { TaskEvent } from '../machines/task.ts';
import type { Clock, Timer } from './clock.ts';
import type { RecordStore } from './store.ts';
import type { Timers } from './timers.ts';

export interface OverduePort {
  readonly records: RecordStore;
  readonly clock: Clock;
  /** In the background: looking alone keeps no process alive. */
  readonly timers: Timers;
  readonly leaseMs: number;
  operate(key: string, event: TaskEvent): void;
  deliver(proceed: () => void): void;
  failed(error: unknown): void;
}

/** How soon a process that is gone is replaced is what `leaseMs` says: this is no later. */
const looksPerLease = 3;

/** So many end at a time: more hold up all else. */
const pageSize = 500;

/**
 * Ends what waits past its deadline. Whoever submitted a task does so to the millisecond; this is for tasks of processes
 * that are gone, which nobody who is left was told of.
 */
export class Overdue {
  readonly #port: OverduePort;
  #timer: Timer | undefined;
  #isStopped = false;

  constructor(port: OverduePort) {
    this.#port = port;
  }

  /** Looks now and then, until `stop`. */
  start(): void {
    if (this.#isStopped) return;
    const { timers, leaseMs } = this.#port;
    const failed = (error: unknown) => {
      if (!this.#isStopped) this.#port.failed(error);
    };
    this.#timer = timers.set(leaseMs / looksPerLease, () => void this.#look().catch(failed));
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }

  async #look(): Promise<void> {
    const { records, clock } = this.#port;
    const at = clock.now();
    const filter = { states: ['queued'], driver: 'supervisor', overdueAt: at } as const;
    const page = await records.query({ filter, after: 0, limit: pageSize });
    this.#port.deliver(() => {
      if (this.#isStopped) return;
      for (const { key } of page) this.#port.operate(key, { type: 'EXPIRE', at });
      this.start();
    });
  }
}
