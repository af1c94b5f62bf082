/** With which code the command ends. */
export const exitCode = {
  /** It did what it was asked; the task that it waited for succeeded. */
  done: 0,
  /** The task ended in error, or what was asked was refused; a drawing is stale. */
  failed: 1,
  /** It was called wrongly: a command, file, key or input that cannot be used. */
  usage: 2,
  /** The task was canceled, or the command was left by Ctrl-C. */
  canceled: 130,
} as const;

/** The command was called wrongly; `next` says what to do instead. */
export class UsageError extends Error {
  readonly next: string | undefined;

  constructor(message: string, next?: string) {
    super(message);
    this.next = next;
  }
}

/** One of these may have been meant: it differs from `given` in little. */
export function nearest(given: string, names: readonly string[]): string | undefined {
  const most = Math.max(1, Math.floor(given.length / 3));
  const [best] = names
    .map((name) => ({ name, distance: distance(given.toLowerCase(), name.toLowerCase()) }))
    .filter((found) => found.distance <= most)
    .toSorted((a, b) => a.distance - b.distance);
  return best?.name;
}

/** How many characters have to be put in, left out or changed (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const changed = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(changed, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
