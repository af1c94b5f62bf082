import assert from 'node:assert/strict';
import { insert, queued, start, type StoreLaw, worker } from './samples.ts';

export const closeLaws: readonly StoreLaw[] = [
  {
    name: 'a store that is closed has answered what was asked before, and rejects what is asked later',
    async run(store) {
      if (!store.close) return;
      const before = store.records.commit([[insert(queued('a'))]], worker, start);
      await Promise.all([store.close(), store.close()]);
      assert.equal((await before)[0]?.ok, true);
      await assert.rejects(async () => store.records.read(['a']));
      await assert.rejects(async () => store.dispatch.withdraw(['a']));
      await store.close();
    },
  },
];
