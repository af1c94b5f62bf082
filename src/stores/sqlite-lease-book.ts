import type { LeaseBook } from '../store.ts';
import type { SqliteLine } from './sqlite-line.ts';

/** The leases as this process sees them. */
export function sqliteLeases(line: SqliteLine): LeaseBook {
  return {
    beat: async (worker) => new Map(await line.ask('beat', worker)),
    beats: async () => new Map(await line.ask('beats', undefined)),
    end: (worker, beats) => line.ask('endLease', { worker, beats }),
    async retire(worker) {
      await line.ask('retire', worker);
    },
  };
}
