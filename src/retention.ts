import type { Clock, Timer } from './clock.ts';
import { known, notNegative } from './options.ts';
import type { Keep, RecordStore } from './store.ts';
import type { Timers } from './timers.ts';

/** How long final records are kept. */
export interface Retention {
  readonly success: Keep;
  readonly error: Keep;
  readonly minAgeMs: number;
}

/** `retention` of `createSupervisor`: for each outcome a count and an age, whichever is reached first. */
export interface RetentionOptions {
  readonly success?: Partial<Keep>;
  readonly error?: Partial<Keep>;
  /**
   * No final record goes before this age, so that whoever was given a key still finds how it ended. Milliseconds;
   * default 60,000. With 0 also the newest, which `recentTasks` shows, may go at once.
   */
  readonly minAgeMs?: number;
}

/** A day, and no more than fits into a few megabytes. */
const defaultKeep: Keep = { maxCount: 10_000, maxAgeMs: 86_400_000 };
const defaultMinAgeMs = 60_000;

/** What `recentTasks` shows: at most 200 that completed in the last ten minutes. */
const recent: Keep = { maxCount: 200, maxAgeMs: 600_000 };
const noRecent: Keep = { maxCount: 0, maxAgeMs: 0 };

/** How many records go in one step, and how much time there is at least between two looks. */
const stepSize = 1_000;
const restMs = 1_000;

export function retentionOf(options: RetentionOptions = {}): Retention {
  known('retention', options, ['success', 'error', 'minAgeMs']);
  const keep = (property: string, given: Partial<Keep> = {}): Keep => ({
    maxCount: notNegative(
      `${property}.maxCount`,
      known(property, given, ['maxCount', 'maxAgeMs']).maxCount ?? defaultKeep.maxCount,
    ),
    maxAgeMs: notNegative(`${property}.maxAgeMs`, given.maxAgeMs ?? defaultKeep.maxAgeMs),
  });
  return {
    success: keep('retention.success', options.success),
    error: keep('retention.error', options.error),
    minAgeMs: notNegative('retention.minAgeMs', options.minAgeMs ?? defaultMinAgeMs),
  };
}

export interface RetainerPort {
  readonly records: RecordStore;
  readonly clock: Clock;
  readonly timers: Timers;
  deliver(proceed: () => void): void;
  failed(error: unknown): void;
}

/** Removes final records when their time has come, in steps and in the background. */
export class Retainer {
  readonly #retention: Retention;
  readonly #port: RetainerPort;
  #isStopped = false;
  #next: { readonly at: number; readonly timer: Timer } | undefined;

  constructor(retention: Retention, port: RetainerPort) {
    this.#retention = retention;
    this.#port = port;
  }

  /** Another task has ended. */
  noteFinal(): void {
    this.#lookAt(this.#port.clock.now() + restMs);
  }

  stop(): void {
    this.#isStopped = true;
    this.#next?.timer.cancel();
    this.#next = undefined;
  }

  #lookAt(at: number): void {
    if (this.#isStopped || (this.#next && this.#next.at <= at)) return;
    this.#next?.timer.cancel();
    const timer = this.#port.timers.set(at - this.#port.clock.now(), () => this.#look());
    this.#next = { at, timer };
  }

  #look(): void {
    this.#next = undefined;
    const { clock, records } = this.#port;
    const { minAgeMs } = this.#retention;
    const keepRecent = minAgeMs === 0 ? noRecent : recent;
    records.prune({ ...this.#retention, now: clock.now(), recent: keepRecent, limit: stepSize }).then(
      ({ count, nextAt }) =>
        this.#port.deliver(() => {
          if (nextAt === undefined) return;
          this.#lookAt(count >= stepSize ? clock.now() : Math.max(nextAt, clock.now() + restMs));
        }),
      (error: unknown) => this.#port.deliver(() => this.#port.failed(error)),
    );
  }
}
