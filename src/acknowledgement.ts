import type { Fault } from './fault.ts';

/**
 * The answer to an operation that need not be awaited. It makes a promise only when somebody asks for one; a refusal
 * that nobody asked for is told to `unheard`, and is never an unhandled rejection.
 */
export class Acknowledgement implements PromiseLike<void> {
  readonly #unheard: (refusal: Fault) => void;
  #settled: { readonly refusal: Fault | undefined } | undefined;
  #promise: PromiseWithResolvers<void> | undefined;

  constructor(unheard: (refusal: Fault) => void) {
    this.#unheard = unheard;
  }

  settle(refusal: Fault | undefined): void {
    this.#settled = { refusal };
    if (this.#promise) this.#pass(this.#promise, refusal);
    else if (refusal) this.#unheard(refusal);
  }

  // oxlint-disable-next-line unicorn/no-thenable -- being a thenable without being a promise is what this class is for
  then<A = void, B = never>(
    fulfilled?: ((value: void) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    if (!this.#promise) {
      this.#promise = Promise.withResolvers<void>();
      if (this.#settled) this.#pass(this.#promise, this.#settled.refusal);
    }
    return this.#promise.promise.then(fulfilled, rejected);
  }

  #pass(promise: PromiseWithResolvers<void>, refusal: Fault | undefined): void {
    if (refusal) promise.reject(refusal);
    else promise.resolve();
  }
}
