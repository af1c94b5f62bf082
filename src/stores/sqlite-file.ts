import { statSync } from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { Opening } from './sqlite-protocol.ts';
import { checkpointPages } from './sqlite-copying.ts';
import { applicationId, migrations } from './sqlite.schema.ts';
import { TroubleError } from './sqlite-trouble.ts';

/** How long opening waits for others who open the same file: before there is a loop to wait in. */
const openingWaitMs = 5_000;

export type Row = readonly (string | number | null)[];

/** What identifies a file, whatever its name. */
interface Identity {
  readonly device: number;
  readonly inode: number;
}

/** One SQLite file of ours, open for writing. */
export class SqliteFile {
  readonly path: string;
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  readonly #isFull: boolean;
  #isSyncing = true;
  #runs = 0;
  readonly #identities: readonly (readonly [path: string, identity: Identity])[];

  /** @throws TroubleError, or what SQLite says. */
  constructor({ path, synchronous }: Opening) {
    this.path = path;
    this.#isFull = synchronous === 'full';
    this.#database = new DatabaseSync(path, { timeout: openingWaitMs });
    try {
      this.#prepareFile();
      this.#identities = [path, `${path}-wal`].map((name) => [name, identityOf(name)]);
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  /** One row; undefined where there is none. */
  get(sql: string, ...values: (string | number | null)[]): Row | undefined {
    return this.#statement(sql).get(...values) as unknown as Row | undefined;
  }

  all(sql: string, ...values: (string | number | null)[]): Row[] {
    return this.#statement(sql).all(...values) as unknown as Row[];
  }

  /** How many rows were changed. */
  run(sql: string, ...values: readonly (string | number | null)[]): number {
    this.#runs += 1;
    return this.#statement(sql).run(...values).changes as number;
  }

  /** `isDurable`: it is on the disk when `commit` returns, where that is what the store promises. @throws SQLITE_BUSY. */
  begin(isDurable: boolean): void {
    const isSyncing = isDurable && this.#isFull;
    if (isSyncing !== this.#isSyncing) {
      this.run(`PRAGMA synchronous = ${isSyncing ? 'FULL' : 'NORMAL'}`);
      this.#isSyncing = isSyncing;
    }
    this.#runs = 0;
    this.run('BEGIN IMMEDIATE');
  }

  /** How many statements were run within it. */
  commit(): number {
    this.run('COMMIT');
    return this.#runs;
  }

  /** Nothing of the transaction has happened. A full disk has undone it already. */
  rollback(): void {
    if (this.#database.isTransaction) this.run('ROLLBACK');
  }

  /** Differs from the last time when somebody else has committed. */
  dataVersion(): number {
    return this.get('PRAGMA data_version')?.[0] as number;
  }

  /** @throws TroubleError when the file is not at its path any more: what is written into it would be lost. */
  assertInPlace(): void {
    for (const [path, identity] of this.#identities) {
      const now = identityOf(path);
      if (now.inode === identity.inode && now.device === identity.device) continue;
      const got = now.inode === 0 ? 'was deleted' : 'was replaced by another file';
      const message = `Expected ${path} to stay where it is while the store is open, but it ${got}. Stop all processes that use it before a file is restored; what was not acknowledged was not kept.`;
      throw new TroubleError(message, true);
    }
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }

  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = this.#database.prepare(sql);
      statement.setReturnArrays(true);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  #prepareFile(): void {
    // The waiting comes first: several processes that open a new file at once would else fail one another.
    this.#assertOurs();
    const mode = this.get('PRAGMA journal_mode = WAL')?.[0];
    if (mode !== 'wal') throw new TroubleError(this.#noLogMessage(mode), true);
    this.#database.exec(
      `PRAGMA synchronous = FULL; PRAGMA fullfsync = 1; PRAGMA checkpoint_fullfsync = 1;
       PRAGMA wal_autocheckpoint = ${checkpointPages}; PRAGMA cache_size = -16000; PRAGMA temp_store = MEMORY;
       PRAGMA journal_size_limit = 67108864`,
    );
    this.#migrate();
    this.#statements.clear();
    // From here on waiting is done in the loop, so that reads are answered meanwhile.
    this.#database.exec('PRAGMA busy_timeout = 0');
  }

  #assertOurs(): void {
    // What it holds before whose it is: another process may make it in between, and gives it both at once.
    const objects = this.get('SELECT count(*) FROM sqlite_schema')?.[0] as number;
    const id = this.get('PRAGMA application_id')?.[0] as number;
    if (id === applicationId || (id === 0 && objects === 0)) return;
    const whose =
      id === 0 ? 'of another application' : `of another application (its application_id is ${id})`;
    const message = `Expected a store of Taskchart, got an SQLite database ${whose}, at ${this.path}. Give another path.`;
    throw new TroubleError(message, true);
  }

  #migrate(): void {
    this.run('BEGIN IMMEDIATE');
    try {
      // Again: another process may have made the file meanwhile.
      this.#assertOurs();
      const version = this.get('PRAGMA user_version')?.[0] as number;
      this.#assertReadable(version);
      for (const { sql, readableFrom } of migrations.slice(version)) {
        this.#database.exec(sql);
        this.run('UPDATE total SET readable_from = ?', readableFrom);
      }
      if (version < migrations.length) {
        this.#database.exec(
          `PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${migrations.length}`,
        );
      }
      this.run('COMMIT');
    } catch (error) {
      this.rollback();
      throw error;
    }
  }

  #assertReadable(version: number): void {
    if (version <= migrations.length) return;
    this.assertReadableFrom(this.get('SELECT readable_from FROM total')?.[0] as number);
  }

  /** @throws TroubleError when the file was made over by a newer version that this one must not touch. */
  assertReadableFrom(readableFrom: number): void {
    if (readableFrom <= migrations.length) return;
    const message = `Expected a store of schema ${migrations.length} or older, got one that needs ${readableFrom}, at ${this.path}. A newer Taskchart has used it: run that version, or go back to a backup.`;
    throw new TroubleError(message, true);
  }

  #noLogMessage(mode: unknown): string {
    return `Expected a file system on which SQLite can keep a write-ahead log, got journal mode ${String(mode)}, at ${this.path}. Give the path of a file on a local disk.`;
  }
}

function identityOf(path: string): Identity {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat ? { device: stat.dev, inode: stat.ino } : { device: 0, inode: 0 };
}
