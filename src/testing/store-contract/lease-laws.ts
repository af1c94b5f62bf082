import assert from 'node:assert/strict';
import type { LeaseBook, Store, Write } from '../../index.ts';
import {
  commit,
  inserted,
  keysOf,
  next,
  otherWorker,
  queued,
  readOne,
  replace,
  type StoreLaw,
  worker,
} from './samples.ts';

function bookOf({ leases }: Store): LeaseBook {
  assert.ok(leases, 'Expected a store with leases; one that dies with its process says `{ leases: false }`.');
  return leases;
}

function law(name: string, run: (book: LeaseBook, store: Store) => Promise<void>): StoreLaw {
  return { name, run: async (store) => run(bookOf(store), store) };
}

/** Claims a queued task for the worker, as its dispatcher does. */
async function claimed(store: Store, key: string, holder: string) {
  const [record] = await inserted(store, queued(key));
  assert.ok(record);
  return commit(store, replace(record, next(record, 'running.active', { worker: holder, fence: 1 })));
}

/** What holds of a store whose processes may be lost. */
export const leaseLaws: readonly StoreLaw[] = [
  law('a beat shows every worker, and grows the number of its own alone', async (book) => {
    const first = await book.beat(worker);
    const second = await book.beat(otherWorker);
    const third = await book.beat(otherWorker);
    assert.deepEqual([...first.keys()], [worker]);
    assert.equal(
      third.get(worker),
      first.get(worker),
      'Expected the number of a silent worker to stand still.',
    );
    assert.ok(
      (third.get(otherWorker) ?? 0) > (second.get(otherWorker) ?? 0),
      'Expected a beat to be counted.',
    );
    assert.deepEqual(await book.beats(), third);
    assert.deepEqual(await book.beats(), third, 'Expected looking to change nothing.');
  }),
  law('what a beat has shown does not change afterwards', async (book) => {
    const seen = await book.beat(worker);
    const count = seen.get(worker);
    await book.beat(worker);
    assert.equal(seen.get(worker), count);
  }),
  law('a lease is ended only if it stands still, and stays ended', async (book) => {
    const beats = (await book.beat(worker)).get(worker) ?? 0;
    await book.beat(worker);
    assert.equal(await book.end(worker, beats), false, 'Expected a worker that has beaten again to live.');
    assert.equal(await book.end(worker, beats + 1), true);
    assert.equal(await book.end(worker, beats), true, 'Expected a lease that is over to be over.');
    assert.equal((await book.beat(worker)).get(worker), 0, 'Expected no beat to begin it again.');
  }),
  law('a worker that is retired has no lease, and may begin another', async (book) => {
    await book.beat(worker);
    await book.beat(worker);
    await book.end(worker, 2);
    await book.retire(worker);
    await book.retire('never seen');
    assert.deepEqual([...(await book.beats())], []);
    assert.equal(await book.end(worker, 2), false, 'Expected a lease that is not there not to be ended.');
    assert.equal((await book.beat(worker)).get(worker), 1);
  }),
  law(
    'a worker that holds a task is not retired, whether its lease goes on or is over',
    async (book, store) => {
      await book.beat(worker);
      const { records } = await claimed(store, 'a', worker);
      const [held] = records;
      assert.ok(held);
      await book.retire(worker);
      assert.equal((await book.beats()).get(worker), 1, 'Expected the lease to go on.');
      await book.end(worker, 1);
      await book.retire(worker);
      assert.equal((await book.beats()).get(worker), 0, 'Expected the lease to be over, and there.');
      await commit(store, replace(held, next(held, 'success', { worker: undefined })));
      await book.retire(worker);
      assert.deepEqual([...(await book.beats())], []);
    },
  ),
  law('a worker that has created a task is not retired before that has ended', async (book, store) => {
    await book.beat(worker);
    const [created] = await inserted(store, queued('a', {}, { driver: 'creator', worker }));
    assert.ok(created);
    await book.retire(worker);
    assert.equal((await book.beats()).get(worker), 1);
    await commit(store, replace(created, next(created, 'success')));
    await book.retire(worker);
    assert.deepEqual([...(await book.beats())], []);
  }),
  law('what is leased happens under a lease, or not at all', async (book, store) => {
    const [record] = await inserted(store, queued('claimed'));
    assert.ok(record);
    const running = next(record, 'running.active', { worker, fence: 1 });
    const claim: Write = { ...replace(record, running), leased: true };
    const create: Write = { kind: 'insert', record: queued('created'), leased: true };
    const isRefused = async (when: string) => {
      for (const write of [claim, create]) {
        const { ok, isLeaseOver, refused } = await commit(store, write);
        const what = `Expected no ${write.kind} under a lease that ${when}.`;
        assert.deepEqual([ok, isLeaseOver, refused], [false, true, write], what);
      }
      assert.equal((await readOne(store, 'claimed'))?.leaf, 'queued');
      assert.equal(await readOne(store, 'created'), undefined);
    };
    await book.beat(otherWorker);
    await isRefused('never began');
    await book.beat(worker);
    await book.end(worker, 1);
    await isRefused('is over');
    await book.retire(worker);
    await isRefused('was retired');
    await book.beat(worker);
    for (const write of [claim, create]) assert.equal((await commit(store, write)).ok, true);
  }),
  law('what is leased and has moved on is refused for that', async (_book, store) => {
    const [record] = await inserted(store, queued('a'));
    assert.ok(record);
    const claim: Write = { ...replace(record, next(record, 'running.active', { worker })), leased: true };
    await commit(store, replace(record, next(record, 'success')));
    for (const write of [claim, { kind: 'insert', record, leased: true } as const]) {
      const { ok, isLeaseOver } = await commit(store, write);
      assert.deepEqual([ok, isLeaseOver === true], [false, false]);
    }
  }),
  law('a task that came under a lease before it was over can be changed by all', async (book, store) => {
    await book.beat(worker);
    const { records } = await claimed(store, 'a', worker);
    const [held] = records;
    await book.end(worker, 1);
    assert.ok(held);
    const asked = await commit(store, replace(held, next(held, 'running.canceling', { cancelled: true })));
    assert.equal(asked.ok, true);
    const [canceling] = asked.records;
    assert.ok(canceling);
    const left = next(canceling, 'queued', { worker: undefined, fence: 2 });
    assert.equal((await commit(store, replace(canceling, left))).ok, true);
  }),
  law('what a worker holds is found by its name', async (_book, store) => {
    await claimed(store, 'a', worker);
    await claimed(store, 'b', otherWorker);
    await inserted(store, queued('c'), queued('d', {}, { driver: 'creator', worker }));
    assert.deepEqual(await keysOf(store, { workers: [worker] }), ['a', 'd']);
    assert.deepEqual(await keysOf(store, { workers: [worker, otherWorker] }), ['a', 'b', 'd']);
    assert.deepEqual(await keysOf(store, { workers: [worker], states: ['running'] }), ['a']);
    assert.deepEqual(await keysOf(store, { workers: [] }), []);
  }),
];

/** What holds of a store that is gone with its process. */
export const withoutLeases: readonly StoreLaw[] = [
  {
    name: 'a store that dies with its process has no leases',
    run: async ({ leases }) => assert.equal(leases, undefined),
  },
];
