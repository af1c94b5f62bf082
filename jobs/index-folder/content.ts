import { createHash } from 'node:crypto';
import { createSHA256 } from 'hash-wasm';

/** Git's own rule and number: text has no NUL among its first 8,000 bytes. */
const sniffedBytes = 8_000;

const newline = 0x0a;

/** What was seen of a file, so that it can go on from there. */
export interface ContentSoFar {
  readonly size: number;
  /** The inside of the hash. */
  readonly sha256: Uint8Array;
  readonly isBinary: boolean;
  readonly newlines: number;
  readonly last: number | undefined;
}

interface Hash {
  update(chunk: Buffer): unknown;
  digest(encoding: 'hex'): string;
  /** Node's own hash is several times as fast, and cannot tell its inside. */
  save?(): Uint8Array;
}

/** Sees the chunks of one file, in order. */
export class Content {
  readonly #hash: Hash;
  size = 0;
  #isBinary = false;
  #newlines = 0;
  #last: number | undefined;

  private constructor(hash: Hash, known?: ContentSoFar) {
    this.#hash = hash;
    if (!known) return;
    this.size = known.size;
    this.#isBinary = known.isBinary;
    this.#newlines = known.newlines;
    this.#last = known.last;
  }

  static once(): Content {
    return new Content(createHash('sha256'));
  }

  /** One that `soFar` can be asked of, and that goes on from there. */
  static async resumable(known: ContentSoFar | undefined): Promise<Content> {
    const hash = await createSHA256();
    return new Content(known ? hash.load(known.sha256) : hash.init(), known);
  }

  see(chunk: Buffer): void {
    this.#hash.update(chunk);
    if (this.size < sniffedBytes && chunk.subarray(0, sniffedBytes - this.size).includes(0))
      this.#isBinary = true;
    if (!this.#isBinary) {
      for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, at + 1)) this.#newlines += 1;
    }
    this.size += chunk.length;
    this.#last = chunk.at(-1);
  }

  soFar(): ContentSoFar {
    const sha256 = this.#hash.save?.();
    if (!sha256) throw new Error('Expected a resumable content: one made by Content.resumable().');
    return {
      size: this.size,
      sha256,
      isBinary: this.#isBinary,
      newlines: this.#newlines,
      last: this.#last,
    };
  }

  measures(): { readonly size: number; readonly sha256: string; readonly lines?: number } {
    const unfinished = this.size > 0 && this.#last !== newline ? 1 : 0;
    const lines = this.#isBinary ? {} : { lines: this.#newlines + unfinished };
    return { size: this.size, sha256: this.#hash.digest('hex'), ...lines };
  }
}
