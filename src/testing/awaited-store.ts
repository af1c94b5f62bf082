import type { RecordStore, Store } from '../index.ts';

/** The same store, of which it is known whether everything that it was asked has been answered. */
export class AwaitedStore implements Store {
  readonly records: RecordStore;
  readonly dispatch: Store['dispatch'];
  readonly leases: Store['leases'];
  #unanswered = 0;
  #answered = Promise.withResolvers<void>();

  constructor({ records, dispatch, leases }: Store) {
    const awaited = <A extends unknown[], R>(method: (...given: A) => PromiseLike<R>) => {
      return (...given: A) => this.#await(() => method(...given));
    };
    this.records = {
      commit: awaited((...given) => records.commit(...given)),
      read: awaited((keys) => records.read(keys)),
      query: awaited((query) => records.query(query)),
      journal: awaited((key) => records.journal(key)),
      counts: awaited(() => records.counts()),
      changes: (worker, hint) => records.changes(worker, hint),
      prune: awaited((request) => records.prune(request)),
      control: awaited(() => records.control()),
      setControl: awaited((...given) => records.setControl(...given)),
    };
    this.leases = leases && {
      beat: awaited((worker) => leases.beat(worker)),
      beats: awaited(() => leases.beats()),
      end: awaited((worker, beats) => leases.end(worker, beats)),
      retire: awaited((worker) => leases.retire(worker)),
    };
    this.dispatch = {
      offer: awaited((offers) => dispatch.offer(offers)),
      withdraw: awaited((keys) => dispatch.withdraw(keys)),
      take: awaited((request) => dispatch.take(request)),
      offers: (hint) => dispatch.offers(hint),
    };
  }

  get isAnswered(): boolean {
    return this.#unanswered === 0;
  }

  /** Resolves when nothing is unanswered any more. */
  async answered(): Promise<void> {
    while (!this.isAnswered) await this.#answered.promise;
  }

  async #await<T>(call: () => PromiseLike<T>): Promise<T> {
    if (this.isAnswered) this.#answered = Promise.withResolvers<void>();
    this.#unanswered += 1;
    try {
      return await call();
    } finally {
      this.#unanswered -= 1;
      if (this.isAnswered) this.#answered.resolve();
    }
  }
}
