import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { Content, type ContentSoFar } from './content.ts';

/** What is known of a file's content. */
export interface Measures {
  readonly size: number;
  readonly sha256: string;
  /** Of text only. */
  readonly lines?: number;
  /** Of the file as one gzip member for each `partBytes` of it. */
  readonly gzipSize: number;
}

/** A large file, as far as it is measured: what an attempt leaves to the next one. */
export interface MeasuredSoFar extends ContentSoFar {
  readonly gzipSize: number;
  /** Another file under the same name is measured from its beginning. */
  readonly identity: string;
}

export interface MeasureOptions {
  readonly signal: AbortSignal;
  /** How far an earlier attempt came. */
  readonly from: MeasuredSoFar | undefined;
  readonly onRead: (bytes: number, position: number, ofBytes: number) => void;
  /** After each part of a large file but the last. */
  readonly save: (soFar: MeasuredSoFar) => PromiseLike<void>;
}

/** A larger file is measured in parts of this size: one takes a second or two, and so much is lost when an attempt fails. */
export const partBytes = 64 * 1024 * 1024;

/** What is read at once of a large file. Four at a time and the gzip of each stay within some megabytes. */
const largestChunk = 256 * 1024;
const smallestChunk = 4 * 1024;

/** A link that took the file's place is refused, and a pipe does not make us wait for its writer. (Windows has neither.) */
const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** Reads a file once, as a stream, and never holds more than some chunks of it. Rejects when the signal aborts. */
export async function measure(path: Buffer, options: MeasureOptions): Promise<Measures> {
  options.signal.throwIfAborted();
  const file = await open(path, flags);
  try {
    const found = await file.stat();
    if (!found.isFile())
      throw new Error('Expected a file: something else has taken its place since the folder was read.');
    const identity = [found.dev, found.ino, found.size, found.mtimeMs].join(':');
    return await measureParts(file, found.size, identity, options);
  } finally {
    await file.close();
  }
}

async function measureParts(
  file: FileHandle,
  size: number,
  identity: string,
  { signal, from, onRead, save }: MeasureOptions,
): Promise<Measures> {
  const isLarge = size > partBytes;
  const known = from?.identity === identity ? from : undefined;
  const content = isLarge ? await Content.resumable(known) : Content.once();
  let gzipSize = known?.gzipSize ?? 0;
  const room = Math.min(Math.max(size, smallestChunk), largestChunk);
  for (;;) {
    const start = content.size;
    // A small file that has grown meanwhile, or one of /proc that says it is empty, is read to its end.
    const end = isLarge ? Math.min(start + partBytes, size) : Number.POSITIVE_INFINITY;
    const seen = seeing(content, chunks(file, start, end, room), (bytes) =>
      onRead(bytes, content.size, size),
    );
    gzipSize += await gzipSizeOf(seen, signal);
    const isOver = content.size < end || end === size;
    if (isOver) return { ...content.measures(), gzipSize };
    await save({ ...content.soFar(), gzipSize, identity });
  }
}

async function* chunks(
  file: FileHandle,
  start: number,
  end: number,
  room: number,
): AsyncGenerator<Buffer, void, undefined> {
  for (let at = start; at < end;) {
    const buffer = Buffer.allocUnsafe(Math.min(room, end - at));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

async function* seeing(
  content: Content,
  source: AsyncIterable<Buffer>,
  onRead: (bytes: number) => void,
): AsyncGenerator<Buffer, void, undefined> {
  for await (const chunk of source) {
    content.see(chunk);
    onRead(chunk.length);
    yield chunk;
  }
}

async function gzipSizeOf(source: AsyncIterable<Buffer>, signal: AbortSignal): Promise<number> {
  let size = 0;
  await pipeline(
    source,
    createGzip(),
    async (compressed: AsyncIterable<Buffer>) => {
      for await (const chunk of compressed) size += chunk.length;
    },
    { signal },
  );
  return size;
}
