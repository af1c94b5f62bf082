import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { taskMachine } from '../machines/task.ts';
import { table, wanted } from '../scripts/charts.ts';

test.for(await wanted())('$page shows the charts as they are', ({ page, is, shouldBe }) => {
  expect(is, `${page} is outdated: npm run docs`).toBe(shouldBe);
});

test('the README shows the life of a task and of a supervisor', () => {
  const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');
  expect(readme).toContain('](docs/pictures/task.svg)');
  expect(readme).toContain('](docs/pictures/supervisor.svg)');
});

test('every state answers every event', () => {
  const rows = table(taskMachine).split('\n').slice(2);
  const column = (row: string, index: number) => row.split(' | ')[index] ?? '';
  const events = rows.filter((row) => row.startsWith('| `')).length;
  const leaves = new Set(rows.flatMap((row) => column(row, 1).split(', ')));
  const answered = rows.flatMap((row) => column(row, 1).split(', ')).length;
  expect(rows.filter((row) => column(row, 2).trim() === '|')).toEqual([]);
  expect(events).toBeGreaterThan(10);
  expect(answered).toBe(events * leaves.size);
});
