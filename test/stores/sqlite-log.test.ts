import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { SqliteCopying, checkpointPages } from '../../src/stores/sqlite-copying.ts';
import { SqliteFile } from '../../src/stores/sqlite-file.ts';
import { sqliteStore } from '../../src/stores/sqlite.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { insert, queued, start } from './sqlite-support.ts';

/** So many that the log is worth copying, and not so many that SQLite has done it. */
const manyStatements = 40_000;
const source = (file: string) => pathToFileURL(join(import.meta.dirname, '../../src', file)).href;

function controls(path: string): number {
  const database = new DatabaseSync(path, { readOnly: true });
  const row = database.prepare('SELECT count(*) AS count FROM control').get();
  database.close();
  return row?.['count'] as number;
}

describe('the log', { timeout: 60_000 }, () => {
  test('is copied into the file by a thread, without a commit that waits for it', async () => {
    using folder = temporaryFolder();
    const path = folder.file('tasks.db');
    const file = new SqliteFile({ path, synchronous: 'normal' });
    file.begin(true);
    for (let n = 0; n < 1_000; n += 1) file.run('INSERT INTO control VALUES (?, ?)', `${n}`, 'value');
    file.commit();
    const copying = new SqliteCopying(path);
    copying.committed(manyStatements);
    await copying.close();
    const alone = folder.file('without its log.db');
    copyFileSync(path, alone);
    expect(controls(alone)).toBe(1_000);
    file.close();
  });

  test('is not made where there is no file any more', async () => {
    using folder = temporaryFolder();
    const copying = new SqliteCopying(folder.file('deleted.db'));
    copying.committed(manyStatements);
    copying.committed(manyStatements);
    await copying.close();
    expect(readdirSync(folder.path)).toEqual([]);
  });

  test('stays short, however much is committed, and is gone with the store', async () => {
    using folder = temporaryFolder();
    const path = folder.file('tasks.db');
    {
      await using store = sqliteStore(path, { synchronous: 'full' });
      const input = JSON.stringify('x'.repeat(3_000));
      for (let batch = 0; batch < 120; batch += 1) {
        const groups = Array.from({ length: 200 }, (_, n) => [insert(queued(`${batch}/${n}`, { input }))]);
        await store.records.commit(groups, 'worker', start);
        expect(statSync(`${path}-wal`).size).toBeLessThan(3 * checkpointPages * 4_096);
      }
      expect((await store.records.counts()).queued).toBe(24_000);
    }
    expect(readdirSync(folder.path)).toEqual(['tasks.db']);
  });

  test('keeps what was acknowledged when the process is killed while it is copied', async () => {
    for (let round = 0; round < 3; round += 1) {
      using folder = temporaryFolder();
      const path = folder.file('tasks.db');
      const acknowledged = await killedWhileCopying(path);
      await using store = sqliteStore(path);
      const found = await store.records.read(acknowledged);
      expect(found.filter((record) => !record)).toEqual([]);
      expect(acknowledged.length).toBeGreaterThan(0);
    }
  });
});

const program = `
const { sqliteStore } = await import('${source('stores/sqlite.ts')}');
const { insert, queued, start } = await import('${source('testing/store-contract/samples.ts')}');
const store = sqliteStore(process.argv[1], { synchronous: 'normal' });
const input = JSON.stringify('x'.repeat(3_000));
for (let batch = 0; ; batch += 1) {
  const keys = Array.from({ length: 100 }, (_, n) => batch + '/' + n);
  const verdicts = await store.records.commit(keys.map((key) => [insert(queued(key, { input }))]), 'worker', start);
  if (!verdicts.every(({ ok }) => ok)) throw new Error('Expected new keys.');
  console.log(keys.join(' '));
}
`;

/** The keys that a process has acknowledged before it was killed: when its file had grown beside its log. */
async function killedWhileCopying(path: string): Promise<string[]> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program, path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const keys: string[] = [];
  let size = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    keys.push(...line.split(' '));
    const now = existsSync(path) ? statSync(path).size : 0;
    if (size > 0 && now > size + 1_000_000) child.kill('SIGKILL');
    size = now;
  }
  return keys;
}
