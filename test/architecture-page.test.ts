import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const page = readFileSync(join(root, 'docs/architecture.md'), 'utf8');
const named = [...page.matchAll(/`(test\/\S+\.ts)` › (.+?)(?=<br>| \|)/g)].map(
  ([, file = '', name = '']) => [file, name] as const,
);

test.for(named)('%s has the test "%s", as the page says', ([file, name]) => {
  expect(existsSync(join(root, file))).toBe(true);
  expect(readFileSync(join(root, file), 'utf8')).toContain(name);
});

test('the page names a test for every invariant', () => {
  const [, table = ''] = page.split('\n## Invariants\n');
  const rows = table.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| law'));
  expect(rows.length).toBeGreaterThan(0);
  expect(rows.filter((row) => !row.includes('` › '))).toEqual([]);
});
