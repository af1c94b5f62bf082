import assert from 'node:assert/strict';
import type { Store, TakeRequest } from '../../index.ts';
import { listener, offer, start, type StoreLaw, taken } from './samples.ts';

function take(store: Store, request: Partial<TakeRequest> = {}) {
  return store.dispatch.take({
    limit: 1_000,
    types: ['type a'],
    childrenOnly: false,
    now: start,
    ...request,
  });
}

const orderLaws: readonly StoreLaw[] = [
  {
    name: 'the higher priority is taken first, and within one the first that was offered',
    async run({ dispatch }) {
      await dispatch.offer([offer('a'), offer('b', { priority: 5 }), offer('c', { priority: -1 })]);
      await dispatch.offer([offer('d', { priority: 5 }), offer('e')]);
      const { keys } = await dispatch.take({ limit: 9, types: ['type a'], childrenOnly: false, now: start });
      assert.deepEqual(keys, ['b', 'd', 'a', 'e', 'c']);
    },
  },
  {
    name: 'several types are taken in one order',
    async run(store) {
      const types = ['x', 'y', 'z'];
      await store.dispatch.offer(
        types.flatMap((type, i) =>
          [0, 1].map((n) => offer(`${type}${n}`, { type, priority: i === 1 ? n : 0 })),
        ),
      );
      assert.deepEqual((await take(store, { types })).keys, ['y1', 'x0', 'x1', 'y0', 'z0', 'z1']);
    },
  },
  {
    name: 'no more than the limit is taken, and what is taken is gone until it is offered again',
    async run(store) {
      await store.dispatch.offer(['a', 'b', 'c'].map((key) => offer(key)));
      assert.deepEqual(await taken(store, 0), []);
      assert.deepEqual(await taken(store, 2), ['a', 'b']);
      assert.deepEqual(await taken(store), ['c']);
      assert.deepEqual(await taken(store), []);
      await store.dispatch.offer([offer('b')]);
      assert.deepEqual(await taken(store), ['b']);
    },
  },
  {
    name: 'an offer is taken by one alone, however many take at once',
    async run(store) {
      const keys = Array.from({ length: 20 }, (_, index) => `${index}`);
      await store.dispatch.offer(keys.map((key) => offer(key)));
      const parts = await Promise.all(Array.from({ length: 8 }, () => taken(store, 3)));
      assert.deepEqual(parts.flat().toSorted(), keys.toSorted());
    },
  },
];

const typeLaws: readonly StoreLaw[] = [
  {
    name: 'only the types that are asked for are taken; the others that are due are named',
    async run(store) {
      await store.dispatch.offer([
        offer('a'),
        offer('b', { type: 'x' }),
        offer('c', { type: 'y' }),
        offer('d', { type: 'y' }),
      ]);
      const { keys, otherTypes } = await take(store);
      assert.deepEqual(keys, ['a']);
      assert.deepEqual(otherTypes.toSorted(), ['x', 'y']);
      const none = await take(store, { types: [] });
      assert.deepEqual([none.keys, none.otherTypes.toSorted()], [[], ['x', 'y']]);
      const rest = await take(store, { types: ['y', 'type a', 'x'] });
      assert.deepEqual([rest.keys, rest.otherTypes], [['b', 'c', 'd'], []]);
    },
  },
  {
    name: 'a type is named no longer when nothing of it is due',
    async run(store) {
      await store.dispatch.offer([
        offer('a', { type: 'x' }),
        offer('b', { type: 'y', startAt: start + 1 }),
        offer('c', { type: 'z' }),
      ]);
      await take(store, { types: ['x'] });
      await store.dispatch.withdraw(['c']);
      assert.deepEqual((await take(store)).otherTypes, []);
      assert.deepEqual((await take(store, { now: start + 1 })).otherTypes, ['y']);
    },
  },
];

const timeLaws: readonly StoreLaw[] = [
  {
    name: 'an offer is not taken before its time, and is at it',
    async run(store) {
      await store.dispatch.offer([offer('late', { startAt: start + 10 }), offer('now')]);
      assert.deepEqual(await taken(store, 9, start), ['now']);
      assert.deepEqual(await taken(store, 9, start + 9), []);
      assert.deepEqual(await taken(store, 9, start + 10), ['late']);
    },
  },
  {
    name: 'nextAt is the earliest time for which an offer of any type waits',
    async run(store) {
      assert.equal((await take(store)).nextAt, undefined);
      await store.dispatch.offer([
        offer('c', { startAt: start + 30 }),
        offer('a', { startAt: start + 20, type: 'x' }),
      ]);
      assert.equal((await take(store)).nextAt, start + 20);
      assert.equal((await take(store, { now: start + 20 })).nextAt, start + 30);
      assert.equal((await take(store, { now: start + 30 })).nextAt, undefined);
      await store.dispatch.offer([offer('b', { startAt: start + 50 })]);
      await store.dispatch.withdraw(['b']);
      assert.equal((await take(store, { now: start + 30 })).nextAt, undefined);
    },
  },
  {
    name: 'what has become due stands by its priority, and within one where it was offered',
    async run(store) {
      await store.dispatch.offer([
        offer('a', { startAt: start + 5 }),
        offer('b'),
        offer('c', { startAt: start + 3 }),
      ]);
      await store.dispatch.offer([offer('d', { startAt: start + 9, priority: 1 })]);
      assert.deepEqual(await taken(store, 9, start + 9), ['d', 'a', 'b', 'c']);
    },
  },
];

const changeLaws: readonly StoreLaw[] = [
  {
    name: 'an offer that is repeated keeps its place',
    async run(store) {
      await store.dispatch.offer([offer('a'), offer('b'), offer('c', { startAt: start + 1 })]);
      await store.dispatch.offer([offer('b'), offer('d')]);
      await store.dispatch.offer([offer('a'), offer('a'), offer('c', { startAt: start + 1 })]);
      assert.deepEqual(await taken(store, 9, start + 1), ['a', 'b', 'c', 'd']);
      assert.deepEqual(await taken(store, 9, start + 1), []);
    },
  },
  {
    name: 'an offer that is repeated when it was due already keeps its place',
    async run(store) {
      await store.dispatch.offer([offer('a', { startAt: start + 1 }), offer('b')]);
      await store.dispatch.take({ limit: 0, types: ['type a'], childrenOnly: false, now: start + 2 });
      await store.dispatch.offer([offer('c'), offer('a', { startAt: start + 1 })]);
      assert.deepEqual(await taken(store, 9, start + 2), ['a', 'b', 'c']);
    },
  },
  {
    name: 'an offer with another priority or time takes the place of the one before',
    async run(store) {
      await store.dispatch.offer(['a', 'b', 'c'].map((key) => offer(key)));
      await store.dispatch.offer([offer('b', { priority: 1 }), offer('a', { startAt: start + 5 })]);
      assert.deepEqual(await taken(store, 9, start), ['b', 'c']);
      assert.deepEqual(await taken(store, 9, start + 5), ['a']);
      assert.deepEqual(await taken(store, 9, start + 9), []);
    },
  },
  {
    name: 'what was withdrawn is not taken, whether it is due or waits; what is unknown is ignored',
    async run(store) {
      await store.dispatch.offer([
        offer('a'),
        offer('b'),
        offer('c', { startAt: start + 5 }),
        offer('d', { startAt: start + 5 }),
      ]);
      await store.dispatch.withdraw(['a', 'c', 'unknown']);
      assert.deepEqual(await taken(store, 9, start + 5), ['b', 'd']);
      await store.dispatch.withdraw(['b']);
      await store.dispatch.offer([offer('a')]);
      assert.deepEqual(await taken(store), ['a']);
    },
  },
  {
    name: 'whoever listens is hinted at offers, after they can be taken',
    async run(store) {
      const { promise, resolve } = Promise.withResolvers<readonly string[]>();
      store.dispatch.offers(() => void taken(store).then((keys) => keys.length > 0 && resolve(keys)));
      await store.dispatch.offer([offer('a')]);
      assert.deepEqual(await promise, ['a']);
    },
  },
  {
    name: 'every listener is hinted, and one that has left is not',
    async run(store) {
      const [left, second, third] = [listener(), listener(), listener()];
      const leave = store.dispatch.offers(() => left.hint(['left']));
      store.dispatch.offers(() => second.hint());
      store.dispatch.offers(() => third.hint());
      leave();
      await store.dispatch.offer([offer('a')]);
      await Promise.all([second.times(1), third.times(1)]);
      assert.deepEqual(left.heard, []);
    },
  },
];

export const dispatchLaws: readonly StoreLaw[] = [...orderLaws, ...typeLaws, ...timeLaws, ...changeLaws];
