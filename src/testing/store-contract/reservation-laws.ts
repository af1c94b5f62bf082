import assert from 'node:assert/strict';
import type { Group, Store } from '../../index.ts';
import {
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
  reserve,
  start,
  type StoreLaw,
  worker,
} from './samples.ts';

async function commitAt(store: Store, afterMs: number, ...group: Group) {
  const [verdict] = await store.records.commit([group], worker, start + afterMs);
  assert.ok(verdict);
  return verdict;
}

/** The key for which a name stands: another one that asks for it is refused, and told. */
async function holder(store: Store, name: string, afterMs = 0): Promise<string | undefined> {
  const { ok, reservations } = await commitAt(store, afterMs, reserve(name, 'nobody'), {
    kind: 'check',
    key: 'none',
    sequence: 1,
    fence: 0,
  });
  assert.equal(ok, false, 'Expected the check to refuse the group, so that nothing is reserved.');
  return reservations?.[0]?.key;
}

const prune = (store: Store, afterMs: number) =>
  store.records.prune(pruning({ now: start + afterMs, success: keepNone, error: keepNone }));

export const reservationLaws: readonly StoreLaw[] = [
  {
    name: 'a name that is free stands for its key from then on',
    async run(store) {
      const { ok, records } = await commitAt(store, 0, insert(queued('a')), reserve('n', 'a'));
      assert.deepEqual([ok, records.map((record) => record?.key)], [true, ['a', 'a']]);
      assert.equal(await holder(store, 'n'), 'a');
      assert.equal(await holder(store, 'm'), undefined);
    },
  },
  {
    name: 'a name that stands for another key refuses its group, and shows for which, and the digest',
    async run(store) {
      const [first] = await inserted(store, queued('a'));
      await commitAt(store, 0, reserve('n', 'a', { digest: 'd', owner: 'a' }));
      const again = reserve('n', 'b', { digest: 'e' });
      const { ok, records, refused, reservations } = await commitAt(store, 0, insert(queued('b')), again);
      assert.deepEqual(
        { ok, records, refused },
        { ok: false, records: [undefined, undefined], refused: again },
      );
      const found = { name: 'n', key: 'a', digest: 'd', expiresAt: start + 1_000, owner: 'a' };
      assert.deepEqual(reservations, [found]);
      assert.deepEqual([await readOne(store, 'a'), await readOne(store, 'b')], [first, undefined]);
    },
  },
  {
    name: 'of the names of a group that is refused all are told that stand for other keys',
    async run(store) {
      await commitAt(store, 0, reserve('n', 'a'), reserve('m', 'b'), reserve('own', 'c'));
      const names = ['own', 'm', 'free', 'n'].map((name) => reserve(name, 'c'));
      const { ok, reservations = [] } = await commitAt(store, 0, ...names);
      assert.equal(ok, false);
      assert.deepEqual(
        reservations.map(({ name, key }) => [name, key]),
        [
          ['m', 'b'],
          ['n', 'a'],
        ],
      );
      assert.equal(await holder(store, 'free'), undefined);
    },
  },
  {
    name: 'a name may be reserved again for the same key',
    async run(store) {
      await commitAt(store, 0, reserve('n', 'a'));
      assert.equal((await commitAt(store, 0, reserve('n', 'a', { forMs: 5_000 }))).ok, true);
      assert.equal(await holder(store, 'n', 4_999), 'a');
    },
  },
  {
    name: 'of two groups of one commit that reserve a name the first has it',
    async run(store) {
      const groups = ['a', 'b'].map((key) => [insert(queued(key)), reserve('n', key)]);
      const verdicts = await store.records.commit(groups, worker, start);
      assert.deepEqual(
        verdicts.map(({ ok, reservations }) => [ok, reservations?.[0]?.key]),
        [
          [true, undefined],
          [false, 'a'],
        ],
      );
      assert.deepEqual(await keysOf(store), ['a']);
    },
  },
  {
    name: 'a name is not reserved by a group that is refused for something else',
    async run(store) {
      await inserted(store, queued('taken'));
      assert.equal((await commitAt(store, 0, reserve('n', 'a'), insert(queued('taken')))).ok, false);
      assert.equal((await commitAt(store, 0, reserve('n', 'b'))).ok, true);
    },
  },
  {
    name: 'a name is free from the moment at which it expires, by the time of the commit',
    async run(store) {
      await commitAt(store, 0, reserve('n', 'a'));
      assert.equal(await holder(store, 'n', 999), 'a');
      assert.equal((await commitAt(store, 1_000, reserve('n', 'b', { forMs: 9_000 }))).ok, true);
      await prune(store, 2_000);
      assert.equal(await holder(store, 'n', 2_000), 'b');
    },
  },
  {
    name: 'a name outlives the record of its key',
    async run(store) {
      await finished(store, 'a', 1);
      await commitAt(store, 2, reserve('n', 'a', { forMs: 50_000 }));
      assert.equal((await prune(store, 10)).count, 1);
      assert.equal(await holder(store, 'n', 20), 'a');
    },
  },
  {
    name: 'a name goes with the record of its owner, and not before',
    async run(store) {
      const [owner] = await inserted(store, queued('owner'));
      assert.ok(owner);
      await commitAt(store, 0, reserve('n', 'a', { owner: 'owner', forMs: Number.POSITIVE_INFINITY }));
      await prune(store, 10);
      assert.equal(await holder(store, 'n', 1e12), 'a');
      await commitAt(store, 20, replace(owner, next(owner, 'success', { completedAt: start + 20 })));
      assert.equal(await holder(store, 'n', 30), 'a');
      assert.equal((await prune(store, 40)).count, 1);
      assert.equal(await holder(store, 'n', 50), undefined);
    },
  },
  {
    name: 'a name that was taken over from an owner that goes stays with its new one',
    async run(store) {
      await finished(store, 'old', 1);
      await commitAt(store, 1, reserve('n', 'a', { owner: 'old', forMs: 10 }));
      await commitAt(store, 20, reserve('n', 'b', { forMs: 9_000 }));
      assert.equal((await prune(store, 30)).count, 1);
      assert.equal(await holder(store, 'n', 40), 'b');
    },
  },
];
