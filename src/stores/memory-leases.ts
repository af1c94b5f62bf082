import type { LeaseBook } from '../store.ts';

/** The beats of those who share a store of one process: what several processes would do, for tests of crashes. */
export class MemoryLeases implements LeaseBook {
  readonly #beats = new Map<string, number>();
  readonly #holds: (worker: string) => boolean;

  /** `holds`: whether a task that has not ended is held under this name. */
  constructor(holds: (worker: string) => boolean) {
    this.#holds = holds;
  }

  beat(worker: string): PromiseLike<ReadonlyMap<string, number>> {
    const beats = this.#beats.get(worker);
    if (beats !== 0) this.#beats.set(worker, (beats ?? 0) + 1);
    return this.beats();
  }

  beats(): PromiseLike<ReadonlyMap<string, number>> {
    return Promise.resolve(new Map(this.#beats));
  }

  end(worker: string, beats: number): PromiseLike<boolean> {
    if (this.#beats.get(worker) === beats) this.#beats.set(worker, 0);
    return Promise.resolve(this.#beats.get(worker) === 0);
  }

  retire(worker: string): PromiseLike<void> {
    if (!this.#holds(worker)) this.#beats.delete(worker);
    return Promise.resolve();
  }

  /** Whether it has a lease that is not over. */
  has(worker: string): boolean {
    return (this.#beats.get(worker) ?? 0) > 0;
  }
}
