import assert from 'node:assert/strict';
import type { PruneRequest, Store } from '../../index.ts';
import {
  finished,
  insert,
  inserted,
  keepNone,
  keysOf,
  pruning,
  queued,
  reached,
  readOne,
  start,
  type StoreLaw,
} from './samples.ts';

/** Five successes, named by the milliseconds after the start at which they ended. */
async function five(store: Store): Promise<void> {
  for (const afterMs of [10, 20, 30, 40, 50]) await finished(store, `${afterMs}`, afterMs);
}

async function prune(
  store: Store,
  request: Partial<PruneRequest>,
): Promise<[count: number, nextAt: number | undefined]> {
  const { count, nextAt } = await store.records.prune(pruning(request));
  return [count, nextAt];
}

const at = (afterMs: number) => start + afterMs;
const aged = (maxAgeMs: number) => ({ maxCount: 1_000, maxAgeMs });

export const pruneLaws: readonly StoreLaw[] = [
  {
    name: 'prune removes no task that has not ended',
    async run(store) {
      await inserted(store, queued('queued'));
      await reached(store, 'running.active', {}, queued('running'));
      assert.deepEqual(await prune(store, { now: at(1e9), success: keepNone, error: keepNone }), [
        0,
        undefined,
      ]);
      assert.deepEqual(await keysOf(store), ['queued', 'running']);
    },
  },
  {
    name: 'prune removes the oldest that are too many, and nobody finds them any more',
    async run(store) {
      await five(store);
      const [count] = await prune(store, { now: at(60), success: { maxCount: 3, maxAgeMs: 1e9 } });
      assert.equal(count, 2);
      assert.deepEqual(await keysOf(store), ['30', '40', '50']);
      assert.equal(await readOne(store, '10'), undefined);
      assert.equal((await store.records.counts()).success, 3);
    },
  },
  {
    name: 'the oldest is the one that ended first, whenever it was created',
    async run(store) {
      await inserted(store, queued('created first'));
      await finished(store, 'ended first', 10);
      const record = await readOne(store, 'created first');
      assert.ok(record);
      const ended = {
        ...record,
        sequence: 2,
        leaf: 'success',
        life: { ...record.life, completedAt: at(20) },
      };
      await store.records.commit(
        [[{ kind: 'replace', record: ended, sequence: 1, fence: 0 }]],
        'worker a',
        start,
      );
      await prune(store, { now: at(30), success: { maxCount: 1, maxAgeMs: 1e9 } });
      assert.deepEqual(await keysOf(store), ['created first']);
    },
  },
  {
    name: 'prune removes what is older than its age, and says when the next one is',
    async run(store) {
      await five(store);
      assert.deepEqual(await prune(store, { now: at(125), success: aged(100) }), [2, at(130)]);
      assert.deepEqual(await keysOf(store), ['30', '40', '50']);
      assert.deepEqual(await prune(store, { now: at(129), success: aged(100) }), [0, at(130)]);
      assert.deepEqual(await prune(store, { now: at(131), success: aged(100) }), [1, at(140)]);
    },
  },
  {
    name: 'each outcome is kept by its own count and age',
    async run(store) {
      for (const ms of [1, 2, 3]) {
        await finished(store, `s${ms}`, ms, 'success');
        await finished(store, `e${ms}`, ms, 'error');
      }
      await prune(store, { now: at(10), success: { maxCount: 1, maxAgeMs: 1e9 } });
      assert.deepEqual(await keysOf(store), ['e1', 'e2', 's3', 'e3']);
      await prune(store, { now: at(10), error: { maxCount: 2, maxAgeMs: 1e9 } });
      assert.deepEqual(await keysOf(store), ['e2', 's3', 'e3']);
    },
  },
  {
    name: 'an end that was refused makes none of the others one too many',
    async run(store) {
      const ended = await finished(store, 'ended', 10);
      const [verdict] = await store.records.commit([[insert({ ...ended, sequence: 1 })]], 'worker a', start);
      assert.equal(verdict?.ok, false);
      assert.deepEqual(await prune(store, { now: at(20), success: { maxCount: 1, maxAgeMs: 1e9 } }), [
        0,
        at(10) + 1e9,
      ]);
      assert.deepEqual(await keysOf(store), ['ended']);
    },
  },
  {
    name: 'nothing goes before the least age, however many there are',
    async run(store) {
      await five(store);
      const request = { success: keepNone, minAgeMs: 100 };
      assert.deepEqual(await prune(store, { ...request, now: at(125) }), [2, at(130)]);
      assert.deepEqual(await keysOf(store), ['30', '40', '50']);
    },
  },
  {
    name: 'the most recent stay as long as they are recent, of whatever outcome',
    async run(store) {
      for (const ms of [10, 20, 30, 40])
        await finished(store, `${ms}`, ms, ms % 20 === 0 ? 'success' : 'error');
      const request = { success: keepNone, error: keepNone, recent: { maxCount: 2, maxAgeMs: 1_000 } };
      assert.deepEqual(await prune(store, { ...request, now: at(50) }), [2, at(1_030)]);
      assert.deepEqual(await keysOf(store), ['30', '40']);
      assert.deepEqual(await prune(store, { ...request, now: at(1_035) }), [1, at(1_040)]);
      assert.deepEqual(await keysOf(store), ['40']);
    },
  },
  {
    name: 'one step removes no more than its limit, the oldest first, and says that it can go on at once',
    async run(store) {
      await five(store);
      const request = { now: at(60), success: keepNone, limit: 2 };
      const [count, nextAt = Number.POSITIVE_INFINITY] = await prune(store, request);
      assert.equal(count, 2);
      assert.ok(nextAt <= at(60), `Expected more to go at once, not at ${nextAt}.`);
      assert.deepEqual(await keysOf(store), ['30', '40', '50']);
      assert.equal((await prune(store, request))[0], 2);
      assert.deepEqual(await prune(store, request), [1, undefined]);
      assert.deepEqual(await keysOf(store), []);
    },
  },
  {
    name: 'the limit holds for both outcomes together',
    async run(store) {
      for (const ms of [1, 2, 3]) {
        await finished(store, `s${ms}`, ms, 'success');
        await finished(store, `e${ms}`, ms, 'error');
      }
      const request = { now: at(10), success: keepNone, error: keepNone, limit: 4 };
      assert.equal((await prune(store, request))[0], 4);
      assert.equal((await prune(store, request))[0], 2);
    },
  },
  {
    name: 'the key and the order of what was removed are not given to another',
    async run(store) {
      const { order } = await finished(store, 'a', 1);
      await prune(store, { now: at(2), success: keepNone });
      const [later] = await inserted(store, queued('b'));
      assert.ok(later && later.order > order, `Expected an order after ${order}, got ${later?.order}.`);
    },
  },
];
