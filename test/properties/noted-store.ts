import type { RecordStore, Store } from '../../src/index.ts';
import { seen } from './seen-store.ts';
import type { History } from './history.ts';

/** The same store, where every record that is committed is noted, with who did it: processes count from 0, as they come. */
export function notedStore(inner: Store, history: History): Store {
  const { records } = inner;
  const workers: string[] = [];
  const commit: RecordStore['commit'] = async (groups, worker, ...rest) => {
    const keys = groups.flatMap((group) =>
      group.map((write) => ('record' in write ? write.record.key : write.key)),
    );
    const before = new Map(
      (await records.read(keys)).flatMap((record) => (record ? [[record.key, record]] : [])),
    );
    const verdicts = await records.commit(groups, worker, ...rest);
    for (const record of verdicts.flatMap(({ ok, records: changed }) => (ok ? changed : []))) {
      if (!record || record.sequence === before.get(record.key)?.sequence) continue;
      history.committed(workers.indexOf(worker), record, before.get(record.key));
      // A record that several writes of a group are about was committed once.
      before.set(record.key, record);
    }
    return verdicts;
  };
  return seen(inner, {
    commit,
    changes: (worker, hint) => {
      workers.push(worker);
      return records.changes(worker, hint);
    },
  });
}
