import type { RecordStore, Store } from '../../src/index.ts';

/** A store as one supervisor sees it, with some methods of its own. */
export function seen({ records, dispatch, leases }: Store, own: Partial<RecordStore>): Store {
  const all: RecordStore = {
    commit: (...given) => records.commit(...given),
    read: (keys) => records.read(keys),
    query: (query) => records.query(query),
    journal: (key) => records.journal(key),
    counts: () => records.counts(),
    changes: (...given) => records.changes(...given),
    prune: (request) => records.prune(request),
    control: () => records.control(),
    setControl: (...given) => records.setControl(...given),
  };
  return { dispatch, leases, records: { ...all, ...own } };
}
