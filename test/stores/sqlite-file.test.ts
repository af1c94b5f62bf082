import { execFileSync } from 'node:child_process';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { localized } from '../../machines/index.ts';
import { type BodyContext, createSupervisor, defineTask } from '../../src/index.ts';
import { sqliteStore } from '../../src/stores/sqlite.ts';
import { committed, insert, queued, start, step } from './sqlite-support.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

test('what was acknowledged is there when the file is opened again', async () => {
  using folder = temporaryFolder();
  const path = folder.file('tasks.db');
  const record = queued('x', { input: '[1]', entity: 'e', reason: { kind: 'user', userName: 'ann' } });
  {
    await using store = sqliteStore(path);
    await store.records.commit([[insert(record)]], 'worker', start, 1);
    await store.records.setControl('pause:', 'paused', 'worker');
    await store.leases.beat('worker');
    await store.dispatch.offer([
      { key: 'x', type: 'sample', priority: 0, startAt: undefined, isChild: false },
    ]);
  }
  await using store = sqliteStore(path);
  const { records, dispatch } = store;
  expect(await records.read(['x'])).toStrictEqual([{ ...record, order: 1 }]);
  expect(await records.counts()).toEqual({ queued: 1, running: 0, success: 0, error: 0 });
  expect([...(await records.control())]).toEqual([['pause:', 'paused']]);
  expect((await store.leases.beat('worker')).get('worker')).toBe(2);
  const [again] = await records.commit([[insert(record)]], 'worker', start, 1);
  expect(again?.ok).toBe(true);
  const { keys } = await dispatch.take({ limit: 1, types: ['sample'], childrenOnly: false, now: start });
  expect(keys).toEqual(['x']);
});

const odd = 'a\0b \ud800 half \udc00\ud800 \u0001 💡 \u2028 \' " \\';

test('every text comes back as it was: NUL, halves of pairs, marks', async () => {
  using folder = temporaryFolder();
  const path = folder.file('tasks.db');
  const member = (name: string) => `${name} ${odd}`;
  const names = ['type', 'input', 'entity', 'entityName', 'changeTag', 'activationId'] as const;
  const keys = ['parentTaskKey', 'rootTaskKey'] as const;
  const texts = Object.fromEntries([...names, ...keys].map((name) => [name, member(name)]));
  const record = queued(`\u0001key ${odd}`, { ...texts, reason: { kind: 'user', userName: odd } });
  {
    await using store = sqliteStore(path);
    const verdicts = await store.records.commit([[insert(record)]], odd, start, 1);
    expect(verdicts[0]?.ok).toBe(true);
    await store.records.setControl(odd, odd, odd);
    const [seen] = await store.records.read([record.key]);
    if (!seen) throw new Error('Expected the record.');
    const life = { checkpoint: odd, worker: odd, customValue: { [odd]: odd }, startAt: 1.5 };
    await store.records.commit([[step(seen, 'running.active', life)]], odd, start, 2);
  }
  await using store = sqliteStore(path);
  const [read] = await store.records.read([record.key]);
  expect(read?.creation).toStrictEqual(record.creation);
  expect(read?.life).toMatchObject({
    checkpoint: odd,
    worker: odd,
    customValue: { [odd]: odd },
    startAt: 1.5,
  });
  for (const filter of [{ types: [member('type')] }, { entities: [member('entity')] }, { workers: [odd] }])
    expect(await store.records.query({ filter, after: 0, limit: 9 })).toStrictEqual([read]);
  expect([...(await store.records.control())]).toEqual([[odd, odd]]);
});

test('faults come back as they were: dates, maps, bigints, bytes and what is unset', async () => {
  using folder = temporaryFolder();
  await using store = sqliteStore(folder.file('tasks.db'));
  const fields = {
    at: new Date(7),
    of: new Map([['a', 1n]]),
    bytes: new Uint8Array([1, 0, 2]),
    none: undefined,
  };
  const error = localized({ name: 'SystemError', ...fields, huge: Infinity, minus: -0 });
  const seen = await committed(store, insert(queued('x')));
  const life = { error, completedAt: start, attempts: [{ startedAt: 1, endedAt: 2, error }] };
  const [verdict] = await store.records.commit([[step(seen, 'error', life)]], 'w', start);
  expect((await store.records.read(['x']))[0]).toStrictEqual(verdict?.records[0]);
});

test(
  'a long input, checkpoint and result come back whole, and are not written again with every change',
  { timeout: 60_000 },
  async () => {
    using folder = temporaryFolder();
    const path = folder.file('tasks.db');
    await using store = sqliteStore(path);
    const long = (of: string) => of.repeat(10_000_000);
    let seen = await committed(store, insert(queued('x', { input: long('i') })));
    for (let progress = 0; progress < 20; progress += 1)
      seen = await committed(store, step(seen, 'running.active', { progress, checkpoint: long('c') }));
    const [read] = await store.records.read(['x']);
    expect(read?.creation.input === long('i') && read.life.checkpoint === long('c')).toBe(true);
    const written = [path, `${path}-wal`].map((name) => statSync(name).size);
    expect(Math.max(...written)).toBeLessThan(50_000_000);
  },
);

/** The file as the first version made it. */
function asFirstVersion(path: string): void {
  const database = new DatabaseSync(path);
  database.exec(
    'DROP INDEX task_by_deadline; ALTER TABLE task DROP COLUMN deadline_at; PRAGMA user_version = 1',
  );
  database.close();
}

test('a file of an older version is brought up to date, with all that is in it, and the older goes on', async () => {
  using folder = temporaryFolder();
  const path = folder.file('tasks.db');
  const due = (key: string, deadlineAt?: number) => {
    const record = queued(key);
    return insert({ ...record, life: { ...record.life, deadlineAt } });
  };
  {
    await using first = sqliteStore(path);
    await first.records.commit([[due('a', start + 5)], [due('b')], [due('c', start + 9)]], 'w', start);
  }
  asFirstVersion(path);
  await using store = sqliteStore(path);
  const overdue = () => store.records.query({ filter: { overdueAt: start + 6 }, after: 0, limit: 9 });
  expect((await overdue()).map(({ key }) => key)).toEqual(['a']);
  expect(await store.records.counts()).toMatchObject({ queued: 3 });
  const older = new DatabaseSync(path);
  const columns = older
    .prepare('SELECT name FROM pragma_table_info(?)')
    .all('task')
    .map(({ name }) => name);
  const known = columns.filter((name) => name !== 'deadline_at').join(', ');
  older.exec(
    `INSERT INTO task (${known}) SELECT ${known.replace('id, key', "9, 'older'")} FROM task WHERE key = 'b'`,
  );
  older.close();
  expect((await store.records.read(['older']))[0]?.leaf).toBe('queued');
});

test('a backup is the whole store at one moment, while work goes on, and never overwrites', async () => {
  using folder = temporaryFolder();
  await using store = sqliteStore(folder.file('tasks.db'));
  const many = Array.from({ length: 2_000 }, (_, index) => [insert(queued(`${index}`))]);
  await store.records.commit(many, 'w', start);
  const saved = store.backup(folder.file('copy.db'));
  await store.records.commit([[insert(queued('later'))]], 'w', start);
  await saved;
  await using copy = sqliteStore(folder.file('copy.db'));
  expect((await copy.records.counts()).queued).toBeGreaterThanOrEqual(2_000);
  await expect(store.backup(folder.file('copy.db'))).rejects.toMatchObject({ name: 'StoreFailed' });
  expect(existsSync(folder.file('copy.db.unfinished'))).toBe(false);
});

test('a record that can never be kept is the fault of its own group', async () => {
  using folder = temporaryFolder();
  await using store = sqliteStore(folder.file('tasks.db'));
  const noData = { ...queued('no data'), life: { ...queued('').life, held: (() => 1) as never } };
  const noNumber = { ...queued('no number'), sequence: 1.5 };
  const groups = [
    [insert(queued('a'))],
    [insert(queued('b')), insert(noData)],
    [insert(queued('c')), insert(noNumber)],
    [insert(queued('d'))],
  ];
  const verdicts = await store.records.commit(groups, 'worker', start, 1);
  expect(verdicts.map(({ ok, fault }) => [ok, fault?.name])).toEqual([
    [true, undefined],
    [false, 'InvalidArgument'],
    [false, 'InvalidArgument'],
    [true, undefined],
  ]);
  const found = await store.records.query({ filter: {}, after: 0, limit: 9 });
  expect(found.map(({ key }) => key)).toEqual(['a', 'd']);
  expect((await store.records.counts()).queued).toBe(2);
});

test('what is asked of a task and can never be kept is refused, and what was asked with it is done', async () => {
  using folder = temporaryFolder();
  await using store = sqliteStore(folder.file('tasks.db'));
  await using supervisor = await createSupervisor({ tasks: [], store });
  const task = await supervisor.createTask({ type: 'made', cancelable: true });
  const asked = ['__proto__', 'a', 'b'].map((name) => task.setCustomValue(name, 'x'));
  const outcomes = await Promise.allSettled(asked);
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
  await expect(asked[0]).rejects.toMatchObject({ name: 'InvalidArgument' });
  expect((await task.info()).customValue).toEqual({ a: 'x', b: 'x' });
});

test('a store that is closed answers what was asked before, and rejects the rest', async () => {
  using folder = temporaryFolder();
  const store = sqliteStore(folder.file('tasks.db'));
  const before = store.records.commit([[insert(queued('x'))]], 'w', start);
  await Promise.all([store.close(), store.close()]);
  expect((await before)[0]?.ok).toBe(true);
  await expect(store.records.counts()).rejects.toMatchObject({ name: 'StoreFailed', permanent: true });
  await store.close();
});

test.for(['', ':memory:', 'a\0b', 7])('%j is no path', (path) => {
  expect(() => sqliteStore(path as string)).toThrow(/^Expected path to be the path of a file/);
});

test('an unknown option is refused', () => {
  expect(() => sqliteStore('x', { synchronous: 'off' as 'full' })).toThrow(
    "Expected synchronous to be 'full' or 'normal', got \"off\".",
  );
  expect(() => sqliteStore('x', { sync: 'full' } as object)).toThrow(/sync/);
});

test('the process ends by itself when nothing is asked any more, and not before it is answered', () => {
  using folder = temporaryFolder();
  const door = pathToFileURL(join(import.meta.dirname, '../../src/stores/sqlite.ts')).href;
  const program = folder.file('program.mjs');
  writeFileSync(
    program,
    `import { sqliteStore } from '${door}';
    const store = sqliteStore(${JSON.stringify(folder.file('tasks.db'))});
    store.records.changes('w', () => {});
    store.records.counts().then(({ queued }) => console.log('answered', queued));`,
  );
  expect(execFileSync(process.execPath, [program], { encoding: 'utf8', timeout: 30_000 })).toBe(
    'answered 0\n',
  );
});

test('a supervisor on it runs, cancels, retries and joins children; what a stop leaves is run by the next', async () => {
  using folder = temporaryFolder();
  const path = folder.file('tasks.db');
  const double = defineTask({ type: 'double', run: async ({ input }: { input: number }) => input * 2 });
  const family = defineTask({
    type: 'family',
    async run({ input, task }: BodyContext<number>) {
      await task.updateProgress(10);
      const inputs = Array.from({ length: input }, (_, n) => n);
      const children = await Promise.all(inputs.map((n) => task.spawn(double, n)));
      return (await Promise.all(children.map((child) => child.result()))).length;
    },
  });
  const held = defineTask({
    type: 'held',
    run: ({ signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error));
      }),
  });
  const flaky = defineTask({
    type: 'flaky',
    retry: { maxAttempts: 2, backoff: { kind: 'custom', delayMs: () => 0 } },
    async run({ attempt }) {
      if (attempt === 1) throw new Error('At first it fails.');
      return new Date(attempt);
    },
  });
  const tasks = [double, family, held, flaky];
  let left: string;
  {
    await using store = sqliteStore(path);
    await using supervisor = await createSupervisor({ tasks, store, concurrency: 4 });
    expect(await (await supervisor.submit(family, 5)).result()).toBe(5);
    expect(await (await supervisor.submit(flaky, undefined)).result()).toEqual(new Date(2));
    const running = await supervisor.submit(held, undefined);
    await running.cancel();
    expect((await running.ended()).error?.fault.name).toBe('RequestCanceled');
    await supervisor.pause();
    left = (await supervisor.submit(double, 21)).key;
  }
  await using store = sqliteStore(path);
  await using supervisor = await createSupervisor({ tasks, store });
  expect((await (await supervisor.task(left)).info()).state).toBe('queued');
  await supervisor.resume();
  expect(await (await supervisor.task(left)).result()).toBe(42);
});
