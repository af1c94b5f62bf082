import assert from 'node:assert/strict';
import {
  insert,
  inserted,
  listener,
  next,
  otherWorker,
  queued,
  replace,
  start,
  type StoreLaw,
  worker,
} from './samples.ts';

export const changeLaws: readonly StoreLaw[] = [
  {
    name: 'whoever listens is hinted at every key that another worker inserts or replaces',
    async run(store) {
      const mine = listener();
      store.records.changes(otherWorker, mine.hint);
      const [a, b] = await inserted(store, queued('a'), queued('b'));
      await mine.keys('a', 'b');
      assert.ok(a && b);
      const again = listener();
      store.records.changes(otherWorker, again.hint);
      await store.records.commit(
        [[replace(a, next(a, 'error')), replace(b, next(b, 'error'))], [insert(queued('c'))]],
        worker,
        start,
      );
      await again.keys('a', 'b', 'c');
    },
  },
  {
    name: 'the record is changed before the hint comes',
    async run(store) {
      const { promise, resolve } = Promise.withResolvers<unknown>();
      store.records.changes(otherWorker, (keys) => {
        if (keys === 'all' || keys.includes('a'))
          store.records.read(['a']).then(([record]) => resolve(record?.key));
      });
      await inserted(store, queued('a'));
      assert.equal(await promise, 'a');
    },
  },
  {
    name: 'a commit in which every group is refused hints nobody',
    async run(store) {
      await inserted(store, queued('a'));
      const other = listener();
      store.records.changes(otherWorker, other.hint);
      await store.records.commit([[insert(queued('a'))], []], worker, start);
      await inserted(store, queued('b'));
      await other.keys('b');
      assert.equal(
        other.controls,
        0,
        'Expected no hint without a key: that says that a control has changed.',
      );
    },
  },
  {
    name: 'a worker is not hinted at its own changes',
    async run(store) {
      const mine = listener();
      const other = listener();
      store.records.changes(worker, mine.hint);
      store.records.changes(otherWorker, other.hint);
      await inserted(store, queued('own'));
      await other.keys('own');
      await store.records.commit([[insert(queued('other'))]], otherWorker, start);
      await mine.keys('other');
      assert.ok(!mine.heard.includes('own'), 'Expected no hint at a change of its own.');
    },
  },
  {
    name: 'every listener is hinted, and one that has left is not',
    async run(store) {
      const [left, second, third] = [listener(), listener(), listener()];
      const leave = store.records.changes(otherWorker, left.hint);
      store.records.changes(otherWorker, second.hint);
      store.records.changes('worker c', third.hint);
      leave();
      await inserted(store, queued('a'));
      await Promise.all([second.keys('a'), third.keys('a')]);
      assert.deepEqual(left.heard, []);
    },
  },
  {
    name: 'a control is there for everybody until it is set anew or removed',
    async run(store) {
      const { records } = store;
      assert.deepEqual([...(await records.control())], []);
      await records.setControl('a', '1', worker);
      await records.setControl('b', '2', worker);
      const seen = await records.control();
      await records.setControl('a', '', otherWorker);
      await records.setControl('b', undefined, worker);
      await records.setControl('never set', undefined, worker);
      assert.deepEqual([...(await records.control())], [['a', '']]);
      assert.deepEqual(
        new Map(seen),
        new Map([
          ['a', '1'],
          ['b', '2'],
        ]),
        'Expected what was shown to stay as it was.',
      );
    },
  },
  {
    name: 'every other worker is hinted, with no key, at a control that is set or removed',
    async run(store) {
      const other = listener();
      store.records.changes(otherWorker, other.hint);
      await store.records.setControl('a', '1', worker);
      await other.times(1);
      await store.records.setControl('a', undefined, worker);
      await other.times(2);
      assert.deepEqual(other.heard, []);
    },
  },
];
