import assert from 'node:assert/strict';
import type { Group, JournalEntry, Store, TaskRecord } from '../../index.ts';
import {
  commit,
  inserted,
  keepNone,
  next,
  pruning,
  queued,
  replace,
  start,
  type StoreLaw,
  worker,
} from './samples.ts';

const entry = (sequence: number, event = 'START'): JournalEntry => ({
  sequence,
  at: start,
  event,
  outcome: 'ok',
  leaf: 'running.active',
});

/** A step that is noted. */
function noted(seen: TaskRecord, record: TaskRecord, ...journal: JournalEntry[]) {
  return { ...replace(seen, record), journal };
}

async function one(store: Store, key = 'a'): Promise<TaskRecord> {
  const [record] = await inserted(store, queued(key));
  assert.ok(record);
  return record;
}

/** What is promised of the journal of a task. */
export const journalLaws: readonly StoreLaw[] = [
  {
    name: 'what the journal gains comes with the step, in order',
    async run(store) {
      const first = await one(store);
      assert.deepEqual(await store.records.journal('a'), []);
      const second = next(first, 'running.active');
      await commit(store, noted(first, second, entry(2), entry(3, 'CANCEL')));
      await commit(
        store,
        noted(second, next(second, 'error', { completedAt: start }), entry(4, 'BODY_THREW')),
      );
      const kept = [entry(2), entry(3, 'CANCEL'), entry(4, 'BODY_THREW')];
      assert.deepEqual(await store.records.journal('a'), kept);
    },
  },
  {
    name: 'a step that is refused leaves nothing in the journal, and one that is sent again is noted once',
    async run(store) {
      const first = await one(store);
      const second = next(first, 'running.active');
      const group = [noted(first, second, entry(2))];
      await store.records.commit([group], worker, start, 2);
      await store.records.commit([group], worker, start, 2);
      const late = await commit(store, noted(first, next(first, 'error'), entry(2, 'CANCEL')));
      assert.equal(late.ok, false);
      assert.deepEqual(await store.records.journal('a'), [entry(2)]);
    },
  },
  {
    name: 'the journal goes with its record, and nobody else has it',
    async run(store) {
      const [first, other] = [await one(store), await one(store, 'b')];
      await commit(store, noted(first, next(first, 'success', { completedAt: start }), entry(2)));
      await commit(store, noted(other, next(other, 'running.active'), entry(2, 'OTHER')));
      await store.records.prune(pruning({ now: start + 1, success: keepNone }));
      assert.deepEqual(await store.records.journal('a'), []);
      assert.deepEqual(await store.records.journal('b'), [entry(2, 'OTHER')]);
      assert.deepEqual(await store.records.journal('not there'), []);
    },
  },
  {
    name: 'of a long journal at least the last 1,000 entries stay, and not many more',
    async run(store) {
      let record = await one(store);
      for (let batch = 0; batch < 30; batch += 1) {
        const groups: Group[] = [];
        for (let step = 0; step < 100; step += 1) {
          const after = next(record, 'running.active');
          groups.push([noted(record, after, entry(after.sequence))]);
          record = after;
        }
        await store.records.commit(groups, worker, start);
      }
      const sequences = (await store.records.journal('a')).map(({ sequence }) => sequence);
      assert.ok(sequences.length >= 1_000 && sequences.length <= 2_000, `${sequences.length} entries`);
      const last = record.sequence;
      const expected = Array.from(
        { length: sequences.length },
        (_entry, at) => last - sequences.length + 1 + at,
      );
      assert.deepEqual(sequences, expected);
    },
  },
];
