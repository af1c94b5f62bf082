import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  copyFileSync,
  mkdirSync,
  openSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import type { Worker } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import { type Fault, createSupervisor, isFault } from '../../src/index.ts';
import { type SqliteStore, sqliteStore } from '../../src/stores/sqlite.ts';
import { insert, queued, start } from './sqlite-support.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

async function refusal(answer: PromiseLike<unknown>): Promise<Fault> {
  const error = await answer.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isFault(error, 'StoreFailed')) throw new Error(`Expected StoreFailed, got ${String(error)}.`);
  return error;
}

/** What a store says that cannot use its file. */
async function refused(path: string): Promise<Fault> {
  await using store = sqliteStore(path);
  return refusal(store.records.counts());
}

function database(path: string, sql: string): void {
  const file = new DatabaseSync(path);
  file.exec(sql);
  file.close();
}

const writeOne = (store: SqliteStore, key = 'x', input?: string) =>
  store.records.commit([[insert(queued(key, { input }))]], 'worker', start);

describe('a file that cannot be used', () => {
  test("another application's database is left as it is", async () => {
    using folder = temporaryFolder();
    const path = folder.file('other.db');
    database(path, 'CREATE TABLE theirs (a); PRAGMA application_id = 7');
    const fault = await refused(path);
    expect(fault.message).toMatch(
      /^Expected a store of Taskchart, got an SQLite database of another application/,
    );
    expect(fault.message).toContain(path);
    expect(fault).toMatchObject({ path, permanent: true });
    database(path, 'INSERT INTO theirs VALUES (1)');
  });

  test('a database without a mark is another application’s when it holds anything', async () => {
    using folder = temporaryFolder();
    const path = folder.file('other.db');
    database(path, 'CREATE TABLE theirs (a)');
    expect((await refused(path)).message).toContain('of another application');
  });

  test('a file that is no database is said to be none', async () => {
    using folder = temporaryFolder();
    const path = folder.file('notes.txt');
    writeFileSync(path, 'Not a database, and longer than a header of a hundred bytes. '.repeat(9));
    const fault = await refused(path);
    expect(fault.message).toMatch(
      /^Expected an SQLite database, got file is not a database \(SQLite 26\), at /,
    );
    expect(fault).toMatchObject({ errcode: 26, permanent: true });
  });

  test('a folder that is not there is named', async () => {
    using folder = temporaryFolder();
    const fault = await refused(folder.file('none/tasks.db'));
    expect(fault.message).toMatch(/^Expected a path at which a file can be opened or made/);
    expect(fault.message).toContain('none/tasks.db');
  });

  test('a supervisor does not try for long what will never be', async () => {
    using folder = temporaryFolder();
    const store = sqliteStore(folder.file('none/tasks.db'));
    await expect(createSupervisor({ tasks: [], store })).rejects.toMatchObject({ name: 'StoreFailed' });
    await store.close();
  });

  test('a store of a newer version that this one must not touch is left as it is', async () => {
    using folder = temporaryFolder();
    const path = folder.file('tasks.db');
    {
      await using store = sqliteStore(path);
      await writeOne(store);
    }
    database(path, 'PRAGMA user_version = 1000; UPDATE total SET readable_from = 999');
    const fault = await refused(path);
    expect(fault.message).toMatch(/^Expected a store of schema \d+ or older, got one that needs 999/);
  });

  test('a store of a newer version that this one may go on using is used', async () => {
    using folder = temporaryFolder();
    const path = folder.file('tasks.db');
    {
      await using store = sqliteStore(path);
      await writeOne(store);
    }
    database(path, 'PRAGMA user_version = 1000; ALTER TABLE task ADD COLUMN later TEXT');
    await using store = sqliteStore(path);
    await writeOne(store, 'y');
    expect((await store.records.counts()).queued).toBe(2);
  });

  test('a file that a newer version makes its own while it is open is not written any more', async () => {
    using folder = temporaryFolder();
    const path = folder.file('tasks.db');
    await using store = sqliteStore(path);
    await writeOne(store);
    database(path, 'PRAGMA user_version = 1000; UPDATE total SET readable_from = 999');
    expect((await refusal(writeOne(store, 'y'))).message).toContain('got one that needs 999');
    expect(await refusal(store.records.counts())).toMatchObject({ permanent: true });
  });
});

describe('a file that goes bad while it is open', () => {
  test('what is written after its file was deleted is not acknowledged', async () => {
    using folder = temporaryFolder();
    const path = folder.file('tasks.db');
    await using store = sqliteStore(path);
    await writeOne(store);
    rmSync(path);
    const fault = await refusal(writeOne(store, 'y'));
    expect(fault.message).toBe(
      `Expected ${path} to stay where it is while the store is open, but it was deleted. Stop all processes that use it before a file is restored; what was not acknowledged was not kept.`,
    );
  });

  test('nor after its log was deleted, or another file was put in its place', async () => {
    using folder = temporaryFolder();
    const path = folder.file('tasks.db');
    await using store = sqliteStore(path);
    await writeOne(store);
    copyFileSync(path, folder.file('copy.db'));
    rmSync(`${path}-wal`);
    expect((await refusal(writeOne(store, 'y'))).message).toContain('-wal to stay where it is');

    const other = folder.file('other.db');
    await using second = sqliteStore(other);
    await writeOne(second);
    rmSync(other);
    copyFileSync(folder.file('copy.db'), other);
    expect((await refusal(writeOne(second, 'y'))).message).toContain('was replaced by another file');
  });

  test('pages that are damaged are said to be', async () => {
    using folder = temporaryFolder();
    const path = folder.file('tasks.db');
    {
      await using store = sqliteStore(path);
      for (let n = 0; n < 100; n += 1) await writeOne(store, `k${n}`, 'x'.repeat(900));
    }
    const bytes = Buffer.alloc(4_096 * 20, 0xa5);
    const handle = openSync(path, 'r+');
    writeSync(handle, bytes, 0, bytes.length, 4_096 * 24);
    closeSync(handle);
    await using store = sqliteStore(path);
    const fault = await refusal(store.records.query({ filter: {}, after: 0, limit: 1_000 }));
    expect(fault.message).toMatch(
      /^Expected an intact SQLite database, got database disk image is malformed/,
    );
  });

  test('a thread that dies rejects what was asked of it, and all that is asked later', async () => {
    using folder = temporaryFolder();
    const { promise, resolve } = Promise.withResolvers<Worker>();
    process.once('worker', resolve);
    await using store = sqliteStore(folder.file('tasks.db'));
    const thread = await promise;
    await writeOne(store);
    // It cannot be quicker than its end: somebody else has the lock.
    const other = new DatabaseSync(folder.file('tasks.db'));
    other.exec('BEGIN IMMEDIATE');
    const asked = [writeOne(store, 'y'), store.records.counts(), store.backup(folder.file('copy.db'))];
    await thread.terminate();
    other.close();
    for (const answer of asked)
      expect((await refusal(answer)).message).toContain('What was asked may have happened');
    expect(await refusal(store.records.read(['x']))).toMatchObject({ permanent: true });
    await store.close();
  });
});

const unprivileged = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

/** Opens a store in a process that has no rights over it, and says how that went. */
function tryAsNobody(path: string): string {
  const door = pathToFileURL(join(import.meta.dirname, '../../src/stores/sqlite.ts')).href;
  const program = `
    const { sqliteStore } = await import('${door}');
    const store = sqliteStore(${JSON.stringify(path)});
    await store.records.counts().then(() => console.log('opened'), (fault) => console.log(fault.message));`;
  const options = { encoding: 'utf8', cwd: '/', ...unprivileged } as const;
  return execFileSync(process.execPath, ['--input-type=module', '-e', program], options);
}

function mountSmall(folder: string): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', folder], { stdio: 'ignore' });
}

/** Only root may, and not in every container. */
function canMount(): boolean {
  using folder = temporaryFolder();
  try {
    mountSmall(folder.path);
    execFileSync('umount', [folder.path]);
    return true;
  } catch {
    return false;
  }
}

describe.skipIf(process.platform === 'win32')('a disk that refuses', () => {
  test('a file that may not be written is said to be read-only', async () => {
    using folder = temporaryFolder();
    const path = folder.file('tasks.db');
    {
      await using store = sqliteStore(path);
      await writeOne(store);
    }
    chmodSync(path, 0o444);
    chmodSync(folder.path, 0o555);
    expect(tryAsNobody(path)).toMatch(
      /^Expected the file, its folder and the files beside it .* to be writable, got /,
    );
    chmodSync(folder.path, 0o755);
  });

  test('a folder in which nothing may be made is said to be such', async () => {
    using folder = temporaryFolder();
    chmodSync(folder.path, 0o555);
    expect(tryAsNobody(folder.file('tasks.db'))).toMatch(
      /^Expected a path at which a file can be opened or made/,
    );
    chmodSync(folder.path, 0o755);
  });

  test.skipIf(!canMount())('a full disk is named, loses nothing, and is tried again', async () => {
    using folder = temporaryFolder();
    const disk = folder.file('disk');
    mkdirSync(disk);
    mountSmall(disk);
    try {
      const path = join(disk, 'tasks.db');
      await using store = sqliteStore(path);
      await writeOne(store);
      const big = 'x'.repeat(3_000_000);
      const fault = await refusal(writeOne(store, 'big', big));
      expect(fault.message).toMatch(
        /^Expected room on the disk, got database or disk is full \(SQLite 13\), at /,
      );
      expect(fault).toMatchObject({ errcode: 13, permanent: false });
      await writeOne(store, 'small');
      expect((await store.records.counts()).queued).toBe(2);
    } finally {
      execFileSync('umount', [disk]);
    }
  });
});
