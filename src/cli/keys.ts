import type { Store, TaskRecord } from '../index.ts';
import { nearest, UsageError } from './usage.ts';

const pageSize = 1_000;

/** A shorter part of a key is taken for a slip. */
const shortestPart = 4;

/** So many of those that are meant are named. */
const namedMatches = 3;

/**
 * The task of this key, or the only one whose key begins or ends so. A part costs a reading of all tasks.
 *
 * @throws UsageError when there is none, or more than one.
 */
export async function taskOf({ records }: Store, given: string): Promise<TaskRecord> {
  const [exact] = await records.read([given]);
  if (exact) return exact;
  const matches = given.length < shortestPart ? [] : await matching(records, given.toLowerCase());
  const [first, ...others] = matches;
  if (!first) {
    const isWhole = given.length >= 36;
    const what = isWhole
      ? 'the key of a task'
      : `a key, or at least ${shortestPart} characters of its beginning or end`;
    throw new UsageError(
      `Expected ${what}, got ${JSON.stringify(given)}: no task has it.`,
      'Run taskchart list.',
    );
  }
  if (others.length === 0) return first;
  const named = matches.slice(0, namedMatches).map(({ key, creation }) => `  ${key}  ${creation.type}`);
  if (matches.length > namedMatches) named.push('  …');
  throw new UsageError(
    `Expected the key of one task, got ${JSON.stringify(given)}, which several have:\n${named.join('\n')}`,
    'Give more of the key.',
  );
}

async function matching(records: Store['records'], part: string): Promise<TaskRecord[]> {
  const found: TaskRecord[] = [];
  for (let after = 0; found.length <= namedMatches;) {
    const page = await records.query({ filter: {}, after, limit: pageSize });
    found.push(...page.filter(({ key }) => key.startsWith(part) || key.endsWith(part)));
    const last = page.at(-1);
    if (!last) break;
    after = last.order;
  }
  return found;
}

/** One of several names. @throws UsageError that names them, and the one that may have been meant. */
export function oneOf(what: string, given: string, names: readonly string[]): string {
  if (names.includes(given)) return given;
  const meant = nearest(given, names);
  throw new UsageError(
    `Expected ${what}, one of ${names.join(', ')}, got ${JSON.stringify(given)}.`,
    meant && `Did you mean ${meant}?`,
  );
}
