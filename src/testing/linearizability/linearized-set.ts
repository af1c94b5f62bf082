const full = 0xffff_ffff;

/**
 * A set of the numbers below `size` that mostly holds all up to some, and few beyond: written down as where the first
 * gap is, and what lies beyond.
 */
export class LinearizedSet {
  readonly #words: Uint32Array;
  /** All words before this one are full. */
  #low = 0;
  /** All words after this one are empty. */
  #high = 0;

  constructor(size: number) {
    this.#words = new Uint32Array((size >>> 5) + 1);
  }

  add(number: number): void {
    const word = number >>> 5;
    this.#words[word] = this.#word(word) | (1 << (number & 31));
    if (word > this.#high) this.#high = word;
    while (this.#word(this.#low) === full) this.#low += 1;
  }

  delete(number: number): void {
    const word = number >>> 5;
    this.#words[word] = this.#word(word) & ~(1 << (number & 31));
    if (word < this.#low) this.#low = word;
  }

  /** Writes the set down from this place on, alike for equal sets only, and gives the place after it. */
  write(to: Uint32Array, from: number): number {
    while (this.#high > 0 && this.#word(this.#high) === 0) this.#high -= 1;
    const end = Math.max(this.#low, this.#high + 1);
    let at = from;
    to[at++] = this.#low;
    to[at++] = end - this.#low;
    for (let word = this.#low; word < end; word += 1) to[at++] = this.#word(word);
    return at;
  }

  #word(word: number): number {
    return this.#words[word] ?? 0;
  }
}
