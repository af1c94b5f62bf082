import { inspect, styleText } from 'node:util';
import cliTruncate from 'cli-truncate';
import stringWidth from 'string-width';
import type { TaskRecord } from '../index.ts';
import { systemClock } from '../index.ts';

type Style = Parameters<typeof styleText>[0];

/** What would move the cursor, change colors, or turn the order of the text around. */
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const unsafe = /[\u0000-\u001F\u007F-\u009F\u200E\u200F\u2028-\u202E\u2066-\u2069]/g;

function escaped(char: string): string {
  const short = JSON.stringify(char).slice(1, -1);
  return short === char ? `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}` : short;
}

/** A text of somebody else's, on one line, as a terminal can show it. */
export function shown(text: string): string {
  return text.replaceAll(unsafe, escaped);
}

/** The same, but its lines and tabs are kept. */
export function shownLines(text: string): string {
  return text.replaceAll(unsafe, (char) => (char === '\n' || char === '\t' ? char : escaped(char)));
}

/** JSON that a terminal can show: the same document, whatever its texts hold. */
export function json(value: unknown, indent?: number): string {
  return JSON.stringify(asJson(value, new Set()), undefined, indent).replaceAll(unsafe, (char) =>
    char === '\n' ? char : escaped(char),
  );
}

/** What JSON cannot carry, as what comes nearest: a bigint as text, a map as pairs, a set and binary as lists. */
function asJson(value: unknown, above: ReadonlySet<unknown>): unknown {
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  if (above.has(value)) return '[Circular]';
  const inside = new Set([...above, value]);
  const each = (list: Iterable<unknown>) => Array.from(list, (item) => asJson(item, inside));
  if (Array.isArray(value) || value instanceof Set || value instanceof Map) return each(value);
  if (value instanceof ArrayBuffer) return each(new Uint8Array(value));
  if (ArrayBuffer.isView(value) && Symbol.iterator in value) return each(value as Iterable<unknown> & object);
  if (value instanceof URL || value instanceof RegExp) return String(value);
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, asJson(member, inside)]));
}

/** A result as a person reads it; a text as it is. */
export function readable(value: unknown, output: NodeJS.WriteStream): string {
  if (typeof value === 'string') return output.isTTY ? shownLines(value) : value;
  return inspect(value, { depth: null, maxArrayLength: null, colors: hasColors(output) });
}

export function hasColors(output: NodeJS.WriteStream): boolean {
  return paint('bold', 'x', output) !== 'x';
}

/** In color, where the output shows colors and nobody asked for none (NO_COLOR, FORCE_COLOR). */
export function paint(style: Style, text: string, output: NodeJS.WriteStream): string {
  return styleText(style, text, { stream: output });
}

/** The first lines of a terminal's width; all of it where there is no terminal. */
export function fitted(line: string, output: NodeJS.WriteStream): string {
  return output.isTTY && output.columns > 0 ? cliTruncate(line, output.columns) : line;
}

/** Cells below each other, as wide as the widest; the last one as wide as it is. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows)
    row.forEach((cell, index) => (widths[index] = Math.max(widths[index] ?? 0, stringWidth(cell))));
  return rows.map((row) =>
    row
      .map((cell, index) =>
        index === row.length - 1 ? cell : cell + ' '.repeat((widths[index] ?? 0) - stringWidth(cell)),
      )
      .join('  ')
      .trimEnd(),
  );
}

/** The state, or how it runs: `running`, `canceling`, `joining`. */
export function stateWord({ leaf }: Pick<TaskRecord, 'leaf'>): string {
  return leaf === 'running.active' ? 'running' : leaf.slice(leaf.indexOf('.') + 1);
}

const stateStyles: Readonly<Record<string, Style>> = { success: 'green', error: 'red', queued: 'dim' };

export function stateStyle(word: string): Style {
  return stateStyles[word] ?? (word === 'running' ? 'cyan' : 'yellow');
}

/** `1 file`, `2 files`. */
export function counted(value: number, noun: string): string {
  return `${value.toLocaleString('en-US')} ${noun}${value === 1 ? '' : 's'}`;
}

/** `120 ms`, `5 s`, `3 min`, `2 h`, `4 d`: one unit says enough. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  const units = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['min', 60_000],
    ['s', 1_000],
  ] as const;
  const [name, size] = units.find(([, least]) => ms >= least * 2 || least === 1_000) ?? units[3];
  return `${Math.floor(ms / size)} ${name}`;
}

/** `0:07`, `1:02:03`. */
export function stopwatch(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const parts = hours > 0 ? [hours, minutes] : [minutes];
  return [...parts, seconds % 60]
    .map((part, index) => (index === 0 ? part : String(part).padStart(2, '0')))
    .join(':');
}

/** `2026-11-26T05:00:00Z (3 min ago)`. */
export function moment(at: number): string {
  const ms = systemClock.now() - at;
  const relative = ms >= 0 ? `${duration(ms)} ago` : `in ${duration(-ms)}`;
  return `${new Date(at).toISOString().replace(/\.\d+Z$/, 'Z')} (${relative})`;
}
