import { readFileSync, writeFileSync } from 'node:fs';
import type { Circumstances } from './circumstances.ts';

/** Figures by row and column. */
export type Rows = Record<string, Readonly<Record<string, number | string>>>;

/** What one bench found. No lists in it: the formatter keeps objects as they are written. */
export interface Result extends Circumstances {
  readonly title: string;
  readonly method: string;
  readonly command: string;
  readonly rows: Rows;
}

type Results = Record<string, Result>;

const json = new URL('results.json', import.meta.url);
const markdown = new URL('results.md', import.meta.url);

const heading = `# Results

Written by \`npm run bench\`; do not edit. Each section names what printed it, where and of which commit. The machine is
shared and noisy: the ratios count, not the rates.
`;

function cells(rows: Rows): string[][] {
  const columns = [...new Set(Object.values(rows).flatMap((row) => Object.keys(row)))];
  const body = Object.entries(rows).map(([name, row]) => [
    name,
    ...columns.map((column) => shown(row[column])),
  ]);
  return [['', ...columns], ...body];
}

function shown(figure: number | string | undefined): string {
  return typeof figure === 'number' ? figure.toLocaleString('en') : (figure ?? '');
}

/** The widest that a cell may be in a terminal. What is wider is prose: it is broken, and starts at the left. */
const proseWidth = 48;

function isProse(lines: string[][], column: number): boolean {
  return column === 0 || lines.some((line) => (line[column]?.length ?? 0) > proseWidth);
}

/** The line as several, each of its cells broken between words. */
function broken(line: string[]): string[][] {
  const columns = line.map((cell) => cell.match(fitting) ?? ['']);
  const height = Math.max(...columns.map(({ length }) => length));
  return Array.from({ length: height }, (_, at) => columns.map((parts) => parts[at]?.trim() ?? ''));
}

/** As many words as fit; a word that does not fit alone is broken as well. */
const fitting = new RegExp(`\\S.{0,${proseWidth - 1}}(?=\\s|$)|\\S{${proseWidth}}`, 'g');

/** The rows under each other, for a terminal. */
export function table(rows: Rows): string {
  const all = cells(rows);
  const parts = all.map(broken);
  const gap = parts.some(({ length }) => length > 1) ? [['']] : [];
  const lines = parts.flatMap((part) => [...part, ...gap]);
  const widths =
    lines[0]?.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0))) ?? [];
  const pad = (cell: string, column: number) =>
    isProse(all, column) ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0);
  return lines.map((line) => line.map(pad).join('  ').trimEnd()).join('\n');
}

function section({ title, method, command, rows, ...where }: Result): string {
  const all = cells(rows);
  const [head = [], ...body] = all;
  const rule = head.map((_, column) => (isProse(all, column) ? '---' : '---:'));
  const lines = [head, rule, ...body].map((line) => `| ${line.join(' | ')} |`).join('\n');
  const { date, commit, machine, versions } = where;
  return `## ${title}\n\n\`${command}\` · ${date} · commit ${commit}\\\n${machine}\\\n${versions}\n\n${lines}\n\n${method}\n`;
}

function stored(): Results {
  try {
    return JSON.parse(readFileSync(json, 'utf8')) as Results;
  } catch {
    return {};
  }
}

/** What was found replaces what the same benches found before. */
export function save(found: Results): void {
  const results = { ...stored(), ...found };
  writeFileSync(json, `${JSON.stringify(results, null, 2)}\n`);
  writeFileSync(markdown, [heading, ...Object.values(results).map(section)].join('\n'));
}
