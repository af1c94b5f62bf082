import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

/** What is known of a file's content. */
export interface Measures {
  readonly size: number;
  readonly sha256: string;
  /** Of text only. */
  readonly lines?: number;
  readonly gzipSize: number;
}

/** Git's own rule and number: text has no NUL among its first 8,000 bytes. */
const sniffedBytes = 8_000;

/** What is read at once of a large file. Four at a time and the gzip of each stay within some megabytes. */
const largestChunk = 256 * 1024;
const smallestChunk = 4 * 1024;

/** A link that took the file's place is refused, and a pipe does not make us wait for its writer. (Windows has neither.) */
const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** Reads a file once, as a stream, and never holds more than some chunks of it. Rejects when the signal aborts. */
export async function measure(
  path: Buffer,
  signal: AbortSignal,
  onRead: (bytes: number, ofBytes: number) => void,
): Promise<Measures> {
  signal.throwIfAborted();
  const file = await open(path, flags);
  try {
    const found = await file.stat();
    if (!found.isFile())
      throw new Error('Expected a file: something else has taken its place since the folder was read.');
    return await measureOpen(file, found.size, signal, (bytes) => onRead(bytes, found.size));
  } finally {
    await file.close();
  }
}

async function measureOpen(
  file: FileHandle,
  expectedSize: number,
  signal: AbortSignal,
  onRead: (bytes: number) => void,
): Promise<Measures> {
  const content = new Content();
  const highWaterMark = Math.min(Math.max(expectedSize, smallestChunk), largestChunk);
  let gzipSize = 0;
  await pipeline(
    file.createReadStream({ autoClose: false, highWaterMark }),
    async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        content.see(chunk);
        onRead(chunk.length);
        yield chunk;
      }
    },
    createGzip(),
    async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) gzipSize += chunk.length;
    },
    { signal },
  );
  return { ...content.measures(), gzipSize };
}

const newline = 0x0a;

/** Sees the chunks of one file. */
class Content {
  readonly #hash = createHash('sha256');
  #size = 0;
  #isBinary = false;
  #newlines = 0;
  #last: number | undefined;

  see(chunk: Buffer): void {
    this.#hash.update(chunk);
    if (this.#size < sniffedBytes && chunk.subarray(0, sniffedBytes - this.#size).includes(0))
      this.#isBinary = true;
    if (!this.#isBinary) {
      for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, at + 1)) this.#newlines += 1;
    }
    this.#size += chunk.length;
    this.#last = chunk.at(-1);
  }

  measures(): Omit<Measures, 'gzipSize'> {
    const unfinished = this.#size > 0 && this.#last !== newline ? 1 : 0;
    const lines = this.#isBinary ? {} : { lines: this.#newlines + unfinished };
    return { size: this.#size, sha256: this.#hash.digest('hex'), ...lines };
  }
}
