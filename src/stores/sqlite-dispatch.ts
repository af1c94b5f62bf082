import type { Offer, TakeRequest, Taken } from '../store.ts';
import type { SqliteFile } from './sqlite-file.ts';
import { columnText, textOf } from './sqlite-row.ts';
import type { Total } from './sqlite-total.ts';

type Due = readonly [ticket: number, key: string, priority: number, isChild: number];

const dueSql = `SELECT ticket, key, priority, is_child FROM offer
  WHERE is_due = 1 AND type = ? AND is_child = ? ORDER BY priority DESC, ticket LIMIT ?`;
const nextTypeSql = 'SELECT type FROM offer WHERE is_due = 1 AND type > ? ORDER BY type LIMIT 1';

/** Whether there is anything new. */
export function offer(file: SqliteFile, total: Total, offers: readonly Offer[]): boolean {
  const before = total.tickets;
  for (const { key: text, type, priority, startAt = null, isChild } of offers) {
    const key = columnText(text);
    const present = file.get('SELECT ticket, priority, start_at FROM offer WHERE key = ?', key);
    if (present && present[1] === priority && present[2] === startAt) continue;
    if (present) file.run('DELETE FROM offer WHERE ticket = ?', present[0] as number);
    file.run(
      'INSERT INTO offer VALUES (?, ?, ?, ?, ?, ?, ?)',
      (total.tickets += 1),
      key,
      columnText(type),
      priority,
      Number(isChild),
      startAt,
      Number(startAt === null),
    );
  }
  return total.tickets > before;
}

export function withdraw(file: SqliteFile, keys: readonly string[]): void {
  for (const key of keys) file.run('DELETE FROM offer WHERE key = ?', columnText(key));
}

export function take(file: SqliteFile, { limit, types, childrenOnly, now }: TakeRequest): Taken {
  let nextAt = firstWaiting(file);
  if (nextAt !== undefined && nextAt <= now) {
    file.run('UPDATE offer SET is_due = 1 WHERE is_due = 0 AND start_at <= ?', now);
    nextAt = firstWaiting(file);
  }
  const columns = new Set(types.map(columnText));
  const due = limit > 0 ? dueOf(file, [...columns], childrenOnly, limit) : [];
  for (const [ticket] of due) file.run('DELETE FROM offer WHERE ticket = ?', ticket);
  return { keys: due.map(([, key]) => textOf(key)), nextAt, otherTypes: otherTypes(file, columns) };
}

/** The first of each type, merged. */
function dueOf(file: SqliteFile, types: readonly string[], childrenOnly: boolean, limit: number): Due[] {
  const families = childrenOnly ? [1] : [1, 0];
  const parts = types.flatMap((type) =>
    families.map((isChild) => file.all(dueSql, type, isChild, limit) as unknown as Due[]),
  );
  const filled = parts.filter(({ length }) => length > 0);
  if (filled.length <= 1) return filled[0] ?? [];
  return filled
    .flat()
    .toSorted((a, b) => b[2] - a[2] || b[3] - a[3] || a[0] - b[0])
    .slice(0, limit);
}

function firstWaiting(file: SqliteFile): number | undefined {
  return file.get('SELECT start_at FROM offer WHERE is_due = 0 ORDER BY start_at LIMIT 1')?.[0] as
    | number
    | undefined;
}

/** Each type is one step in the index, however many offers there are of it. */
function otherTypes(file: SqliteFile, asked: ReadonlySet<string>): string[] {
  const others: string[] = [];
  for (let row = file.get(nextTypeSql, ''); row; row = file.get(nextTypeSql, row[0] as string)) {
    const type = row[0] as string;
    if (!asked.has(type)) others.push(textOf(type));
  }
  return others;
}
