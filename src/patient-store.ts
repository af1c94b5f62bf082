import { Fault, isFault, show } from './fault.ts';
import type { LoopShare } from './loop-share.ts';
import type { Store } from './store.ts';
import type { Timers } from './timers.ts';

export interface PatiencePort {
  readonly loop: LoopShare;
  readonly timers: Timers;
  /** How long a call is repeated before its refusal is passed on. */
  readonly storeRetryMs: number;
  retrying(error: unknown): void;
}

/** The first pause before a refused call is repeated; it doubles up to the longest. */
const firstPauseMs = 25;
const longestPauseMs = 1_000;

/**
 * The same store, but its answers leave the event loop its turns, and every call that may be repeated without harm is, for a while. `commit` is not among them: only
 * who sent it can tell whether it happened; nor is `take`, whose answer may be lost with what it took.
 */
export function patientStore({ records, dispatch, leases }: Store, port: PatiencePort): Store {
  return {
    records: {
      commit: (...given) => port.loop.within(records.commit(...given)),
      changes: (worker, hint) => records.changes(worker, hint),
      read: (keys) => repeated(port, () => records.read(keys)),
      query: (query) => repeated(port, () => records.query(query)),
      journal: (key) => repeated(port, () => records.journal(key)),
      counts: () => repeated(port, () => records.counts()),
      prune: (request) => repeated(port, () => records.prune(request)),
      control: () => repeated(port, () => records.control()),
      setControl: (name, value, worker) => repeated(port, () => records.setControl(name, value, worker)),
    },
    leases: leases && {
      beat: (worker) => repeated(port, () => leases.beat(worker)),
      beats: () => repeated(port, () => leases.beats()),
      end: (worker, beats) => repeated(port, () => leases.end(worker, beats)),
      retire: (worker) => repeated(port, () => leases.retire(worker)),
    },
    dispatch: {
      take: async (request) => port.loop.within(dispatch.take(request)),
      offers: (hint) => dispatch.offers(hint),
      offer: (offers) => repeated(port, () => dispatch.offer(offers)),
      withdraw: (keys) => repeated(port, () => dispatch.withdraw(keys)),
    },
  };
}

/** @throws StoreFailed when the store does not answer, however often it is asked. */
export async function readable<T>(answer: PromiseLike<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    const message = `Expected the store to be readable, but it answered ${show(error)}.`;
    throw new Fault('StoreFailed', message, { cause: error });
  }
}

/** The store said that it will never answer otherwise. */
export function isPermanent(error: unknown): boolean {
  return isFault(error, 'StoreFailed') && error['permanent'] === true;
}

function repeated<T>(port: PatiencePort, call: () => PromiseLike<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    let waitedMs = 0;
    const refused = (error: unknown) => {
      if (isPermanent(error)) return reject(error as Error);
      const pauseMs = Math.min(firstPauseMs + waitedMs, longestPauseMs);
      if (waitedMs + pauseMs > port.storeRetryMs) return reject(error as Error);
      port.retrying(error);
      waitedMs += pauseMs;
      port.timers.set(pauseMs, attempt);
    };
    const attempt = () => {
      // A store may throw where it should reject.
      try {
        port.loop.within(call()).then(resolve, refused);
      } catch (error) {
        refused(error);
      }
    };
    attempt();
  });
}
