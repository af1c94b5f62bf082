import assert from 'node:assert/strict';
import { localized } from '../../../machines/index.ts';
import type { Group, Store, Verdict, Write } from '../../index.ts';
import {
  commit,
  insert,
  inserted,
  keyOf,
  keysOf,
  next,
  otherWorker,
  queued,
  readOne,
  replace,
  start,
  type StoreLaw,
  worker,
} from './samples.ts';

async function verdictOf(store: Store, ...group: Group): Promise<[ok: boolean, records: Verdict['records']]> {
  const { ok, records, refused } = await commit(store, ...group);
  assert.equal(refused === undefined, ok, 'Expected exactly a refusal to name the write that was refused.');
  return [ok, records];
}

/** A record none of whose members has its first value. */
const full = () =>
  queued(
    'full',
    {
      input: '[{"path":1},"ä 💡 \\u0000 \' \\" \\n"]',
      priority: -3,
      reason: { kind: 'alarm', alarm: { name: 'disk', level: 0.5 } },
      entity: 'entity',
      entityName: 'Entity',
      changeTag: 'tag',
      activationId: 'activation',
      parentTaskKey: 'parent',
      rootTaskKey: 'root',
      owner: 'none',
    },
    {
      driver: 'creator',
      cancelable: false,
      cancelled: true,
      attempts: [{ startedAt: 1, endedAt: 2.5, error: localized({ name: 'Timedout' }) }],
      startAt: 3,
      description: { key: 'a.phase', message: 'Reading', arg: { of: 7 } },
      customValue: { note: 'n', '': '' },
      error: localized(
        { name: 'SystemError', faultCause: localized({ name: 'NotSupported' }), code: 7 },
        'It failed.',
      ),
      result: '"result"',
      progress: 0,
    },
  );

async function assertUnchanged(store: Store, key: string, record: unknown): Promise<void> {
  assert.deepEqual(await readOne(store, key), record, 'Expected a refused group to leave no trace.');
}

export const commitLaws: readonly StoreLaw[] = [
  {
    name: 'an inserted record is there for every reader, as it was given',
    async run(store) {
      const { ok, records } = await commit(store, insert(full()));
      assert.equal(ok, true);
      const record = { ...full(), order: records[0]?.order };
      // Strictly: after a lost answer the runtime knows its own record again by comparing it.
      assert.deepEqual(records, [record]);
      assert.deepEqual(await readOne(store, 'full'), record);
      assert.deepEqual(await store.records.query({ filter: {}, after: 0, limit: 10 }), [record]);
    },
  },
  {
    name: 'the order of creation is given at insertion, grows from 1 and never changes',
    async run(store) {
      const [a, b, c] = await inserted(store, queued('c'), queued('a'), queued('b'));
      assert.ok(a && b && c);
      assert.ok(
        a.order >= 1 && a.order < b.order && b.order < c.order,
        `Expected growing orders, got ${[a, b, c].map((r) => r.order).join(', ')}`,
      );
      const moved = await commit(store, replace(a, next(a, 'running.active')));
      assert.equal(moved.records[0]?.order, a.order);
      assert.deepEqual(await keysOf(store), ['c', 'a', 'b']);
    },
  },
  {
    name: 'the insertion of a key that is taken conflicts, and shows who has it',
    async run(store) {
      const [first] = await inserted(store, queued('a'));
      const verdict = await commit(store, insert(queued('a', { type: 'type b' })));
      assert.deepEqual([verdict.ok, verdict.records], [false, [first]]);
      await assertUnchanged(store, 'a', first);
    },
  },
  {
    name: 'a replacement takes the place of the record that it names',
    async run(store) {
      const [first] = await inserted(store, queued('a'));
      assert.ok(first);
      const second = next(first, 'running.active', { fence: 1, worker });
      assert.deepEqual(await verdictOf(store, replace(first, second)), [true, [second]]);
      assert.deepEqual(await readOne(store, 'a'), second);
    },
  },
  {
    name: 'a replacement that names an older sequence conflicts, and shows the newest record',
    async run(store) {
      const [first] = await inserted(store, queued('a'));
      assert.ok(first);
      const second = next(first, 'queued', { cancelable: false });
      await commit(store, replace(first, second));
      assert.deepEqual(await verdictOf(store, replace(first, next(first, 'error'))), [false, [second]]);
      await assertUnchanged(store, 'a', second);
    },
  },
  {
    name: 'a replacement that names another fence conflicts, though its sequence is right',
    async run(store) {
      const [first] = await inserted(store, queued('a', {}, { fence: 4 }));
      assert.ok(first);
      const late = { ...replace(first, next(first, 'success')), fence: 3 };
      assert.deepEqual(await verdictOf(store, late), [false, [first]]);
      await assertUnchanged(store, 'a', first);
    },
  },
  {
    name: 'a replacement of a record that is not there conflicts, and shows nothing',
    async run(store) {
      const gone = queued('gone');
      assert.deepEqual(await verdictOf(store, replace(gone, next(gone, 'error'))), [false, [undefined]]);
      assert.equal(await readOne(store, 'gone'), undefined);
    },
  },
  {
    name: 'a group is committed whole',
    async run(store) {
      const [first] = await inserted(store, queued('a'));
      assert.ok(first);
      const second = next(first, 'running.active');
      const { ok, records } = await commit(
        store,
        replace(first, second),
        insert(queued('b')),
        insert(queued('c')),
      );
      assert.equal(ok, true);
      assert.deepEqual(await store.records.read(['a', 'b', 'c']), records);
      assert.deepEqual(records[0], second);
    },
  },
  {
    name: 'one conflict refuses its whole group, wherever it stands, and one record is shown for each write',
    async run(store) {
      const [a, b] = await inserted(store, queued('a'), queued('b'));
      assert.ok(a && b);
      const present = new Map([
        ['a', a],
        ['b', b],
      ]);
      const late: Write = { ...replace(b, next(b, 'error')), sequence: 7 };
      const good: [Write, Write] = [replace(a, next(a, 'error')), insert(queued('new'))];
      for (const group of [
        [late, ...good],
        [good[0], late, good[1]],
        [...good, late],
      ]) {
        const shown = group.map((write) => present.get(keyOf(write)));
        const { ok, records, refused } = await commit(store, ...group);
        assert.deepEqual({ ok, records, refused }, { ok: false, records: shown, refused: late });
        assert.deepEqual(await store.records.read(['a', 'b', 'new']), [a, b, undefined]);
      }
    },
  },
  {
    name: 'the groups of one commit do not depend on each other, and the verdicts stand in their order',
    async run(store) {
      await inserted(store, queued('taken'));
      const groups = ['a', 'taken', 'b', 'taken', 'c'].map((key) => [insert(queued(key))]);
      const verdicts = await store.records.commit(groups, worker, start);
      assert.deepEqual(
        verdicts.map(({ ok, records }) => [ok, records[0]?.key]),
        [
          [true, 'a'],
          [false, 'taken'],
          [true, 'b'],
          [false, 'taken'],
          [true, 'c'],
        ],
      );
      assert.deepEqual(await keysOf(store), ['taken', 'a', 'b', 'c']);
    },
  },
  {
    name: 'a group sees what those before it in the same commit have done',
    async run(store) {
      const first = queued('a');
      const second = next(first, 'running.active', { fence: 1 });
      const verdicts = await store.records.commit(
        [[insert(first)], [insert(first)], [replace(first, second)], [replace(first, next(first, 'error'))]],
        worker,
        start,
      );
      assert.deepEqual(
        verdicts.map(({ ok }) => ok),
        [true, false, true, false],
      );
      assert.equal(verdicts[3]?.records[0]?.leaf, 'running.active');
      assert.equal((await readOne(store, 'a'))?.leaf, 'running.active');
    },
  },
  {
    name: 'of two commits that are under way together only one replaces the record that both saw',
    async run(store) {
      const [first] = await inserted(store, queued('a'));
      assert.ok(first);
      const claims = ['x', 'y', 'z'].map((by) =>
        replace(first, next(first, 'running.active', { worker: by, fence: 1 })),
      );
      const verdicts = await Promise.all(claims.map((claim) => commit(store, claim)));
      assert.equal(verdicts.filter(({ ok }) => ok).length, 1);
      const winner = await readOne(store, 'a');
      for (const { records } of verdicts) assert.deepEqual(records, [winner]);
    },
  },
  {
    name: 'a batch that is sent again is not done twice, whatever became of it since',
    run: async (store) => {
      const batch = [[insert(queued('a'))], [insert(queued('b'))]];
      const first = await store.records.commit(batch, worker, start, 1);
      const a = await readOne(store, 'a');
      assert.ok(a);
      const moved = next(a, 'running.active');
      await store.records.commit([[replace(a, moved)]], otherWorker, start, 1);
      const again = await store.records.commit(batch, worker, start, 1);
      assert.deepEqual(
        [first, again].map((verdicts) => verdicts.map(({ ok }) => ok)),
        [
          [true, true],
          [true, true],
        ],
      );
      assert.deepEqual(again[0]?.records, [moved]);
      assert.deepEqual((await store.records.counts()).queued, 1);
    },
  },
  {
    name: 'neither of the last two batches is done twice, in whatever order they come and come again',
    run: async (store) => {
      // The last but one has been answered when another is sent.
      const numbers = [3, 3, 5, 4, 5, 4, 6, 5, 6];
      for (const number of numbers) {
        const batch = [[insert(queued(`of ${number}`))]];
        const [verdict] = await store.records.commit(batch, worker, start, number);
        assert.equal(verdict?.ok, true, `Expected batch ${number} to be accepted in ${numbers.join()}.`);
      }
      assert.equal((await store.records.counts()).queued, 4);
    },
  },
  {
    name: 'of a batch of which only a part was accepted, the rest is done when it is sent again',
    run: async (store) => {
      const batch = [[insert(queued('a'))], [insert(queued('b'))]];
      await store.records.commit(batch.slice(0, 1), worker, start, 7);
      const verdicts = await store.records.commit(batch, worker, start, 7);
      assert.deepEqual(
        verdicts.map(({ ok }) => ok),
        [true, true],
      );
      assert.equal((await store.records.counts()).queued, 2);
    },
  },
  {
    name: 'a batch of another number, or of another worker, is another batch',
    run: async (store) => {
      const batch = [[insert(queued('a'))]];
      await store.records.commit(batch, worker, start, 1);
      for (const [by, number] of [
        [worker, 2],
        [otherWorker, 1],
      ] as const) {
        const [verdict] = await store.records.commit(batch, by, start, number);
        assert.equal(verdict?.ok, false, 'Expected a key that is taken to be refused.');
      }
    },
  },
  {
    name: 'a commit of no group, and a group of no write, are accepted',
    async run(store) {
      assert.deepEqual(await store.records.commit([], worker, start), []);
      assert.deepEqual(await verdictOf(store), [true, []]);
    },
  },
];
