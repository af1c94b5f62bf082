import assert from 'node:assert/strict';
import type { Creation, RecordFilter, Store } from '../../index.ts';
import {
  commit,
  inserted,
  keysOf,
  next,
  queued,
  reached,
  replace,
  start,
  type StoreLaw,
  worker,
} from './samples.ts';

/** For each member of the filter: the records that it chooses among, a filter of one value, one of two, and who passes. */
interface FilterSample {
  readonly member: keyof RecordFilter;
  readonly creations: Readonly<Record<string, Partial<Creation>>>;
  readonly one: RecordFilter;
  readonly two: RecordFilter;
}

const filterSamples: readonly FilterSample[] = [
  {
    member: 'types',
    creations: { first: { type: 'x' }, second: { type: 'y' }, none: { type: 'z' } },
    one: { types: ['x'] },
    two: { types: ['y', 'x'] },
  },
  {
    member: 'typesOtherThan',
    creations: { first: { type: 'x' }, second: { type: 'y' }, none: { type: 'z' } },
    one: { typesOtherThan: ['y', 'z'] },
    two: { typesOtherThan: ['z'] },
  },
  {
    member: 'entities',
    creations: { first: { entity: 'x' }, second: { entity: 'y' }, none: {} },
    one: { entities: ['x'] },
    two: { entities: ['x', 'y', 'w'] },
  },
  {
    member: 'tags',
    creations: { first: {}, second: { changeTag: 'y' }, none: { changeTag: 'z' } },
    one: { tags: [''] },
    two: { tags: ['', 'y'] },
  },
  {
    member: 'activationIds',
    creations: { first: { activationId: 'x' }, second: { activationId: 'y' }, none: {} },
    one: { activationIds: ['x'] },
    two: { activationIds: ['x', 'y'] },
  },
  {
    member: 'parentTaskKeys',
    creations: { first: { parentTaskKey: 'x' }, second: { parentTaskKey: 'y' }, none: {} },
    one: { parentTaskKeys: ['x'] },
    two: { parentTaskKeys: ['x', 'y'] },
  },
  {
    member: 'rootTaskKeys',
    creations: { first: { rootTaskKey: 'x' }, second: { rootTaskKey: 'y' }, none: {} },
    one: { rootTaskKeys: ['x'] },
    two: { rootTaskKeys: ['x', 'y'] },
  },
];

const filterLaws: readonly StoreLaw[] = filterSamples.map(({ member, creations, one, two }) => ({
  name: `a query by ${member} finds whatever has one of the values, and nothing else`,
  async run(store) {
    await inserted(store, ...Object.entries(creations).map(([key, creation]) => queued(key, creation)));
    assert.deepEqual(await keysOf(store, one), ['first']);
    assert.deepEqual(await keysOf(store, two), ['first', 'second']);
  },
}));

/** One record in each state, and a running one at each of two leaves. */
async function oneOfEach(store: Store): Promise<void> {
  await inserted(store, queued('queued'));
  for (const leaf of ['running.active', 'running.canceling', 'success', 'error']) {
    await reached(store, leaf, { completedAt: leaf.startsWith('running') ? undefined : 1 }, queued(leaf));
  }
}

export const queryLaws: readonly StoreLaw[] = [
  {
    name: 'read gives the records in the order of the keys, undefined where there is none',
    async run(store) {
      const [a, b] = await inserted(store, queued('a'), queued('b'));
      assert.deepEqual(await store.records.read(['b', 'none', 'a', 'b']), [b, undefined, a, b]);
      assert.deepEqual(await store.records.read([]), []);
    },
  },
  ...filterLaws,
  {
    name: 'a query by states finds running tasks at every leaf of running',
    async run(store) {
      await oneOfEach(store);
      assert.deepEqual(await keysOf(store, { states: ['running'] }), ['running.active', 'running.canceling']);
      assert.deepEqual(await keysOf(store, { states: ['error', 'queued'] }), ['queued', 'error']);
    },
  },
  {
    name: 'a query by driver finds what that one drives',
    async run(store) {
      await inserted(store, queued('a'), queued('b', {}, { driver: 'creator' }));
      assert.deepEqual(await keysOf(store, { driver: 'supervisor' }), ['a']);
      assert.deepEqual(await keysOf(store, { driver: 'creator' }), ['b']);
    },
  },
  {
    name: 'a query by workers finds what one of them runs now',
    async run(store) {
      await inserted(store, queued('nobody'));
      const first = await reached(store, 'running.active', { worker: 'x' }, queued('first'));
      await reached(store, 'running.active', { worker: 'y' }, queued('second'));
      await reached(store, 'running.joining', { worker: 'z' }, queued('third'));
      assert.deepEqual(await keysOf(store, { workers: ['x'] }), ['first']);
      assert.deepEqual(await keysOf(store, { workers: ['y', 'x', 'w'], states: ['running'] }), [
        'first',
        'second',
      ]);
      await commit(store, replace(first, next(first, 'queued', { worker: undefined })));
      assert.deepEqual(await keysOf(store, { workers: ['x'] }), []);
      assert.deepEqual(await keysOf(store, { workers: [] }), []);
    },
  },
  {
    name: 'a query for what is overdue finds what has not ended by its deadline',
    async run(store) {
      const due = { deadlineAt: start + 500 };
      await inserted(
        store,
        queued('none'),
        queued('waits', {}, due),
        queued('later', {}, { deadlineAt: start + 501 }),
      );
      await reached(store, 'running.active', { worker: 'x' }, queued('runs', {}, due));
      await reached(store, 'error', {}, queued('ended', {}, due));
      assert.deepEqual(await keysOf(store, { overdueAt: start + 499 }), []);
      assert.deepEqual(await keysOf(store, { overdueAt: start + 500 }), ['waits', 'runs']);
      assert.deepEqual(await keysOf(store, { overdueAt: start + 501 }), ['waits', 'later', 'runs']);
      assert.deepEqual(await keysOf(store, { overdueAt: start + 500, states: ['queued'] }), ['waits']);
      assert.deepEqual(await keysOf(store, { overdueAt: start + 500, types: ['another'] }), []);
      assert.deepEqual(await keysOf(store, { overdueAt: start + 500, workers: ['x'] }), ['runs']);
    },
  },
  {
    name: 'a query with several members finds what passes all of them',
    async run(store) {
      const rows = [
        ['x', 'y'],
        ['x', 'n'],
        ['n', 'y'],
        ['x', 'y'],
      ] as const;
      await inserted(store, ...rows.map(([type, entity], index) => queued(`${index}`, { type, entity })));
      assert.deepEqual(await keysOf(store, { types: ['x'], entities: ['y'], states: ['queued'] }), [
        '0',
        '3',
      ]);
      assert.deepEqual(await keysOf(store, { types: ['x'], entities: ['y'], states: ['running'] }), []);
    },
  },
  {
    name: 'a query with an empty list finds nothing, one with an unset member ignores it',
    async run(store) {
      await inserted(store, queued('a'));
      assert.deepEqual(await keysOf(store, { types: [] }), []);
      assert.deepEqual(await keysOf(store, { typesOtherThan: [] }), ['a']);
      assert.deepEqual(await keysOf(store, { types: undefined, entities: undefined }), ['a']);
    },
  },
  {
    name: 'a query tells a record by what it is now, not by what it was',
    async run(store) {
      const [first] = await inserted(store, queued('a'));
      assert.ok(first);
      await commit(store, replace(first, next(first, 'running.active')));
      assert.deepEqual(await keysOf(store, { states: ['queued'] }), []);
      assert.deepEqual(await keysOf(store, { states: ['running'] }), ['a']);
    },
  },
  {
    name: 'pages follow one another without a gap and without anything twice, whatever is inserted meanwhile',
    async run(store) {
      const keys = Array.from({ length: 23 }, (_, index) => `${index}`);
      await inserted(store, ...keys.map((key, index) => queued(key, { type: index % 3 === 0 ? 'x' : 'y' })));
      const found: string[] = [];
      for (let after = 0, late = 0; ;) {
        const page = await store.records.query({ filter: { types: ['y'] }, after, limit: 4 });
        assert.ok(page.length <= 4, `Expected at most 4, got ${page.length}.`);
        if (page.length === 0) break;
        found.push(...page.map(({ key }) => key));
        after = page.at(-1)?.order ?? 0;
        if (late < 3) await inserted(store, queued(`late ${(late += 1)}`, { type: 'y' }));
      }
      const expected = [...keys.filter((_, index) => index % 3 !== 0), 'late 1', 'late 2', 'late 3'];
      assert.deepEqual(found, expected);
    },
  },
  {
    name: 'counts tell how many are in each state, after inserts, steps and refusals',
    async run(store) {
      assert.deepEqual(await store.records.counts(), { queued: 0, running: 0, success: 0, error: 0 });
      await oneOfEach(store);
      await store.records.commit([[{ kind: 'insert', record: queued('queued') }]], worker, start);
      assert.deepEqual(await store.records.counts(), { queued: 1, running: 2, success: 1, error: 1 });
    },
  },
];
