import assert from 'node:assert/strict';
import type { Store, TaskRecord } from '../../index.ts';
import {
  commit,
  finished,
  insert,
  inserted,
  keepNone,
  keysOf,
  next,
  pruning,
  queued,
  readOne,
  replace,
  start,
  type StoreLaw,
} from './samples.ts';

function child(key: string, detached = false): TaskRecord {
  return queued(key, {
    parentTaskKey: 'parent',
    rootTaskKey: 'parent',
    child: { name: undefined, weight: 1, detached },
  });
}

async function finish(store: Store, record: TaskRecord | undefined, afterMs: number): Promise<void> {
  assert.ok(record);
  const { ok } = await commit(
    store,
    replace(record, next(record, 'success', { completedAt: start + afterMs })),
  );
  assert.ok(ok);
}

const pruneAll = (store: Store, afterMs: number) =>
  store.records.prune(pruning({ now: start + afterMs, success: keepNone, error: keepNone }));

const sums = { open: 2, weight: 3, done: 50 };

const checkLaws: readonly StoreLaw[] = [
  {
    name: 'a check changes nothing, and lets its group pass where the record is as it was seen',
    async run(store) {
      const [a] = await inserted(store, queued('a'));
      const { ok, records } = await commit(
        store,
        { kind: 'check', key: 'a', sequence: 1, fence: 0 },
        insert(queued('b')),
      );
      assert.deepEqual([ok, records[0], records[1]?.key], [true, a, 'b']);
      assert.deepEqual(await readOne(store, 'a'), a);
    },
  },
  {
    name: 'a check of a record that has moved on, or is not there, refuses its group',
    async run(store) {
      const [a] = await inserted(store, queued('a'));
      const late = [
        { key: 'a', sequence: 2, fence: 0 },
        { key: 'a', sequence: 1, fence: 1 },
        { key: 'none', sequence: 1, fence: 0 },
      ];
      for (const seen of late) {
        const check = { kind: 'check', ...seen } as const;
        const { ok, records, refused } = await commit(store, insert(queued('b')), check);
        assert.deepEqual(
          { ok, records, refused },
          { ok: false, records: [undefined, seen.key === 'a' ? a : undefined], refused: check },
        );
      }
      assert.equal(await readOne(store, 'b'), undefined);
    },
  },
];

const sumLaws: readonly StoreLaw[] = [
  {
    name: 'what is added to the sums of a parent adds up, and changes nothing else of it',
    async run(store) {
      const [parent] = await inserted(store, queued('parent'));
      const { records } = await commit(store, { kind: 'add', key: 'parent', ...sums });
      assert.deepEqual(records, [{ ...parent, children: sums }]);
      await commit(store, { kind: 'add', key: 'parent', open: -1, weight: 0, done: 0.5 });
      assert.deepEqual(await readOne(store, 'parent'), {
        ...parent,
        children: { open: 1, weight: 3, done: 50.5 },
      });
    },
  },
  {
    name: 'an addition is no conflict for whoever has seen the record before, and survives what that one commits',
    async run(store) {
      const [parent] = await inserted(store, queued('parent'));
      assert.ok(parent);
      await commit(store, { kind: 'add', key: 'parent', ...sums });
      const { ok, records } = await commit(store, replace(parent, next(parent, 'running.active')));
      assert.deepEqual([ok, records], [true, [{ ...next(parent, 'running.active'), children: sums }]]);
    },
  },
  {
    name: 'a step and an addition to the same record go together, and the verdict shows it after both',
    async run(store) {
      const [parent] = await inserted(store, queued('parent'));
      assert.ok(parent);
      const step = next(parent, 'running.active');
      const { ok, records } = await commit(store, replace(parent, step), {
        kind: 'add',
        key: 'parent',
        ...sums,
      });
      const after = { ...step, children: sums };
      assert.deepEqual([ok, records], [true, [after, after]]);
    },
  },
  {
    name: 'no replacement changes the sums',
    async run(store) {
      const [parent] = await inserted(store, queued('parent'));
      assert.ok(parent);
      await commit(store, { kind: 'add', key: 'parent', ...sums });
      await commit(
        store,
        replace(parent, { ...next(parent, 'queued'), children: { open: 9, weight: 9, done: 9 } }),
      );
      assert.deepEqual((await readOne(store, 'parent'))?.children, sums);
    },
  },
  {
    name: 'an addition to a record that is not there refuses nothing and makes nothing',
    async run(store) {
      const { ok, records } = await commit(store, { kind: 'add', key: 'gone', ...sums }, insert(queued('a')));
      assert.deepEqual([ok, records.map((record) => record?.key)], [true, [undefined, 'a']]);
      assert.equal(await readOne(store, 'gone'), undefined);
    },
  },
  {
    name: 'an addition in a group that is refused is not made',
    async run(store) {
      const [parent] = await inserted(store, queued('parent'), queued('taken'));
      assert.equal(
        (await commit(store, { kind: 'add', key: 'parent', ...sums }, insert(queued('taken')))).ok,
        false,
      );
      assert.deepEqual(await readOne(store, 'parent'), parent);
    },
  },
];

const childLaws: readonly StoreLaw[] = [
  {
    name: 'the children of a parent are found in order of creation, page by page',
    async run(store) {
      await inserted(store, child('a'), queued('parent'), child('b'), queued('x'), child('c'));
      const filter = { parentTaskKeys: ['parent'] };
      assert.deepEqual(await keysOf(store, filter), ['a', 'b', 'c']);
      const [first] = await store.records.query({ filter, after: 0, limit: 1 });
      const rest = await store.records.query({ filter, after: first?.order ?? 0, limit: 9 });
      assert.deepEqual(
        rest.map(({ key }) => key),
        ['b', 'c'],
      );
    },
  },
  {
    name: 'a child is not removed before its parent has ended, and is found as long',
    async run(store) {
      const [parent, a] = await inserted(store, queued('parent'), child('a'));
      await finish(store, a, 10);
      await finished(store, 'other', 20);
      assert.equal((await pruneAll(store, 1_000)).count, 1);
      assert.deepEqual(await keysOf(store), ['parent', 'a']);
      await finish(store, parent, 2_000);
      assert.equal((await pruneAll(store, 3_000)).count, 2);
      assert.deepEqual(await keysOf(store), []);
    },
  },
  {
    name: 'a detached child, and one whose parent is gone, go in their own time',
    async run(store) {
      const [detached] = await inserted(store, child('detached', true), queued('parent'));
      await finish(store, detached, 10);
      await pruneAll(store, 1_000);
      assert.deepEqual(await keysOf(store), ['parent']);
      const parent = await readOne(store, 'parent');
      await finish(store, parent, 1_000);
      await pruneAll(store, 2_000);
      const [orphan] = await inserted(store, child('orphan'));
      await finish(store, orphan, 2_000);
      await pruneAll(store, 3_000);
      assert.deepEqual(await keysOf(store), []);
    },
  },
];

export const familyLaws: readonly StoreLaw[] = [...checkLaws, ...sumLaws, ...childLaws];
