import type { SqliteFile } from './sqlite-file.ts';
import { noteChange } from './sqlite-changes.ts';
import { offer, take, withdraw } from './sqlite-dispatch.ts';
import type { CallName, Calls, Request } from './sqlite-protocol.ts';
import { unpackGroups } from './sqlite-packing.ts';
import { type PruneStep, pruneSome } from './sqlite-prune.ts';
import { queryRows } from './sqlite-query.ts';
import { commitGroups, readRow } from './sqlite-records.ts';
import { readJournal } from './sqlite-journal.ts';
import { beat, endLease, readBeats, retire } from './sqlite-leases.ts';
import { columnText, textOf } from './sqlite-row.ts';
import { type Total, countColumns, readTotal } from './sqlite-total.ts';

type Run<N extends CallName> = (
  file: SqliteFile,
  total: Total,
  given: Calls[N]['given'],
  careful: boolean,
) => Calls[N]['answer'];
type Read<N extends CallName> = (file: SqliteFile, given: Calls[N]['given']) => Calls[N]['answer'];

/** What is asked, as something to be done: within a transaction, or by reading alone. */
export interface Job {
  readonly id: number;
  readonly name: CallName;
  /** Whoever asked was promised that it survives. What is only offered, beaten or removed is done again when it is lost. */
  readonly isDurable: boolean;
  readonly run?: (file: SqliteFile, total: Total, careful: boolean) => unknown;
  readonly read?: (file: SqliteFile) => unknown;
  readonly isUnfinished?: () => boolean;
}

const durable: readonly CallName[] = ['commit', 'setControl'];

const reads: {
  readonly [N in 'read' | 'query' | 'journal' | 'counts' | 'beats' | 'control' | 'close']: Read<N>;
} = {
  read: (file, keys) => keys.map((key) => readRow(file, columnText(key))),
  query: queryRows,
  journal: readJournal,
  counts(file) {
    const total = readTotal(file);
    const [queued = 0, running = 0, success = 0, error = 0] = countColumns.map((column) => total[column]);
    return [queued, running, success, error];
  },
  beats: readBeats,
  control: (file) => file.all('SELECT name, value FROM control').map(texts) as [string, string][],
  close: () => undefined,
};

const writes: {
  readonly [
    N in 'commit' | 'beat' | 'endLease' | 'retire' | 'setControl' | 'offer' | 'withdraw' | 'take'
  ]: Run<N>;
} = {
  commit: (file, total, { packed, ...call }, careful) =>
    commitGroups(file, total, { ...call, groups: unpackGroups(packed) }, careful),
  beat(file, _total, worker) {
    beat(file, worker);
    return readBeats(file);
  },
  endLease: (file, _total, { worker, beats }) => endLease(file, worker, beats),
  retire(file, _total, worker) {
    retire(file, worker);
    return undefined;
  },
  setControl(file, total, { name, value, worker }) {
    if (value === undefined) file.run('DELETE FROM control WHERE name = ?', columnText(name));
    else file.run('INSERT OR REPLACE INTO control VALUES (?, ?)', columnText(name), columnText(value));
    noteChange(file, total, worker, []);
    return undefined;
  },
  offer: (file, total, offers) => offer(file, total, offers),
  withdraw(file, _total, keys) {
    withdraw(file, keys);
    return undefined;
  },
  take: (file, _total, request) => take(file, request),
};

export function isReading(name: CallName): boolean {
  return Object.hasOwn(reads, name);
}

export function jobOf({ id, name, given }: Request): Job {
  const isDurable = durable.includes(name);
  if (name === 'prune') return pruneJob(id, given as Calls['prune']['given']);
  if (isReading(name)) {
    const read = reads[name as keyof typeof reads] as Read<CallName>;
    return { id, name, isDurable, read: (file) => read(file, given) };
  }
  const run = writes[name as keyof typeof writes] as Run<CallName>;
  return { id, name, isDurable, run: (file, total, careful) => run(file, total, given, careful) };
}

/** One step in each transaction, so that commits come between. */
function pruneJob(id: number, request: Calls['prune']['given']): Job {
  let last: PruneStep | undefined;
  let next: PruneStep | undefined;
  return {
    id,
    name: 'prune',
    isDurable: false,
    run(file, total) {
      next = pruneSome(file, total, request, last?.count ?? 0);
      return { count: next.count, nextAt: next.nextAt };
    },
    // Asked after the commit: a step that was undone does not count.
    isUnfinished() {
      last = next;
      return last?.isDone === false;
    },
  };
}

function texts(row: readonly (string | number | null)[]): string[] {
  return row.map((column) => textOf(column as string));
}
