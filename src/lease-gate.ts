import { Fault } from './fault.ts';

export interface LeaseGatePort {
  isLeased(): boolean;
  /** Resolves when it is. */
  hold(): Promise<void>;
  deliver(proceed: () => void): void;
  failed(error: unknown): void;
}

/** A call that changes tasks. */
export interface Passing {
  /** The fault with which it is refused as things stand. */
  refused(): Fault | undefined;
  refuse(fault: Fault): void;
  proceed(): void;
}

/**
 * Whatever changes tasks proceeds under the lease of this process: whoever is lost half-way is found lost by it, and what
 * follows from what it did is done by others.
 */
export class LeaseGate {
  readonly #port: LeaseGatePort;
  #waiting: Passing[] = [];

  constructor(port: LeaseGatePort) {
    this.#port = port;
  }

  /** Proceeds at once where there is a lease, else when there is one, in the order in which they came. */
  pass(passing: Passing): void {
    const isFree = this.#waiting.length === 0 && this.#port.isLeased();
    if (isFree || passing.refused()) return ask(passing);
    this.#waiting.push(passing);
    if (this.#waiting.length > 1) return;
    this.#port.hold().then(
      () => this.#port.deliver(() => this.#take().forEach(ask)),
      (error: unknown) => this.#port.deliver(() => this.#fail(error)),
    );
  }

  /** Those who wait are told that it will not happen. */
  abandon(fault: Fault): void {
    for (const passing of this.#take()) passing.refuse(fault);
  }

  #take(): Passing[] {
    const waiting = this.#waiting;
    this.#waiting = [];
    return waiting;
  }

  #fail(error: unknown): void {
    this.#port.failed(error);
    this.abandon(new Fault('StoreFailed', undefined, { cause: error }));
  }
}

function ask(passing: Passing): void {
  const fault = passing.refused();
  if (fault) passing.refuse(fault);
  else passing.proceed();
}
