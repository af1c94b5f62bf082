import type { Trouble } from './sqlite-protocol.ts';

/** Primary result codes of SQLite: https://sqlite.org/rescode.html */
const busy = 5;
const readOnly = 8;
const inputOutput = 10;
const corrupt = 11;
const full = 13;
const cannotOpen = 14;
const notADatabase = 26;

interface SqliteError extends Error {
  readonly errcode: number;
}

/** The file cannot be used, and why. */
export class TroubleError extends Error {
  readonly trouble: Trouble;

  constructor(message: string, permanent: boolean, errcode?: number) {
    super(message);
    this.trouble = { message, permanent, errcode };
  }
}

function isSqliteError(error: unknown): error is SqliteError {
  return error instanceof Error && typeof (error as Partial<SqliteError>).errcode === 'number';
}

function primaryCode(error: unknown): number | undefined {
  return isSqliteError(error) ? error.errcode & 0xff : undefined;
}

/** Somebody else holds the lock for the moment. */
export function isBusy(error: unknown): boolean {
  return primaryCode(error) === busy;
}

interface Case {
  readonly expected: string;
  readonly next: string;
  readonly permanent: boolean;
}

const cases: Readonly<Record<number, Case>> = {
  [readOnly]: {
    expected: 'the file, its folder and the files beside it (-wal, -shm) to be writable',
    next: 'Give this process the right to write there, or another path.',
    permanent: true,
  },
  [inputOutput]: {
    expected: 'the disk to be readable and writable',
    next: "Look into the system's log, and at what the disk says of itself.",
    permanent: false,
  },
  [corrupt]: {
    expected: 'an intact SQLite database',
    next: 'Stop all processes that use it, keep a copy, and go back to a backup; `sqlite3 <file> .recover` may save what is left.',
    permanent: true,
  },
  [full]: {
    expected: 'room on the disk',
    next: 'Make room: nothing that was acknowledged is lost, and what waits is tried again.',
    permanent: false,
  },
  [cannotOpen]: {
    expected: 'a path at which a file can be opened or made',
    next: 'The folder has to be there, and this process needs the right to write in it.',
    permanent: true,
  },
  [notADatabase]: {
    expected: 'an SQLite database',
    next: 'Give another path, or move away what is there.',
    permanent: true,
  },
};

/** What the caller is told of an error: what was expected, what came, where, and what to do next. */
export function troubleOf(error: unknown, path: string): Trouble {
  if (error instanceof TroubleError) return error.trouble;
  const message = error instanceof Error ? error.message : String(error);
  const code = primaryCode(error);
  const known = code === undefined ? undefined : cases[code];
  const errcode = isSqliteError(error) ? error.errcode : undefined;
  const got = errcode === undefined ? message : `${message} (SQLite ${errcode})`;
  if (!known) return { message: `The store at ${path} failed: ${got}.`, permanent: false, errcode };
  const text = `Expected ${known.expected}, got ${got}, at ${path}. ${known.next}`;
  return { message: text, permanent: known.permanent, errcode };
}

/** Whether the record that was written is to blame, and neither the file nor anybody else. */
export function blamesRecord(error: unknown): boolean {
  const code = primaryCode(error);
  // 18: too big; 19, 20: a constraint or a type that no valid record breaks; none: the binding refused a value.
  return code === undefined ? !(error instanceof TroubleError) : [18, 19, 20].includes(code);
}
