import { type Store, memoryStore } from '../../src/index.ts';

type Method = 'commit' | 'read' | 'counts' | 'query' | 'setControl' | 'take';

/** A memory store whose answers come when the test lets them. */
export interface GatedStore extends Store {
  /** From now on the answers of these methods are held; what they ask for happens at once. */
  hold(...methods: Method[]): void;
  /** From now on the calls themselves are held: nothing happens before it is let through. */
  holdCalls(...methods: Method[]): void;
  /** How many are held. */
  readonly held: number;
  /** Lets all that is held pass, and holds nothing more. */
  release(): void;
  /** Every call rejects from now on. */
  fail(error: Error): void;
}

export function gatedStore(store: Store = memoryStore()): GatedStore {
  const answers = new Set<Method>();
  const calls = new Set<Method>();
  let waiting: (() => void)[] = [];
  let failure: Error | undefined;
  const wait = () => new Promise<void>((resolve) => waiting.push(resolve));
  const gate = <A extends unknown[], R>(method: Method, call: (...given: A) => PromiseLike<R>) => {
    return async (...given: A): Promise<R> => {
      if (calls.has(method)) await wait();
      if (failure) throw failure;
      const answer = await call(...given);
      if (answers.has(method)) await wait();
      return answer;
    };
  };
  const { records, dispatch } = store;
  return {
    dispatch: {
      take: gate('take', (...given) => dispatch.take(...given)),
      offer: (...given) => dispatch.offer(...given),
      withdraw: (...given) => dispatch.withdraw(...given),
      offers: (...given) => dispatch.offers(...given),
    },
    records: {
      commit: gate('commit', (...given) => records.commit(...given)),
      read: gate('read', (...given) => records.read(...given)),
      query: gate('query', (...given) => records.query(...given)),
      counts: gate('counts', () => records.counts()),
      setControl: gate('setControl', (...given) => records.setControl(...given)),
      journal: (key) => records.journal(key),
      control: () => records.control(),
      changes: (...given) => records.changes(...given),
      prune: (...given) => records.prune(...given),
    },
    hold: (...methods) => methods.forEach((method) => answers.add(method)),
    holdCalls: (...methods) => methods.forEach((method) => calls.add(method)),
    get held() {
      return waiting.length;
    },
    release() {
      answers.clear();
      calls.clear();
      for (const pass of waiting.splice(0)) pass();
    },
    fail(error) {
      failure = error;
    },
  };
}
