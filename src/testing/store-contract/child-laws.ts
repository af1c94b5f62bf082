import assert from 'node:assert/strict';
import type { ChildLink, Reservation, Write } from '../../index.ts';
import {
  commit,
  finished,
  insert,
  inserted,
  keepNone,
  keysOf,
  next,
  outcomes,
  pruning,
  queued,
  readOne,
  replace,
  start,
  type StoreLaw,
  offer,
  taken,
} from './samples.ts';

const link: ChildLink = { name: undefined, weight: 1, detached: false };
const childOf = (parentTaskKey: string) => ({ parentTaskKey, rootTaskKey: parentTaskKey, child: link });

const add = (key: string, open: number, weight: number, done: number): Write => ({ kind: 'add', key, open, weight, done });

function reserve(name: string, key: string, members: Partial<Reservation> = {}): Write {
  const first = { digest: 'd', expiresAt: Number.POSITIVE_INFINITY, owner: undefined };
  return { kind: 'reserve', name, key, ...first, ...members };
}

const counterLaws: readonly StoreLaw[] = [
  {
    name: 'what is added to the counters of a parent is summed, in any order, and its sequence stays',
    async run(store) {
      const [parent] = await inserted(store, queued('p'));
      assert.ok(parent);
      await Promise.all([commit(store, add('p', 1, 2, 0)), commit(store, add('p', 1, 3, 50)), commit(store, add('p', -1, 0, 25))]);
      assert.deepEqual(await readOne(store, 'p'), { ...parent, children: { open: 1, weight: 5, done: 75 } });
    },
  },
  {
    name: 'a replacement keeps the counters that the store has, whatever its decider saw',
    async run(store) {
      const [parent] = await inserted(store, queued('p'));
      assert.ok(parent);
      await commit(store, add('p', 1, 1, 0));
      const { ok, records } = await commit(store, replace(parent, next(parent, 'running.active')), add('p', 1, 1, 0));
      assert.deepEqual([ok, records[0]?.children], [true, { open: 2, weight: 2, done: 0 }]);
      assert.deepEqual(records[0], records[1]);
    },
  },
  {
    name: 'counters of a record that is gone are nobody\'s',
    async run(store) {
      assert.deepEqual(outcomes([await commit(store, add('gone', 1, 1, 0))]), [{ ok: true, records: [undefined] }]);
    },
  },
  {
    name: 'a check lets its group pass while the record has that sequence and fence, and changes nothing',
    async run(store) {
      const [parent] = await inserted(store, queued('p'));
      assert.ok(parent);
      const check = { kind: 'check', key: 'p', sequence: 1, fence: 0 } as const;
      const passed = await commit(store, check, insert(queued('a')));
      assert.deepEqual([passed.ok, passed.records[0]], [true, parent]);
      for (const late of [{ ...check, sequence: 2 }, { ...check, fence: 1 }, { ...check, key: 'gone' }]) {
        const { ok, refused } = await commit(store, late, insert(queued('b')));
        assert.deepEqual([ok, refused], [false, late]);
      }
      assert.deepEqual(await keysOf(store), ['p', 'a']);
    },
  },
];

const nameLaws: readonly StoreLaw[] = [
  {
    name: 'a name stands for the first key that reserved it, and refuses the group of another',
    async run(store) {
      await commit(store, insert(queued('a')), reserve('n', 'a'));
      const late = reserve('n', 'b');
      const { ok, refused, reservation } = await commit(store, insert(queued('b')), late);
      assert.deepEqual([ok, refused, reservation?.key, reservation?.digest], [false, late, 'a', 'd']);
      assert.deepEqual(await keysOf(store), ['a']);
      assert.equal((await commit(store, reserve('n', 'a'))).ok, true);
    },
  },
  {
    name: 'a name is free again once its time is over',
    async run(store) {
      await commit(store, insert(queued('a')), reserve('n', 'a', { expiresAt: start + 5 }));
      const [early] = await store.records.commit([[reserve('n', 'b')]], 'worker a', start + 4);
      const [late] = await store.records.commit([[reserve('n', 'b')]], 'worker a', start + 5);
      assert.deepEqual([early?.ok, late?.ok], [false, true]);
    },
  },
  {
    name: 'a name outlives the record of its key, but not the record of its owner',
    async run(store) {
      await finished(store, 'a', 0);
      await commit(store, reserve('kept', 'a'), reserve('owned', 'a', { owner: 'a' }));
      await store.records.prune(pruning({ success: keepNone }));
      assert.equal(await readOne(store, 'a'), undefined);
      assert.equal((await commit(store, reserve('kept', 'b'))).reservation?.key, 'a');
      assert.equal((await commit(store, reserve('owned', 'b'))).ok, true);
    },
  },
];

const familyLaws: readonly StoreLaw[] = [
  {
    name: 'a final child stays while its parent is not final, and may go after it',
    async run(store) {
      const [parent, child] = await inserted(store, queued('p'), queued('c', childOf('p')));
      assert.ok(parent && child);
      await commit(store, replace(child, next(child, 'success', { completedAt: start })));
      const request = pruning({ success: keepNone, error: keepNone });
      assert.equal((await store.records.prune(request)).count, 0);
      assert.ok(await readOne(store, 'c'));
      await commit(store, replace(parent, next(parent, 'success', { completedAt: start })));
      assert.equal((await store.records.prune(request)).count, 2);
      assert.deepEqual(await keysOf(store), []);
    },
  },
  {
    name: 'children are found by their parent, in the order of creation and in pages',
    async run(store) {
      await inserted(store, queued('p'), queued('b', childOf('p')), queued('q', childOf('other')), queued('a', childOf('p')));
      assert.deepEqual(await keysOf(store, { parentTaskKeys: ['p'] }), ['b', 'a']);
      const filter = { parentTaskKeys: ['p'] };
      const [first] = await store.records.query({ filter, after: 0, limit: 1 });
      const rest = await store.records.query({ filter, after: first?.order ?? 0, limit: 9 });
      assert.deepEqual([first?.key, rest.map(({ key }) => key)], ['b', ['a']]);
    },
  },
  {
    name: 'within a priority children are taken before others; alone, where only they are asked for',
    async run(store) {
      await store.dispatch.offer([offer('root'), offer('child', { isChild: true }), offer('first', { priority: 1 })]);
      await store.dispatch.offer([offer('low', { priority: -1, isChild: true })]);
      const request = { limit: 1, types: ['type a'], childrenOnly: true, now: start };
      assert.deepEqual((await store.dispatch.take(request)).keys, ['child']);
      assert.deepEqual(await taken(store), ['first', 'root', 'low']);
    },
  },
];

export const childLaws: readonly StoreLaw[] = [...counterLaws, ...nameLaws, ...familyLaws];
