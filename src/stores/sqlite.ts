import { resolve } from 'node:path';
import { invalidArgument } from '../fault.ts';
import type { Dispatch, LeaseBook, RecordStore, Store } from '../store.ts';
import { sqliteDispatch } from './sqlite-offers.ts';
import { sqliteLeases } from './sqlite-lease-book.ts';
import { SqliteLine } from './sqlite-line.ts';
import type { Report } from './sqlite-protocol.ts';
import { SqliteRecords } from './sqlite-client.ts';
import { SqliteHints } from './sqlite-hints.ts';

export interface SqliteStoreOptions {
  /**
   * `full` (default): what was acknowledged is on the disk, and survives a power cut. `normal`: it survives the end of the
   * process, however that comes, and a power cut may take the last moments; several times faster. Neither is ever corrupt.
   */
  readonly synchronous?: 'full' | 'normal';
}

/** Tasks in one SQLite file, for this process and others on this machine. */
export interface SqliteStore extends Store, AsyncDisposable {
  readonly records: RecordStore;
  readonly dispatch: Dispatch;
  readonly leases: LeaseBook;
  /**
   * A copy of the whole store, as it is at one moment, is at this path, where nothing was before; work goes on meanwhile.
   *
   * @throws StoreFailed when something is there already, or it cannot be written.
   */
  backup(path: string): Promise<void>;
  /** The file is closed. What was asked before is answered first; what is asked later rejects. */
  close(): Promise<void>;
}

/**
 * A store in the file at this path, which is made if there is none. All SQL runs in a thread of its own. Several
 * processes of one machine may use the file together; never one on a network file system.
 *
 * It returns at once. Where the file cannot be used, the first call rejects with `StoreFailed`, which says why.
 *
 * @throws InvalidArgument for a path that is no text, or an unknown option.
 */
export function sqliteStore(path: string, options: SqliteStoreOptions = {}): SqliteStore {
  const { synchronous = 'full' } = options;
  if (typeof path !== 'string' || path === '' || path.includes('\0') || path.startsWith(':'))
    throw invalidArgument('path', 'the path of a file (`memoryStore()` keeps nothing)', path);
  if (synchronous !== 'full' && synchronous !== 'normal')
    throw invalidArgument('synchronous', "'full' or 'normal'", synchronous);
  const [unknown] = Object.keys(options).filter((name) => name !== 'synchronous');
  if (unknown !== undefined) throw invalidArgument('sqliteStore', 'given `synchronous` alone', unknown);
  // At once: the process may change its folder later.
  return open(resolve(path), synchronous);
}

function open(path: string, synchronous: 'full' | 'normal'): SqliteStore {
  const hear = (report: Report) => hints.hear(report);
  const line = new SqliteLine({ path, synchronous }, hear);
  const hints = new SqliteHints((isListening) => line.tell('listen', { isListening, isEarly: !line.isOpen }));
  return {
    records: new SqliteRecords(line, hints),
    dispatch: sqliteDispatch(line, hints),
    leases: sqliteLeases(line),
    async backup(target) {
      await line.ask('backup', resolve(target));
    },
    close: () => line.close(),
    [Symbol.asyncDispose]: () => line.close(),
  };
}
