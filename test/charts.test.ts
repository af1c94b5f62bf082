import { expect, test } from 'vitest';
import { taskMachine } from '../machines/task.ts';
import { diagram, table, wanted, withDiagrams } from '../scripts/charts.ts';

test.for(wanted())('$page shows the charts as they are', ({ page, is, shouldBe }) => {
  expect(is, `${page} is outdated: npm run docs`).toBe(shouldBe);
});

test('the README shows the life of a task', () => {
  const readme = wanted().find(({ page }) => page === 'README.md');
  expect(readme?.is).toContain(diagram(taskMachine, 'overview'));
});

test('a marker for a chart that does not exist is refused', () => {
  const page = '<!-- chart of machines/none.ts -->\n```mermaid\n\n```';
  expect(() => withDiagrams(page)).toThrow('machines/none.ts');
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
