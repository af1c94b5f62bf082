import { invalidArgument } from '../fault.ts';
import { type Group, type JournalEntry, type Verdict, type Write, keyOf } from '../store.ts';
import type { JournalRow, Packed, PackedValue, RowWrite } from './sqlite-protocol.ts';
import { type RecordRow, columnText, creationAt, lifeAt, nullable, pushRow, states } from './sqlite-row.ts';

const kinds = ['insert', 'replace', 'check', 'add', 'reserve'] as const;

/** A group of which a record is no data. */
export class Unfit {
  readonly #write: Write;
  readonly #cause: unknown;

  constructor(write: Write, cause: unknown) {
    this.#write = write;
    this.#cause = cause;
  }

  verdict(group: Group): Verdict {
    const fault = invalidArgument('record', 'data that can be serialized', this.#cause, {
      cause: this.#cause,
    });
    return { ok: false, records: group.map(() => undefined), refused: this.#write, fault };
  }
}

/** `unfit`: by its place, a group that was left empty. */
export function packGroups(groups: readonly Group[]): { packed: Packed; unfit: ReadonlyMap<number, Unfit> } {
  const packed: PackedValue[] = [];
  const unfit = new Map<number, Unfit>();
  groups.forEach((group, index) => {
    const start = packed.push(group.length);
    let writing: Write | undefined;
    try {
      for (const write of group) pack(packed, (writing = write));
    } catch (error) {
      packed.length = start;
      packed[start - 1] = 0;
      unfit.set(index, new Unfit(writing as Write, error));
    }
  });
  return { packed, unfit };
}

function pack(packed: PackedValue[], write: Write): void {
  const key = columnText(keyOf(write));
  packed.push(kinds.indexOf(write.kind), key);
  switch (write.kind) {
    case 'insert':
      packed.push(write.leased === true);
      return pushRow(packed, write.record, true);
    case 'replace': {
      const { sequence, fence, record, leased, before } = write;
      const state = before === undefined || record.children ? null : states.indexOf(before);
      packed.push(
        sequence,
        fence,
        ...(journalRow(write.journal) ?? noJournal),
        record.order,
        leased === true,
        state,
      );
      return pushRow(packed, record, false);
    }
    case 'check':
      packed.push(write.sequence, write.fence);
      return;
    case 'add':
      packed.push(write.open, write.weight, write.done);
      return;
    default: {
      const { name, digest, expiresAt, owner } = write;
      packed.push(columnText(name), nullable(digest), expiresAt, nullable(owner));
    }
  }
}

const noJournal = [null, null] as const;

export function journalRow(entries: readonly JournalEntry[] = []): JournalRow | null {
  const last = entries.at(-1);
  if (!last) return null;
  const rows = entries.map(({ sequence, at, event, outcome, leaf }) => [sequence, at, event, outcome, leaf]);
  return [last.sequence, JSON.stringify(rows)];
}

/** What was packed, in the order in which it was. */
class Unpacking {
  readonly #packed: Packed;
  #at = 0;

  constructor(packed: Packed) {
    this.#packed = packed;
  }

  get isOver(): boolean {
    return this.#at === this.#packed.length;
  }

  next<T extends PackedValue>(): T {
    return this.#packed[this.#at++] as T;
  }

  row(length: number): RecordRow {
    return this.#packed.slice(this.#at, (this.#at += length)) as unknown as RecordRow;
  }
}

export function unpackGroups(packed: Packed): RowWrite[][] {
  const unpacking = new Unpacking(packed);
  const groups: RowWrite[][] = [];
  while (!unpacking.isOver) {
    const group: RowWrite[] = [];
    for (let left = unpacking.next<number>(); left > 0; left -= 1) group.push(unpack(unpacking));
    groups.push(group);
  }
  return groups;
}

function unpack(from: Unpacking): RowWrite {
  const kind = kinds[from.next<number>()];
  const key = from.next<string>();
  switch (kind) {
    case 'insert': {
      const leased = from.next<boolean>();
      return [kind, key, from.row(creationAt[1]), leased];
    }
    case 'replace': {
      const [sequence, fence] = [from.next<number>(), from.next<number>()];
      const [last, entries] = [from.next<number | null>(), from.next<string>()];
      const [id, leased, before] = [from.next<number>(), from.next<boolean>(), from.next<number | null>()];
      const journal: JournalRow | null = last === null ? null : [last, entries];
      return [kind, key, from.row(lifeAt[1]), sequence, fence, journal, id, leased, before];
    }
    case 'check':
      return [kind, key, from.next<number>(), from.next<number>()];
    case 'add':
      return [kind, key, from.next<number>(), from.next<number>(), from.next<number>()];
    default: {
      const [name, digest] = [from.next<string>(), from.next<string | null>()];
      return ['reserve', key, [name, key, digest, from.next<number>(), from.next<string | null>()]];
    }
  }
}
