import type { Fault } from './fault.ts';
import type { RecordStore } from './store.ts';

export interface IdlePort {
  readonly records: RecordStore;
  deliver(proceed: () => void): void;
  failed(error: unknown): void;
}

/** Those who wait until nothing is queued or running in the store. Costs nothing while nobody does. */
export class Idle {
  readonly #port: IdlePort;
  #waiting: PromiseWithResolvers<void>[] = [];
  #isCounting = false;
  #isStale = false;
  /** How many of those who wait did so when the count was asked for: it says nothing to others. */
  #covered = 0;

  constructor(port: IdlePort) {
    this.#port = port;
  }

  wait(): Promise<void> {
    const waiter = Promise.withResolvers<void>();
    this.#waiting.push(waiter);
    this.check();
    return waiter.promise;
  }

  abandon(fault: Fault): void {
    for (const { reject } of this.#waiting.splice(0)) reject(fault);
  }

  /** A task may have ended. */
  check(): void {
    if (this.#waiting.length === 0) return;
    this.#isStale = true;
    if (this.#isCounting) return;
    this.#isCounting = true;
    this.#isStale = false;
    this.#covered = this.#waiting.length;
    this.#port.records.counts().then(
      ({ queued, running }) => this.#port.deliver(() => this.#counted(queued + running)),
      (error: unknown) => this.#port.deliver(() => this.#port.failed(error)),
    );
  }

  #counted(unfinished: number): void {
    this.#isCounting = false;
    if (unfinished === 0) for (const { resolve } of this.#waiting.splice(0, this.#covered)) resolve();
    if (this.#isStale) this.check();
  }
}
