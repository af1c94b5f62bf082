import type { Fault } from './fault.ts';

type Settled<T> = { readonly value: T } | { readonly refusal: Fault };

/**
 * The answer to an operation that need not be awaited. It makes a promise only when somebody asks for one; a refusal
 * that nobody asked for is told to `unheard`, and is never an unhandled rejection.
 */
export class Acknowledgement<T = void> implements PromiseLike<T> {
  readonly #unheard: (refusal: Fault) => void;
  #settled: Settled<T> | undefined;
  #promise: PromiseWithResolvers<T> | undefined;

  constructor(unheard: (refusal: Fault) => void) {
    this.#unheard = unheard;
  }

  settle(settled: Settled<T>): void {
    this.#settled = settled;
    if (this.#promise) pass(this.#promise, settled);
    else if ('refusal' in settled) this.#unheard(settled.refusal);
  }

  // oxlint-disable-next-line unicorn/no-thenable -- being a thenable without being a promise is what this class is for
  then<A = T, B = never>(
    fulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    if (!this.#promise) {
      this.#promise = Promise.withResolvers<T>();
      if (this.#settled) pass(this.#promise, this.#settled);
    }
    return this.#promise.promise.then(fulfilled, rejected);
  }
}

function pass<T>(promise: PromiseWithResolvers<T>, settled: Settled<T>): void {
  if ('refusal' in settled) promise.reject(settled.refusal);
  else promise.resolve(settled.value);
}
