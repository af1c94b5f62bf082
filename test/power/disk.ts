import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Chance } from '../soak/chance.ts';
import { Content } from './content.ts';
import type { Entry } from './log.ts';

/** Which of what was not synced has arrived. */
export type Fate = 'nothing' | 'a beginning' | 'any sectors' | 'everything';

export interface Cut {
  /** The power fails before this entry of the log. */
  readonly at: number;
  readonly fate: Fate;
}

/** Something that was done and is not on the disk for sure. */
interface Pending {
  readonly at: number;
  readonly entry: Entry;
}

type Names = Map<string, number>;

function rename(names: Names, entry: Entry): void {
  if (entry.kind === 'created') names.set(entry.name, entry.file);
  if (entry.kind === 'removed') names.delete(entry.name);
  if (entry.kind !== 'renamed') return;
  const file = names.get(entry.from);
  if (file === undefined) return;
  names.delete(entry.from);
  names.set(entry.to, file);
}

/**
 * What POSIX promises, and nothing more: of a file all that was written before its last sync, of the folder the names that
 * it had at its last sync. Of the rest any part may have arrived, by sectors.
 */
export class Disk {
  readonly #files = new Map<number, Content>();
  readonly #names: Names = new Map();
  #unsynced: Pending[] = [];

  /** As it is for sure when the first entries are done. */
  constructor(entries: readonly Entry[], until: number) {
    for (const [at, entry] of entries.slice(0, until).entries()) this.#note(at, entry);
  }

  /** The files after the power is back, by name. */
  after(fate: Fate, chance: Chance): Map<string, Buffer> {
    const keeps = this.#survivors(fate, chance);
    for (const { at, entry } of this.#unsynced) {
      if (entry.kind === 'written')
        this.#content(entry.file).write(entry.offset, entry.bytes, () => keeps(at));
      else if (keeps(at) && entry.kind === 'truncated') this.#content(entry.file).truncate(entry.size);
      else if (keeps(at)) rename(this.#names, entry);
    }
    this.#unsynced = [];
    return new Map([...this.#names].map(([name, file]) => [name, this.#content(file).bytes]));
  }

  /** Whether a sector of the entry arrives: asked once for each. */
  #survivors(fate: Fate, chance: Chance): (at: number) => boolean {
    if (fate === 'nothing') return () => false;
    if (fate === 'everything') return () => true;
    // What lies beyond the end of a file that has grown may be anything, where it did not arrive.
    if (chance.percent(30)) for (const content of this.#files.values()) content.soil(chance.seed());
    if (fate === 'any sectors') {
      const percent = chance.of([10, 50, 90]);
      return () => chance.percent(percent);
    }
    const last = this.#unsynced[chance.below(this.#unsynced.length)]?.at ?? 0;
    return (at) => at < last || (at === last && chance.percent(50));
  }

  #content(file: number): Content {
    const content = this.#files.get(file) ?? new Content();
    this.#files.set(file, content);
    return content;
  }

  #note(at: number, entry: Entry): void {
    if (entry.kind === 'synced')
      this.#settle((other) => 'file' in other && other.file === entry.file && other.kind !== 'created');
    else if (entry.kind === 'folderSynced')
      this.#settle((other) => !('file' in other) || other.kind === 'created');
    else this.#unsynced.push({ at, entry });
  }

  #settle(isSettled: (entry: Entry) => boolean): void {
    for (const { entry } of this.#unsynced) {
      if (!isSettled(entry)) continue;
      if (entry.kind === 'written') this.#content(entry.file).write(entry.offset, entry.bytes, () => true);
      else if (entry.kind === 'truncated') this.#content(entry.file).truncate(entry.size);
      else rename(this.#names, entry);
    }
    this.#unsynced = this.#unsynced.filter(({ entry }) => !isSettled(entry));
  }
}

/** Writes the files that a cut leaves into an empty folder. */
export function restore(folder: string, entries: readonly Entry[], cut: Cut, chance: Chance): void {
  const files = new Disk(entries, cut.at).after(cut.fate, chance);
  for (const [name, bytes] of files) writeFileSync(join(folder, name), bytes);
}
