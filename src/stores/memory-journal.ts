import type { JournalEntry } from '../store.ts';

/** So many entries of a task stay, at least and at most. */
const leastKept = 1_000;
const mostKept = 1_500;

/** The journals of the tasks that have one. */
export class MemoryJournal {
  readonly #entries = new Map<string, JournalEntry[]>();

  add(key: string, entries: readonly JournalEntry[] = []): void {
    if (entries.length === 0) return;
    const journal = this.#entries.get(key);
    if (!journal) return void this.#entries.set(key, [...entries]);
    journal.push(...entries);
    if (journal.length > mostKept) journal.splice(0, journal.length - leastKept);
  }

  of(key: string): readonly JournalEntry[] {
    return [...(this.#entries.get(key) ?? [])];
  }

  forget(key: string): void {
    this.#entries.delete(key);
  }
}
