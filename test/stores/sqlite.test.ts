import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, test } from 'vitest';
import { sqliteStore } from '../../src/stores/sqlite.ts';
import { storeContract } from '../../src/testing/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'taskchart-sqlite-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
const nextPath = () => join(folder, `${(files += 1)}.db`);

describe.each(['full', 'normal'] as const)(
  'the SQLite store keeps the promises of a store (synchronous: %s)',
  (synchronous) => {
    const laws = storeContract(() => sqliteStore(nextPath(), { synchronous }));
    test.for(laws)('$name', { timeout: 120_000 }, ({ run }) => run());
  },
);
