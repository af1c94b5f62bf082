import TinyQueue from 'tinyqueue';
import { type Dispatch, type Offer, type TakeRequest, type Taken, byPrecedence } from '../store.ts';

interface Entry extends Offer {
  /** In the order of offers. */
  readonly ticket: number;
  /** Where it stands now. */
  heap: Heap;
  /** Withdrawn or offered anew: it stands in a heap still, and is passed over. */
  stale: boolean;
}

const byPriority = (a: Entry, b: Entry) => byPrecedence(a, b) || a.ticket - b.ticket;
const byTime = (a: Entry, b: Entry) => (a.startAt ?? 0) - (b.startAt ?? 0) || a.ticket - b.ticket;

/** A heap is swept when more of it is stale than not, and at least this much: small ones empty themselves. */
const sweepFrom = 64;

/** A heap whose entries may go stale, and that never holds more stale ones than others for long. */
class Heap {
  readonly #compare: (a: Entry, b: Entry) => number;
  #queue: TinyQueue<Entry>;
  #stale = 0;

  constructor(compare: (a: Entry, b: Entry) => number) {
    this.#compare = compare;
    this.#queue = new TinyQueue<Entry>([], compare);
  }

  push(entry: Entry): void {
    this.#queue.push(entry);
  }

  peek(): Entry | undefined {
    let first = this.#queue.peek();
    while (first?.stale) {
      this.#queue.pop();
      this.#stale -= 1;
      first = this.#queue.peek();
    }
    return first;
  }

  pop(): Entry | undefined {
    return this.peek() && this.#queue.pop();
  }

  noteStale(): void {
    this.#stale += 1;
    if (this.#stale < sweepFrom || this.#stale * 2 < this.#queue.length) return;
    this.#queue = new TinyQueue(
      this.#queue.data.filter((entry) => !entry.stale),
      this.#compare,
    );
    this.#stale = 0;
  }
}

const done = Promise.resolve();

/** One heap of due offers for each type, one of all that wait for their time. */
class MemoryDispatch implements Dispatch {
  readonly #entries = new Map<string, Entry>();
  readonly #due = { roots: new Map<string, Heap>(), children: new Map<string, Heap>() };
  readonly #waiting = new Heap(byTime);
  readonly #hints = new Set<() => void>();
  #tickets = 0;

  offer(offers: readonly Offer[]): PromiseLike<void> {
    const ticketsBefore = this.#tickets;
    for (const offer of offers) {
      const { key, type, priority, startAt, isChild } = offer;
      const present = this.#entries.get(key);
      if (present?.priority === priority && present.startAt === startAt) continue;
      this.#drop(key);
      const ticket = (this.#tickets += 1);
      const heap = startAt === undefined ? this.#heapOf(offer) : this.#waiting;
      const entry: Entry = { key, type, priority, startAt, isChild, ticket, heap, stale: false };
      this.#entries.set(key, entry);
      heap.push(entry);
    }
    if (this.#tickets > ticketsBefore) for (const hint of this.#hints) hint();
    return done;
  }

  withdraw(keys: readonly string[]): PromiseLike<void> {
    for (const key of keys) this.#drop(key);
    return done;
  }

  take({ limit, types, childrenOnly, now }: TakeRequest): PromiseLike<Taken> {
    this.#ripen(now);
    const from = childrenOnly ? [this.#due.children] : [this.#due.children, this.#due.roots];
    const heaps = types.flatMap((type) => from.flatMap((due) => due.get(type) ?? []));
    const keys: string[] = [];
    while (keys.length < limit) {
      const entry = popFirst(heaps);
      if (!entry) break;
      this.#entries.delete(entry.key);
      keys.push(entry.key);
    }
    return Promise.resolve({
      keys,
      nextAt: this.#waiting.peek()?.startAt,
      otherTypes: this.#otherTypes(types),
    });
  }

  offers(hint: () => void): () => void {
    this.#hints.add(hint);
    return () => this.#hints.delete(hint);
  }

  /** There are seldom more types than are asked for: a heap that ran empty goes. */
  #otherTypes(types: readonly string[]): string[] {
    const other = Object.values(this.#due).flatMap((due) => {
      for (const [type, heap] of due) if (!types.includes(type) && !heap.peek()) due.delete(type);
      return due.size === 0 ? [] : [...due.keys()].filter((type) => !types.includes(type));
    });
    return [...new Set(other)];
  }

  #ripen(now: number): void {
    for (
      let entry = this.#waiting.peek();
      entry && (entry.startAt ?? 0) <= now;
      entry = this.#waiting.peek()
    ) {
      this.#waiting.pop();
      entry.heap = this.#heapOf(entry);
      entry.heap.push(entry);
    }
  }

  #heapOf({ type, isChild }: Pick<Offer, 'type' | 'isChild'>): Heap {
    const due = isChild ? this.#due.children : this.#due.roots;
    let heap = due.get(type);
    if (!heap) due.set(type, (heap = new Heap(byPriority)));
    return heap;
  }

  #drop(key: string): void {
    const entry = this.#entries.get(key);
    if (!entry) return;
    this.#entries.delete(key);
    entry.stale = true;
    entry.heap.noteStale();
  }
}

function popFirst(heaps: readonly Heap[]): Entry | undefined {
  let best: Heap | undefined;
  let first: Entry | undefined;
  for (const heap of heaps) {
    const entry = heap.peek();
    if (entry && (!first || byPriority(entry, first) < 0)) [best, first] = [heap, entry];
  }
  return best?.pop();
}

/** The dispatch of one process. */
export function memoryDispatch(): Dispatch {
  return new MemoryDispatch();
}
