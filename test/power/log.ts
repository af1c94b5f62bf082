import { readFileSync } from 'node:fs';

/** What a process did to a file, or to the names of the folder. */
export type Entry =
  | { readonly kind: 'created'; readonly file: number; readonly name: string }
  | { readonly kind: 'written'; readonly file: number; readonly offset: number; readonly bytes: Buffer }
  | { readonly kind: 'truncated'; readonly file: number; readonly size: number }
  | { readonly kind: 'synced'; readonly file: number }
  | { readonly kind: 'folderSynced' }
  | { readonly kind: 'removed'; readonly name: string }
  | { readonly kind: 'renamed'; readonly from: string; readonly to: string };

/** What the workload says of itself, by a file among the others: so that it stands in the order of all. */
export interface Mark {
  /** How many entries come before it. */
  readonly at: number;
  readonly word: string;
  readonly values: readonly string[];
}

export interface Log {
  readonly entries: readonly Entry[];
  readonly marks: readonly Mark[];
}

/** The file of the marks is none of the store. */
export const marksName = 'marks';

const headBytes = 24;

function entryOf(kind: number, file: number, offset: number, bytes: Buffer): Entry {
  const name = () => bytes.toString();
  const [from = '', to = ''] = kind === 7 ? name().split('\0') : [];
  const kinds: (() => Entry)[] = [
    () => ({ kind: 'created', file, name: name() }),
    () => ({ kind: 'written', file, offset, bytes }),
    () => ({ kind: 'truncated', file, size: offset }),
    () => ({ kind: 'synced', file }),
    () => ({ kind: 'folderSynced' }),
    () => ({ kind: 'removed', name: name() }),
    () => ({ kind: 'renamed', from, to }),
  ];
  const made = kinds[kind - 1];
  if (!made) throw new Error(`Expected an entry of the power shim, got one of kind ${kind}.`);
  return made();
}

function entriesOf(log: Buffer): Entry[] {
  const entries: Entry[] = [];
  let at = 0;
  while (at + headBytes <= log.length) {
    const length = Number(log.readBigUInt64LE(at + 16));
    const end = at + headBytes + length;
    // The process was killed while it noted this.
    if (end > log.length) break;
    const [kind, file] = [log.readUInt32LE(at), log.readUInt32LE(at + 4)];
    const offset = Number(log.readBigUInt64LE(at + 8));
    entries.push(entryOf(kind, file, offset, log.subarray(at + headBytes, end)));
    at = end;
  }
  return entries;
}

const wordsOf = (line: string): Omit<Mark, 'at'> => {
  const [word = '', ...values] = line.split('\t');
  return { word, values };
};

/** The marks, and all that is none: a mark stands before the entry at which it is. */
function withoutMarks(all: readonly Entry[]): Log {
  const file = all.find((entry) => entry.kind === 'created' && entry.name === marksName);
  const [entries, marks]: [Entry[], Mark[]] = [[], []];
  for (const entry of all) {
    if (!('file' in entry) || !file || !('file' in file) || entry.file !== file.file) entries.push(entry);
    else if (entry.kind === 'written') {
      const lines = entry.bytes.toString().trimEnd().split('\n');
      marks.push(...lines.map((line) => ({ at: entries.length, ...wordsOf(line) })));
    }
  }
  return { entries, marks };
}

export function readLog(path: string): Log {
  return withoutMarks(entriesOf(readFileSync(path)));
}
