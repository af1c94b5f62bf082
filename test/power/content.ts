import { simulatedRandom } from '../../src/testing/index.ts';

/** What a disk writes whole or not at all. */
const sectorBytes = 512;

/** The bytes of one file, which may be written in part. */
export class Content {
  #bytes = Buffer.alloc(0);
  #length = 0;
  #soil: Buffer | undefined;

  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  /** From now on, what was never written beyond the end is what lay there before, and no zeros. */
  soil(seed: number): void {
    this.#soil = Buffer.from(simulatedRandom(seed).bytes(sectorBytes));
  }

  /** `arrives` is asked of each sector. */
  write(offset: number, bytes: Buffer, arrives: () => boolean): void {
    for (let from = 0; from < bytes.length;) {
      const to = Math.min(bytes.length, from + sectorBytes - ((offset + from) % sectorBytes));
      if (arrives()) this.#put(offset + from, bytes.subarray(from, to));
      from = to;
    }
  }

  truncate(size: number): void {
    this.#reach(size);
    this.#length = size;
  }

  #put(offset: number, bytes: Buffer): void {
    this.#reach(offset + bytes.length);
    bytes.copy(this.#bytes, offset);
  }

  /** It is at least so long. */
  #reach(length: number): void {
    if (length <= this.#length) return;
    if (length > this.#bytes.length) {
      const larger = Buffer.alloc(Math.max(length, this.#bytes.length * 2));
      this.#bytes.copy(larger, 0, 0, this.#length);
      this.#bytes = larger;
    }
    this.#bytes.fill(this.#soil ?? 0, this.#length, length);
    this.#length = length;
  }
}
