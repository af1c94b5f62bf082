import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { memoryStore } from '../../src/index.ts';
import { storeContract } from '../../src/testing/index.ts';

describe('the memory store keeps the promises of a store', () => {
  test.for(storeContract(memoryStore, { leases: false }))('$name', ({ run }) => run());
});

describe('the memory store with leases keeps the promises of a store', () => {
  test.for(storeContract(() => memoryStore({ leases: true })))('$name', ({ run }) => run());
});

test('the contract needs no runner of its own: node:test runs it as well', { timeout: 60_000 }, async () => {
  const file = join(import.meta.dirname, 'memory.node-test.ts');
  const env = { ...process.env, NODE_TEST_CONTEXT: undefined };
  const run = promisify(execFile)(process.execPath, ['--test', '--test-reporter=tap', file], { env });
  const { stdout } = await run.catch((failed: { stdout: string }) => failed);
  expect(stdout.match(/^not ok .+$/gm) ?? []).toEqual([]);
  expect(stdout.match(/^ok \d+ .+$/gm)).toHaveLength(storeContract(memoryStore, { leases: false }).length);
});
