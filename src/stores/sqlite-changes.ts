import type { SqliteFile } from './sqlite-file.ts';
import type { Report } from './sqlite-protocol.ts';
import { columnText, textOf } from './sqlite-row.ts';
import type { Total } from './sqlite-total.ts';

/** So many keys are remembered for those who look: more than are changed in the time between two looks. */
const remembered = 20_000;

/** Who changed what, for the other processes: a row for each batch, whose id counts the keys so far. */
export class SqliteChanges {
  readonly #file: SqliteFile;
  #seenChanges: number;
  #seenTickets: number;

  constructor(file: SqliteFile, { changes, tickets }: Total) {
    this.#file = file;
    this.#seenChanges = changes;
    this.#seenTickets = tickets;
  }

  /** What others have done since the last look; undefined: nothing. */
  look(total: Total): Report | undefined {
    const { changes, changes_pruned: pruned, tickets } = total;
    const changed =
      changes === this.#seenChanges ? [] : this.#seenChanges < pruned ? ('all' as const) : this.#since();
    const offered = tickets !== this.#seenTickets;
    this.saw(total);
    return changed.length === 0 && !offered ? undefined : { changed, offered };
  }

  /** Whoever listens here was told of all this by others. */
  saw({ changes, tickets }: Total): void {
    this.#seenChanges = changes;
    this.#seenTickets = tickets;
  }

  #since(): (readonly [worker: string, keys: readonly string[]])[] {
    const rows = this.#file.all(
      'SELECT worker, keys FROM change WHERE id > ? ORDER BY id',
      this.#seenChanges,
    );
    return rows.map(([worker, keys]) => [textOf(worker as string), JSON.parse(keys as string) as string[]]);
  }
}

/** Tells the other processes. No key: a control was changed. `keys` as columns keep them. */
export function noteChange(file: SqliteFile, total: Total, worker: string, keys: readonly string[]): void {
  total.changes += Math.max(1, keys.length);
  const texts = JSON.stringify(keys.map(textOf));
  file.run('INSERT INTO change VALUES (?, ?, ?)', total.changes, columnText(worker), texts);
  // A few rows in each transaction, so that none has to forget much.
  const upTo = total.changes - remembered;
  if (upTo <= total.changes_pruned) return;
  const old = file.all('SELECT id FROM change WHERE id <= ? ORDER BY id LIMIT 4', upTo);
  for (const [id] of old) {
    file.run('DELETE FROM change WHERE id = ?', id as number);
    total.changes_pruned = id as number;
  }
}
