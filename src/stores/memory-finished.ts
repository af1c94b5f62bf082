import type { Keep, PruneRequest, Pruned } from '../store.ts';

/** A final record in the order of completion. */
interface Finished {
  readonly key: string;
  completedAt: number;
  /** Its place among all that were ever completed here. */
  readonly place: number;
}

/** What was shifted is cut off once it is this much, and half of all. */
const compactFrom = 1024;

/** First in, first out, without moving what stays. */
class Fifo {
  #items: Finished[] = [];
  #start = 0;

  get length(): number {
    return this.#items.length - this.#start;
  }

  first(): Finished | undefined {
    return this.#items[this.#start];
  }

  push(item: Finished): void {
    this.#items.push(item);
  }

  shift(): void {
    this.#start += 1;
    if (this.#start < compactFrom || this.#start * 2 < this.#items.length) return;
    this.#items = this.#items.slice(this.#start);
    this.#start = 0;
  }
}

/** Which final record may go next: those of each outcome in the order of their completion. */
export class MemoryFinished {
  readonly #finished = { success: new Fifo(), error: new Fifo() };
  #completions = 0;

  note(outcome: 'success' | 'error', key: string, completedAt: number): void {
    this.#finished[outcome].push({ key, completedAt, place: (this.#completions += 1) });
  }

  /** Calls `remove` for each that may go; false: it may not yet, and whoever said so will note it again. */
  prune(request: PruneRequest, remove: (key: string) => boolean): Pruned {
    const success = this.#pruneOutcome('success', request, request.limit, remove);
    const error = this.#pruneOutcome('error', request, request.limit - success.count, remove);
    const nextAt = Math.min(
      success.nextAt ?? Number.POSITIVE_INFINITY,
      error.nextAt ?? Number.POSITIVE_INFINITY,
    );
    return { count: success.count + error.count, nextAt: Number.isFinite(nextAt) ? nextAt : undefined };
  }

  #pruneOutcome(
    outcome: 'success' | 'error',
    request: PruneRequest,
    limit: number,
    remove: (key: string) => boolean,
  ): Pruned {
    const finished = this.#finished[outcome];
    let count = 0;
    for (let oldest = finished.first(); oldest; oldest = finished.first()) {
      // A wall clock that was set back must not keep what ended before: it ages from now on.
      oldest.completedAt = Math.min(oldest.completedAt, request.now);
      const tooMany = finished.length > request[outcome].maxCount;
      const mayGoAt = oldest.completedAt + this.#heldMs(oldest, tooMany, request[outcome], request);
      if (mayGoAt > request.now || count >= limit) return { count, nextAt: Math.max(mayGoAt, request.now) };
      finished.shift();
      if (remove(oldest.key)) count += 1;
    }
    return { count };
  }

  /** How long after its end a final record stays, as things stand now. */
  #heldMs({ place }: Finished, tooMany: boolean, keep: Keep, { minAgeMs, recent }: PruneRequest): number {
    const wanted = tooMany ? 0 : keep.maxAgeMs;
    const isRecent = place > this.#completions - recent.maxCount;
    return Math.max(wanted, minAgeMs, isRecent ? recent.maxAgeMs : 0);
  }
}
