import type { Hint } from '../store.ts';
import type { Report } from './sqlite-protocol.ts';

/** Who in this process wants to hear of changes and of offers. */
export class SqliteHints {
  readonly #listen: (isListening: boolean) => void;
  readonly #changes = new Map<(changed: Hint) => void, string>();
  readonly #offers = new Set<() => void>();

  constructor(listen: (isListening: boolean) => void) {
    this.#listen = listen;
  }

  changes(worker: string, hint: (changed: Hint) => void): () => void {
    this.#changes.set(hint, worker);
    return this.#joined(() => this.#changes.delete(hint));
  }

  offers(hint: () => void): () => void {
    this.#offers.add(hint);
    return this.#joined(() => this.#offers.delete(hint));
  }

  /** The worker changed these. */
  changed(worker: string, changed: Hint): void {
    for (const [hint, listener] of this.#changes) if (listener !== worker) hint(changed);
  }

  /** Whether anybody would hear what this worker changes. */
  isHeard(worker: string): boolean {
    for (const listener of this.#changes.values()) if (listener !== worker) return true;
    return false;
  }

  offered(): void {
    for (const hint of this.#offers) hint();
  }

  /** What other processes have done. */
  hear({ changed = [], offered = false }: Report): void {
    if (changed === 'all') for (const hint of this.#changes.keys()) hint('all');
    else for (const [worker, keys] of changed) this.changed(worker, keys);
    if (offered) this.offered();
  }

  #joined(leave: () => boolean): () => void {
    const before = this.#listeners - 1;
    if (before === 0) this.#listen(true);
    return () => {
      if (leave() && this.#listeners === 0) this.#listen(false);
    };
  }

  get #listeners(): number {
    return this.#changes.size + this.#offers.size;
  }
}
