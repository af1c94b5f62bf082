import type { Store } from '../../src/index.ts';
import { tell } from './told.ts';

/** The process ends at this call of its store. */
export interface Death {
  /** From 1. */
  readonly call: number;
  /** Before it is sent; at once after, while the thread is at it; or when it was answered, and nobody knows yet. */
  readonly when: 'before' | 'sent' | 'answered';
}

/** A store that tells in whose name it is used, and whose process may end at any of its calls. */
export class DyingStore {
  readonly store: Store;
  readonly #death: Death | undefined;
  #calls = 0;
  #pending = 0;
  readonly #atRest: (() => void)[] = [];
  #worker: string | undefined;

  constructor(store: Store, death: Death | undefined) {
    this.#death = death;
    this.store = this.#wrap(store);
  }

  /** How many there were. */
  get calls(): number {
    return this.#calls;
  }

  /** Resolves when nothing is asked of the store, and its thread holds no lock. */
  async atRest(): Promise<void> {
    if (this.#pending > 0) await new Promise<void>((resolve) => void this.#atRest.push(resolve));
  }

  #use(worker: string): void {
    if (this.#worker === worker) return;
    this.#worker = worker;
    tell({ kind: 'worker', worker });
  }

  async #call<T>(name: string, call: () => PromiseLike<T>): Promise<T> {
    const number = (this.#calls += 1);
    const dies = (when: Death['when']) => {
      if (this.#death?.call !== number || this.#death.when !== when) return;
      tell({ kind: 'dying', call: number, name, when });
      process.kill(process.pid, 'SIGKILL');
    };
    dies('before');
    this.#pending += 1;
    const answer = call();
    if (this.#death?.call === number && this.#death.when === 'sent')
      // The request leaves in a microtask; a turn later the thread may be anywhere in its transaction.
      setImmediate(() => dies('sent'));
    try {
      const value = await answer;
      dies('answered');
      return value;
    } finally {
      this.#pending -= 1;
      if (this.#pending === 0) for (const resolve of this.#atRest.splice(0)) resolve();
    }
  }

  #wrap({ records, dispatch, leases }: Store): Store {
    return {
      records: {
        commit: (groups, worker, now, batch) => {
          this.#use(worker);
          return this.#call('commit', () => records.commit(groups, worker, now, batch));
        },
        read: (keys) => this.#call('read', () => records.read(keys)),
        query: (query) => this.#call('query', () => records.query(query)),
        journal: (key) => this.#call('journal', () => records.journal(key)),
        counts: () => this.#call('counts', () => records.counts()),
        changes: (worker, hint) => records.changes(worker, hint),
        prune: (request) => this.#call('prune', () => records.prune(request)),
        control: () => this.#call('control', () => records.control()),
        setControl: (name, value, worker) =>
          this.#call('setControl', () => records.setControl(name, value, worker)),
      },
      dispatch: {
        offer: (offers) => this.#call('offer', () => dispatch.offer(offers)),
        withdraw: (keys) => this.#call('withdraw', () => dispatch.withdraw(keys)),
        take: (request) => this.#call('take', () => dispatch.take(request)),
        offers: (hint) => dispatch.offers(hint),
      },
      leases: leases && {
        beat: (worker) => {
          this.#use(worker);
          return this.#call('beat', () => leases.beat(worker));
        },
        beats: () => this.#call('beats', () => leases.beats()),
        end: async (worker, beats) => {
          const isOver = await this.#call('end', () => leases.end(worker, beats));
          if (isOver) tell({ kind: 'leaseEnded', worker });
          return isOver;
        },
        retire: (worker) => this.#call('retire', () => leases.retire(worker)),
      },
    };
  }
}
