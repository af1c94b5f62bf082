// A folder to show a job with: three years of somebody's papers, the same wherever and whenever it is made.
import { chmodSync, linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createCipheriv } from 'node:crypto';
import { join } from 'node:path';

const kilobyte = 1_000;
const months = 36;

/** What lies in the folder of every month. */
const monthly: readonly { readonly name: string; readonly size: number; readonly isText: boolean }[] = [
  { name: 'mail.mbox', size: 800 * kilobyte, isText: true },
  { name: 'server.log', size: 400 * kilobyte, isText: true },
  { name: 'scan.pdf', size: 600 * kilobyte, isText: false },
  { name: 'voice.flac', size: 1_600 * kilobyte, isText: false },
  ...numbered(6, (n) => ({ name: `photo-${n}.jpg`, size: 80 * kilobyte, isText: false })),
  ...numbered(8, (n) => ({ name: `note-${n}.md`, size: 12 * kilobyte, isText: true })),
];

/** A name of a file in it, as it is shown. */
export const samplePath = /\d{4}-\d{2}\/[a-z]+(-\d)?\.[a-z]+/g;

/**
 * Some six hundred files, a link, and a folder that only root may read. Every month has the same files under names of its
 * own, so that 130 MB are read, and 4 MB are written.
 */
export function makeSampleFolder(path: string): Disposable {
  const months = monthNames();
  for (const month of months) mkdirSync(join(path, month), { recursive: true });
  const [first = '', ...others] = months;
  for (const { name, size, isText } of monthly) {
    writeFileSync(join(path, first, name), content(size, isText));
    for (const month of others) linkSync(join(path, first, name), join(path, month, name));
  }
  symlinkSync(months.at(-1) ?? '', join(path, 'latest'));
  const closed = join(path, 'private');
  mkdirSync(closed, { mode: 0 });
  // Whoever may not read it could not delete it either.
  return { [Symbol.dispose]: () => chmodSync(closed, 0o700) };
}

function numbered<T>(count: number, make: (n: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index + 1));
}

function monthNames(): string[] {
  const names = numbered(months, (n) => n - 1);
  return names.map((n) => `${2023 + Math.floor(n / 12)}-${String((n % 12) + 1).padStart(2, '0')}`);
}

/** As hard to compress as a real file: what a cipher makes of nothing. */
function content(size: number, isText: boolean): string | Buffer {
  const noise = createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16)).update(Buffer.alloc(size));
  if (!isText) return noise;
  return noise.toString('base64').slice(0, size).replaceAll(/.{76}/g, '$&\n');
}
