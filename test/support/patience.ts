/**
 * How long somebody is waited for. Its seconds are counted, not measured: on a machine that slept, or whose processes were
 * stopped, nothing has hung meanwhile.
 */
export class Patience {
  readonly #seconds: number;
  readonly #timer: NodeJS.Timeout;
  #left: number;

  constructor(seconds: number, over: () => void) {
    this.#seconds = seconds;
    this.#left = seconds;
    this.#timer = setInterval(() => {
      this.#left -= 1;
      if (this.#left >= 0) return;
      this.end();
      over();
    }, 1_000);
  }

  /** A sign of life: it begins anew. */
  renew(): void {
    this.#left = this.#seconds;
  }

  end(): void {
    clearInterval(this.#timer);
  }
}
