import { type RecordStore, type Store } from '../../src/index.ts';
import type { History } from './history.ts';
import type { Program } from './program.ts';
import type { Turns } from './turns.ts';

/**
 * A store as one supervisor sees it: every call takes a turn, some commits are refused, some answers to commits are
 * lost. What was committed is noted.
 */
export function troubledStore(
  inner: Store,
  by: number,
  turns: Turns,
  history: History,
  { refused, lost }: Program,
): Store {
  const { records } = inner;
  const commit: RecordStore['commit'] = async (groups, ...rest) => {
    const isRefused = turns.chance(refused);
    const isLost = turns.chance(lost);
    const keys = groups.flatMap((group) =>
      group.map((write) => ('record' in write ? write.record.key : write.key)),
    );
    if (isRefused) {
      await turns.call(async () => {});
      throw new Error('The store refused a commit.');
    }
    const verdicts = await turns.call(async () => {
      const before = new Map(
        (await records.read(keys)).flatMap((record) => (record ? [[record.key, record]] : [])),
      );
      const made = await records.commit(groups, ...rest);
      for (const record of made.flatMap(({ ok, records: changed }) => (ok ? changed : []))) {
        if (!record || record.sequence === before.get(record.key)?.sequence) continue;
        history.committed(by, record, before.get(record.key));
        // A record that several writes of a group are about was committed once.
        before.set(record.key, record);
      }
      return made;
    });
    if (isLost) {
      history.tick(`the answer to that is lost`);
      throw new Error('The answer to a commit was lost.');
    }
    return verdicts;
  };
  return {
    dispatch: inner.dispatch,
    records: {
      commit,
      read: (keys) => turns.call(() => records.read(keys)),
      query: (query) => turns.call(() => records.query(query)),
      counts: () => turns.call(() => records.counts()),
      control: () => turns.call(() => records.control()),
      setControl: (name, value, worker) => turns.call(() => records.setControl(name, value, worker)),
      changes: (worker, hint) => records.changes(worker, hint),
      prune: (request) => records.prune(request),
    },
  };
}
