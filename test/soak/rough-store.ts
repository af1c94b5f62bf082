import type { Store } from '../../src/index.ts';
import { seen } from '../properties/seen-store.ts';
import type { Chance } from './chance.ts';
import type { Site } from './site.ts';

/** How many of a hundred calls are refused, and of how many the answer is lost. */
export interface Roughness {
  readonly refused: number;
  readonly lost: number;
}

/** A store as one supervisor sees it: every call takes its turn, some are refused, and some answers are lost. */
export function roughStore(inner: Store, site: Site, chance: Chance, { refused, lost }: Roughness): Store {
  const { records, dispatch } = inner;
  const rough =
    <A extends unknown[], R>(call: (...given: A) => PromiseLike<R>) =>
    async (...given: A): Promise<R> => {
      if (chance.percent(refused)) {
        await site.call(async () => {});
        throw new Error('The store refused a call.');
      }
      const answer = await site.call(() => call(...given));
      if (chance.percent(lost)) throw new Error('The answer of the store was lost.');
      return answer;
    };
  const own = seen(inner, {
    commit: rough((...given) => records.commit(...given)),
    read: rough((keys) => records.read(keys)),
    query: rough((query) => records.query(query)),
    counts: rough(() => records.counts()),
    prune: rough((request) => records.prune(request)),
    control: rough(() => records.control()),
    setControl: rough((...given) => records.setControl(...given)),
  });
  return {
    records: own.records,
    dispatch: {
      take: rough((request) => dispatch.take(request)),
      offer: (offers) => dispatch.offer(offers),
      withdraw: (keys) => dispatch.withdraw(keys),
      offers: (hint) => dispatch.offers(hint),
    },
  };
}
