import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const main = join(import.meta.dirname, 'mutants/main.ts');

test('a mistake in the code is found, and the code as it is passes', { timeout: 120_000 }, async () => {
  const args = [main, '--only', 'cancel overwritten by success', '--runs', '60', '--seed', '5'];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  expect(stdout).toContain('made by hand: 1 of 1 killed');
});
