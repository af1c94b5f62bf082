import { setImmediate, setTimeout } from 'node:timers/promises';
import { type Store, systemRandom } from '../../src/index.ts';

/** Some wait for one event of the loop, some for several, some for a timer: nobody knows for which. */
async function aWhile(): Promise<void> {
  if (systemRandom.fraction() < 0.1) return setTimeout(1);
  for (let left = Math.floor(systemRandom.fraction() * 4); left >= 0; left -= 1) await setImmediate();
}

function slow<A extends unknown[], R>(method: (...given: A) => PromiseLike<R>) {
  return async (...given: A): Promise<R> => {
    await aWhile();
    const answer = await method(...given);
    await aWhile();
    return answer;
  };
}

/** The same store, as one in another thread would answer: by real events, after a while that differs from run to run. */
export function slowStore({ records, dispatch, leases }: Store): Store {
  return {
    records: {
      commit: slow((...given) => records.commit(...given)),
      read: slow((keys) => records.read(keys)),
      query: slow((query) => records.query(query)),
      journal: slow((key) => records.journal(key)),
      counts: slow(() => records.counts()),
      changes: (worker, hint) => records.changes(worker, hint),
      prune: slow((request) => records.prune(request)),
      control: slow(() => records.control()),
      setControl: slow((...given) => records.setControl(...given)),
    },
    leases: leases && {
      beat: slow((worker) => leases.beat(worker)),
      beats: slow(() => leases.beats()),
      end: slow((worker, beats) => leases.end(worker, beats)),
      retire: slow((worker) => leases.retire(worker)),
    },
    dispatch: {
      offer: slow((offers) => dispatch.offer(offers)),
      withdraw: slow((keys) => dispatch.withdraw(keys)),
      take: slow((request) => dispatch.take(request)),
      offers: (hint) => dispatch.offers(hint),
    },
  };
}
