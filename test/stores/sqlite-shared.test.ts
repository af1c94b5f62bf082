import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Hint } from '../../src/index.ts';
import { sqliteStore } from '../../src/stores/sqlite.ts';
import { committed, insert, queued, start, step } from './sqlite-support.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** Two stores on one file, each with a thread and a connection of its own, as two processes have. */
function two() {
  const folder = temporaryFolder();
  const [a, b] = [sqliteStore(folder.file('tasks.db')), sqliteStore(folder.file('tasks.db'))];
  return {
    a,
    b,
    async [Symbol.asyncDispose]() {
      await Promise.all([a.close(), b.close()]);
      folder[Symbol.dispose]();
    },
  };
}

/** Resolves with the first hint that passes. */
function hinted(passes: (changed: Hint) => boolean) {
  const { promise, resolve } = Promise.withResolvers<Hint>();
  return { hint: (changed: Hint) => void (passes(changed) && resolve(changed)), promise };
}

test('what one process commits is found and hinted in the other', async () => {
  await using stores = two();
  await stores.b.records.counts();
  const heard = hinted((changed) => changed.includes('x'));
  stores.b.records.changes('worker b', heard.hint);
  await stores.a.records.commit([[insert(queued('x'))]], 'worker a', start);
  expect(await heard.promise).toEqual(['x']);
  expect((await stores.b.records.read(['x']))[0]?.leaf).toBe('queued');
});

test('several processes may make and open one file at the same time', async () => {
  using folder = temporaryFolder();
  const stores = Array.from({ length: 5 }, () => sqliteStore(folder.file('tasks.db')));
  const verdicts = await Promise.all(
    stores.map(({ records }, index) => records.commit([[insert(queued(`${index}`))]], `${index}`, start)),
  );
  expect(verdicts.flat().map(({ ok }) => ok)).toEqual([true, true, true, true, true]);
  const counts = await Promise.all(stores.map(({ records }) => records.counts()));
  expect(counts.map(({ queued: count }) => count)).toEqual([5, 5, 5, 5, 5]);
  await Promise.all(stores.map((store) => store.close()));
});

test('who listens before its file is open is told that it may have missed something', async () => {
  using folder = temporaryFolder();
  await using a = sqliteStore(folder.file('tasks.db'));
  await a.records.commit([[insert(queued('x'))]], 'worker a', start);
  await using b = sqliteStore(folder.file('tasks.db'));
  const heard = hinted(() => true);
  b.records.changes('worker b', heard.hint);
  expect(await heard.promise).toBe('all');
});

test(
  'who has not looked for longer than changes are remembered is hinted at everything',
  { timeout: 60_000 },
  async () => {
    await using stores = two();
    await stores.b.records.counts();
    const many = Array.from({ length: 21_000 }, (_, index) => [insert(queued(`k${index}`))]);
    for (let first = 0; first < many.length; first += 1_000)
      await stores.a.records.commit(many.slice(first, first + 1_000), 'worker a', start);
    for (let more = 0; more < 8; more += 1)
      await stores.a.records.commit([[insert(queued(`more ${more}`))]], 'worker a', start);
    const heard = hinted(() => true);
    stores.b.records.changes('worker b', heard.hint);
    expect(await heard.promise).toBe('all');
  },
);

test('a control that is set in one process is hinted in the other, without a key', async () => {
  await using stores = two();
  await stores.b.records.counts();
  const heard = hinted((changed) => changed.length === 0);
  stores.b.records.changes('worker b', heard.hint);
  await stores.a.records.setControl('pause:', 'paused', 'worker a');
  await heard.promise;
  expect([...(await stores.b.records.control())]).toEqual([['pause:', 'paused']]);
});

test('an offer of one process is hinted in the other, and taken by one alone', async () => {
  await using stores = two();
  await stores.b.records.counts();
  const heard = hinted(() => true);
  stores.b.dispatch.offers(() => heard.hint([]));
  const keys = Array.from({ length: 50 }, (_, index) => `${index}`);
  const type = 'sample';
  await stores.a.dispatch.offer(
    keys.map((key) => ({ key, type, priority: 0, startAt: undefined, isChild: false })),
  );
  await heard.promise;
  const request = { limit: 7, types: [type], childrenOnly: false, now: start };
  const takers = Array.from({ length: 10 }, (_, index) => (index % 2 === 0 ? stores.a : stores.b));
  const taken = await Promise.all(takers.map(({ dispatch }) => dispatch.take(request)));
  expect(taken.flatMap((one) => one.keys).toSorted()).toEqual(keys.toSorted());
});

test('of two processes that claim one task only one has it', async () => {
  await using stores = two();
  const seen = await committed(stores.a, insert(queued('x')));
  const claims = [stores.a, stores.b].map(({ records }, index) =>
    records.commit([[step(seen, 'running.active', { worker: `${index}`, fence: 1 })]], `${index}`, start),
  );
  const verdicts = (await Promise.all(claims)).flat();
  expect(verdicts.filter(({ ok }) => ok)).toHaveLength(1);
  const [winner] = await stores.a.records.read(['x']);
  expect(verdicts.map(({ records: [record] }) => record)).toEqual([winner, winner]);
});

const holdLock = `
const { DatabaseSync } = require('node:sqlite');
const database = new DatabaseSync(process.argv[1]);
database.exec('BEGIN IMMEDIATE');
process.stdout.write('locked');
process.stdin.once('data', () => { database.exec('COMMIT'); process.stdout.write('free'); });
`;

async function lockedBy(path: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['-e', holdLock, path], { stdio: ['pipe', 'pipe', 'inherit'] });
  if (child.stdout) await once(child.stdout, 'data');
  return child;
}

test(
  'while another process holds the lock, commits wait and nothing else does',
  { timeout: 60_000 },
  async () => {
    using folder = temporaryFolder();
    await using store = sqliteStore(folder.file('tasks.db'));
    await store.records.commit([[insert(queued('before'))]], 'worker a', start);
    const child = await lockedBy(folder.file('tasks.db'));
    let settled = 0;
    const keys = ['x', 'y', 'z'];
    const commits = keys.map((key) =>
      store.records.commit([[insert(queued(key))]], 'worker a', start).then((verdicts) => {
        settled += 1;
        return verdicts;
      }),
    );
    let turns = 0;
    for (let reads = 0; reads < 200; reads += 1) {
      expect((await store.records.read(['before']))[0]?.key).toBe('before');
      for (let turn = 0; turn < 50; turn += 1) await setImmediate((turns += 1));
    }
    expect([settled, turns]).toEqual([0, 10_000]);
    child.stdin?.write('go');
    const verdicts = (await Promise.all(commits)).flat();
    expect(verdicts.map(({ ok }) => ok)).toEqual([true, true, true]);
    child.stdin?.end();
    await once(child, 'exit');
  },
);
