import prettyBytes from 'pretty-bytes';
import type { Failure, Tally } from './tally.ts';

export function number(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 0 });
}

/** `1 file`, `2 files`. */
export function counted(value: number, noun: string): string {
  return `${number(value)} ${noun}${value === 1 ? '' : 's'}`;
}

export function size(bytes: number): string {
  return prettyBytes(bytes);
}

/** `0:07`, `1:02:03`. */
export function clock(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  const parts = minutes < 60 ? [minutes] : [Math.floor(minutes / 60), minutes % 60];
  return [...parts, seconds % 60]
    .map((part, index) => (index === 0 ? part : String(part).padStart(2, '0')))
    .join(':');
}

/** A name may hold anything but `/` and NUL: what would move the cursor is shown escaped. */
export function shown(path: string): string {
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  return path.replaceAll(/[\u0000-\u001F\u007F-\u009F]/g, (char) =>
    JSON.stringify(char).slice(1, -1).replace(char, '\uFFFD'),
  );
}

export function failureLine({ path, message }: Failure): string {
  return `Failed: ${shown(path)}: ${shown(message.replace(/, \w+( '.*')?$/s, ''))}`;
}

/** `2 links, 1 fifo`: by how often. */
export function breakdown(kinds: readonly string[], plural = true): string {
  const counts = new Map<string, number>();
  for (const kind of kinds) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const sorted = [...counts].toSorted(([a, most], [b, least]) => least - most || (a < b ? -1 : 1));
  return sorted
    .map(([kind, count]) => (plural ? counted(count, kind) : `${number(count)} ${kind}`))
    .join(', ');
}

const categories: Readonly<Record<string, string>> = {
  ENOENT: 'vanished',
  ENOTDIR: 'vanished',
  EACCES: 'not permitted',
  EPERM: 'not permitted',
};

/** The sentences at the end. */
export function summary(tally: Tally, elapsedMs: number, report: string | undefined): string {
  const { files, textFiles, lines, failures, skipped } = tally;
  const seconds = (elapsedMs / 1000).toFixed(1);
  const parts = [
    `${number(textFiles)} text with ${counted(lines, 'line')}, ${number(files.length - textFiles)} binary`,
  ];
  if (failures.length > 0) {
    const kinds = failures.map(({ code }) => categories[code ?? ''] ?? 'for another reason');
    parts.push(`${number(failures.length)} failed (${breakdown(kinds, false)})`);
  }
  if (skipped.length > 0) parts.push(`skipped ${breakdown(skipped.map(({ reason }) => reason))}`);
  if (tally.isCanceling)
    parts.push(`${number(tally.found - tally.done + tally.canceled)} found and not indexed`);
  const indexed = `ndexed ${counted(files.length, 'file')} (${size(tally.bytes)}) in ${seconds} s`;
  const sentence = `${tally.isCanceling ? 'Canceled: i' : 'I'}${indexed}: ${parts.join('; ')}.`;
  return report === undefined ? sentence : `${sentence}\nReport: ${report}`;
}
