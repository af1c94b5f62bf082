import type { Dispatch } from '../store.ts';
import type { SqliteHints } from './sqlite-hints.ts';
import type { SqliteLine } from './sqlite-line.ts';

/** Offers are in the file, but no disk is waited for: one that is lost is offered again by whoever starts next. */
export function sqliteDispatch(line: SqliteLine, hints: SqliteHints): Dispatch {
  return {
    async offer(offers) {
      if (await line.ask('offer', offers)) hints.offered();
    },
    withdraw: (keys) => line.ask('withdraw', keys),
    take: (request) => line.ask('take', request),
    offers: (hint) => hints.offers(hint),
  };
}
