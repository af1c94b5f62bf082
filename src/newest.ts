import type { TaskRecord } from './record.ts';
import type { Hint } from './store.ts';

/** So many are remembered: more than are submitted before the first of them is asked for. */
const most = 4_000;

/**
 * What this supervisor has just created, so that whoever asks for it first needs no reading. It is forgotten as soon as
 * somebody else is said to have changed it: also when that is heard before the answer of the commit.
 */
export class Newest {
  /** Undefined: it is on its way to the store. */
  #records = new Map<string, TaskRecord | undefined>();

  /** The record of the key goes to the store. */
  expect(key: string): void {
    if (this.#records.size >= most) this.#records.delete(this.#records.keys().next().value as string);
    this.#records.set(key, undefined);
  }

  /** The store has it. */
  created(record: TaskRecord): void {
    if (this.#records.has(record.key)) this.#records.set(record.key, record);
  }

  forget(changed: Hint): void {
    if (changed === 'all') this.#records = new Map();
    else for (const key of changed) this.#records.delete(key);
  }

  /** The record; undefined: it has to be read. Either way it is forgotten: whoever asked follows it from now on. */
  take(key: string): TaskRecord | undefined {
    const record = this.#records.get(key);
    this.#records.delete(key);
    return record;
  }
}
