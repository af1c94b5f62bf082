import type { Tally } from './tally.ts';

/** Over so long a rate is taken: shorter ones jump, longer ones lag. */
const windowMs = 3_000;

/** How fast the job is now. */
export class Rate {
  readonly #tally: Tally;
  readonly #startedAt = performance.now();
  readonly #looks: { readonly at: number; readonly done: number; readonly bytes: number }[] = [];

  constructor(tally: Tally) {
    this.#tally = tally;
    this.look();
  }

  look() {
    const at = performance.now();
    const { done, bytesRead: bytes } = this.#tally;
    this.#looks.push({ at, done, bytes });
    while (this.#looks.length > 2 && (this.#looks[1]?.at ?? at) <= at - windowMs) this.#looks.shift();
    const first = this.#looks[0] ?? { at, done, bytes };
    const seconds = Math.max(at - first.at, 1) / 1000;
    return {
      elapsedMs: at - this.#startedAt,
      filesPerSecond: (done - first.done) / seconds,
      bytesPerSecond: (bytes - first.bytes) / seconds,
    };
  }
}
