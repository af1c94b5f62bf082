import { type Invocation, latest } from './invocation.ts';
import { cut, printable } from './text.ts';

/** An operation as it is drawn: from column to column, with what stands in between. */
interface Bar {
  readonly client: string;
  readonly label: string;
  readonly from: number;
  readonly to: number;
  readonly end: string;
}

interface Event {
  readonly index: number;
  readonly isReturn: boolean;
  readonly at: number;
}

const widestLabel = 30;
const widestName = 14;
/** Room for `|--` and `--|` about a label. */
const frame = 6;
/** More rows or bars than this are no picture. */
const mostBars = 40;

/**
 * A picture of what overlapped up to a moment: a row for each client, `|--operation → answer--|` for what returned,
 * `…` for what goes on, or has begun, outside of the picture, `?` where a failure was told. Columns are the order of
 * calls and returns, not their distance in time.
 */
export function timeLine<Operation, Answer>(
  invocations: readonly Invocation<Operation, Answer>[],
  until: number,
  label: (invocation: Invocation<Operation, Answer>) => string,
  width: number,
): string {
  const shown = invocations
    .filter(({ calledAt }) => calledAt <= until)
    .toSorted((a, b) => latest(a) - latest(b))
    .slice(-mostBars);
  const labels = shown.map((invocation) => cut(printable(label(invocation)), widestLabel));
  const { bars, end } = barsOf(shown, labels, until);
  const names = bars.map(({ client }) => client.length);
  const margin = Math.min(widestName, Math.max(...names)) + 2;
  const from = Math.max(0, end - (width - margin));
  const visible = bars.filter((bar) => bar.to >= from);
  return rowsOf(visible)
    .map((row) => `${cut(row[0]?.client ?? '', margin - 2).padEnd(margin)}${drawn(row, from, end)}`.trimEnd())
    .join('\n');
}

/** Where each begins and ends: in order of time, and wide enough for what it says. */
function barsOf(
  shown: readonly Invocation<unknown, unknown>[],
  labels: readonly string[],
  until: number,
): { bars: Bar[]; end: number } {
  const columns = shown.map(() => ({ from: 0, to: Number.POSITIVE_INFINITY }));
  let column = -1;
  let last: Event | undefined;
  for (const event of eventsOf(shown, until)) {
    const own = columns[event.index] as (typeof columns)[0];
    if (last?.at !== event.at || last.isReturn !== event.isReturn) column += 1;
    if (event.isReturn) {
      column = Math.max(column, own.from + Array.from(labels[event.index] ?? '').length + frame - 1);
      own.to = column;
    } else own.from = column;
    last = event;
  }
  const bars = shown.map(({ client, failed }, index) => ({
    client: printable(String(client)),
    label: labels[index] ?? '',
    from: columns[index]?.from ?? 0,
    to: columns[index]?.to ?? 0,
    end: failed === true ? '?' : '|',
  }));
  // What goes on needs room for its label as well.
  const ends = bars.map(({ from, to, label }) =>
    to < Number.POSITIVE_INFINITY ? to + 1 : from + Array.from(label).length + frame,
  );
  return { bars, end: Math.max(...ends) };
}

function eventsOf(shown: readonly Invocation<unknown, unknown>[], until: number): Event[] {
  const events = shown.flatMap(({ calledAt, returnedAt = Number.POSITIVE_INFINITY }, index) => [
    { index, isReturn: false, at: calledAt },
    { index, isReturn: true, at: returnedAt },
  ]);
  return events
    .filter(({ at }) => at <= until)
    .sort((a, b) => a.at - b.at || Number(a.isReturn) - Number(b.isReturn));
}

/** The bars of each client, in one row, or in several where they touch. */
function rowsOf(bars: readonly Bar[]): Bar[][] {
  const rows = new Map<string, Bar[][]>();
  for (const bar of bars.toSorted((a, b) => a.from - b.from)) {
    const own = rows.get(bar.client) ?? [];
    rows.set(bar.client, own);
    const free = own.find((row) => (row.at(-1)?.to ?? -1) < bar.from);
    if (free) free.push(bar);
    else own.push([bar]);
  }
  const names = [...rows.keys()].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  return names.flatMap((name) => rows.get(name) ?? []);
}

function drawn(row: readonly Bar[], from: number, end: number): string {
  let text = '';
  for (const bar of row) {
    const [left, right] = [Math.max(bar.from, from), Math.min(bar.to, end)];
    const isCutLeft = bar.from < from;
    const isOpen = bar.to > end;
    const room = right - left + 1 - 2;
    const inner = room > 4 ? `--${cut(bar.label, room - 4)}` : '';
    const padded = inner + '-'.repeat(Math.max(0, room - Array.from(inner).length));
    const gap = ' '.repeat(Math.max(0, left - from - Array.from(text).length));
    text += `${gap}${isCutLeft ? '…' : '|'}${padded}${isOpen ? '…' : bar.end}`;
  }
  return text;
}
