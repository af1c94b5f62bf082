import type { Clock } from './clock.ts';

/** So long at a time: half of what a picture at 60 Hz has. */
const shareMs = 8;

/**
 * How much of the event loop the runtime takes for itself. A store in memory answers within the microtask queue, which
 * no timer and no I/O interrupts: whoever works through many tasks would keep all else waiting.
 */
export class LoopShare {
  readonly #clock: Clock;
  /** When the runtime first worked since the loop turned. */
  #since: number | undefined;
  /** Settles when the loop has turned; undefined: nobody waits for that. */
  #turn: Promise<void> | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The same answer; but once the share is spent it comes after the loop has turned, and none overtakes it. */
  within<T>(answer: PromiseLike<T>): PromiseLike<T> {
    if (!this.#clock.yield) return answer;
    return answer.then((value) => (this.#turn || this.#isSpent() ? this.#afterTurn(value) : value));
  }

  #isSpent(): boolean {
    const now = this.#clock.monotonic();
    if (this.#since !== undefined) return now - this.#since >= shareMs;
    this.#since = now;
    this.#clock.yield?.(() => (this.#since = undefined), true);
    return false;
  }

  #afterTurn<T>(value: T): Promise<T> {
    this.#turn ??= new Promise((resolve) =>
      this.#clock.yield?.(() => {
        this.#turn = undefined;
        this.#since = undefined;
        resolve();
      }),
    );
    return this.#turn.then(() => value);
  }
}
