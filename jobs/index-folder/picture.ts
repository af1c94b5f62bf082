import { styleText } from 'node:util';
import cliTruncate from 'cli-truncate';
import { clock, counted, number, shown, size } from './format.ts';
import type { Running, Tally } from './tally.ts';

/** What the picture shows beside the tally. */
export interface View {
  readonly folder: string;
  readonly elapsedMs: number;
  readonly filesPerSecond: number;
  readonly bytesPerSecond: number;
  readonly columns: number;
  readonly rows: number;
  /** How many rows were kept for running files before: the picture does not jump. */
  readonly runningRows: number;
}

const widestBar = 40;
/** A shorter bar tells nothing that the percentage beside it does not. */
const shortestBar = 5;

/** Rows around the running files: title, bar, numbers, hint, and the line below where the cursor stands. */
const otherRows = 5;

/** The job as lines, none wider than the terminal, no more than it has rows. */
export function picture(tally: Tally, view: View): string[] {
  const width = Math.max(view.columns - 1, 1);
  const room = Math.max(view.rows - otherRows, 0);
  const lines = [
    title(tally, view),
    overall(tally, width),
    numbers(tally, view),
    ...files(tally, view, width, room),
  ];
  const hint = tally.isCanceling ? 'Ctrl-C tells what still runs; a third exits at once.' : 'Ctrl-C cancels.';
  return [...lines, styleText('dim', hint)]
    .map((line) => cliTruncate(line, width))
    .slice(0, Math.max(view.rows - 1, 1));
}

function title({ isCanceling, running }: Tally, { folder }: View): string {
  if (!isCanceling) return `Indexing ${shown(folder)}`;
  return styleText(
    'yellow',
    `canceling: ${counted(running.size, 'file')} still run${running.size === 1 ? 's' : ''} in ${shown(folder)}`,
  );
}

function overall({ progress, done, found, isWalking }: Tally, width: number): string {
  const text = `${percent(progress)}  ${number(done)} of ${counted(found, 'file')}${isWalking ? ' so far' : ''}`;
  return bar(progress / 100, width - text.length - 1) + text;
}

function numbers(tally: Tally, view: View): string {
  const failed = `${number(tally.failures.length)} failed`;
  const parts = [
    clock(view.elapsedMs),
    `${number(view.filesPerSecond)} files/s`,
    tally.failures.length > 0 ? styleText('red', failed) : failed,
    `${size(view.bytesPerSecond)}/s`,
    `${number(tally.skipped.length)} skipped`,
    `${size(tally.bytesRead)} read`,
  ];
  return parts.join(' · ');
}

/** The running files, oldest first, in as many rows as there is room for. */
function files({ running }: Tally, { runningRows }: View, width: number, room: number): string[] {
  const all = [...running.values()];
  const fits = all.length <= room ? all : all.slice(0, Math.max(room - 1, 0));
  const rows = fits.map((file) => row(file, width));
  if (fits.length < all.length && room > 0) rows.push(`  … and ${number(all.length - fits.length)} more`);
  while (rows.length < Math.min(runningRows, room)) rows.push('');
  return rows;
}

function row({ path, progress }: Running, width: number): string {
  const head = `  ${bar(progress / 100, Math.min(Math.floor(width / 5), 16))}${percent(progress)}  `;
  return head + cliTruncate(shown(path), Math.max(width - plainLength(head), 1), { position: 'start' });
}

function plainLength(text: string): number {
  // oxlint-disable-next-line no-control-regex -- the escape of styleText
  return text.replaceAll(/\u001B\[\d+m/g, '').length;
}

function percent(value: number): string {
  return `${Math.floor(value)} %`.padStart(5);
}

function bar(share: number, room: number): string {
  const width = Math.min(room, widestBar);
  if (width < shortestBar) return '';
  const full = Math.floor(share * width);
  return `${styleText('cyan', '█'.repeat(full))}${styleText('dim', '░'.repeat(width - full))} `;
}
