/** Remembers rows of numbers of 32 bits, exactly: in one long array, found by a hash table of places in it. */
export class ConfigurationSet {
  #rows = new Uint32Array(1 << 12);
  #end = 0;
  /** Places of rows, plus one; 0 is free. A power of two, at most half full. */
  #table = new Float64Array(1 << 10);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Whether the first `length` numbers of the row were not known; from now on they are. */
  add(row: Uint32Array, length: number): boolean {
    const slot = this.#slotOf(row, length);
    if (this.#table[slot] !== 0) return false;
    this.#table[slot] = this.#append(row, length) + 1;
    this.#size += 1;
    if (this.#size * 2 > this.#table.length) this.#grow();
    return true;
  }

  /** Where the row is, or would be. */
  #slotOf(row: Uint32Array, length: number): number {
    const mask = this.#table.length - 1;
    let slot = hash(row, 0, length) & mask;
    for (;;) {
      const place = this.#table[slot] as number;
      if (place === 0 || this.#isAt(place - 1, row, length)) return slot;
      slot = (slot + 1) & mask;
    }
  }

  #isAt(place: number, row: Uint32Array, length: number): boolean {
    if (this.#rows[place] !== length) return false;
    for (let at = 0; at < length; at += 1) if (this.#rows[place + 1 + at] !== row[at]) return false;
    return true;
  }

  /** A row is kept behind its length. */
  #append(row: Uint32Array, length: number): number {
    const place = this.#end;
    this.#end += length + 1;
    if (this.#end > this.#rows.length) {
      const longer = new Uint32Array(Math.max(this.#rows.length * 2, this.#end));
      longer.set(this.#rows);
      this.#rows = longer;
    }
    this.#rows[place] = length;
    this.#rows.set(row.subarray(0, length), place + 1);
    return place;
  }

  #grow(): void {
    const old = this.#table;
    this.#table = new Float64Array(old.length * 2);
    const mask = this.#table.length - 1;
    for (const place of old) {
      if (place === 0) continue;
      let slot = hash(this.#rows, place, this.#rows[place - 1] as number) & mask;
      while (this.#table[slot] !== 0) slot = (slot + 1) & mask;
      this.#table[slot] = place;
    }
  }
}

/** MurmurHash3 of 32 bits (Appleby, public domain), on whole words. */
function hash(row: Uint32Array, from: number, length: number): number {
  let mixed = length;
  for (let at = from; at < from + length; at += 1) {
    let word = Math.imul(row[at] as number, 0xcc9e_2d51);
    word = Math.imul((word << 15) | (word >>> 17), 0x1b87_3593);
    mixed ^= word;
    mixed = (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe654_6b64) | 0;
  }
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85eb_ca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2_ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
