import type { Dirent } from 'node:fs';
import { lstat, opendir, readlink, realpath } from 'node:fs/promises';
import { sep } from 'node:path';

/** A place under the folder that is indexed. */
export interface Place {
  /** Relative to the folder, with `/`. */
  readonly path: string;
  /** The same as the file system has it, where it is not UTF-8. */
  readonly raw?: Uint8Array;
}

export type SkipReason = 'link' | 'broken link' | 'link loop' | 'fifo' | 'socket' | 'device';

/** What the walk came upon. */
export type Found =
  | { readonly kind: 'file'; readonly place: Place }
  | { readonly kind: 'skipped'; readonly place: Place; readonly reason: SkipReason; readonly target?: string }
  | { readonly kind: 'failure'; readonly place: Place; readonly error: NodeJS.ErrnoException };

export interface WalkOptions {
  readonly signal: AbortSignal;
  /** Absolute paths that are passed over in silence. */
  readonly isOwn: (absolute: string) => boolean;
}

/** Names that are read from a folder at a time: more saves trips to the thread pool, and holds up the first file. */
const namesAtOnce = 256;

const slash = Buffer.from('/');

/** All that is under a folder, depth first, one open folder at a time. Links are not followed. Ends early when the signal aborts. */
export async function* walk(root: string, options: WalkOptions): AsyncGenerator<Found, undefined, undefined> {
  const top = Buffer.from(root);
  const folders: (Buffer | undefined)[] = [undefined];
  while (folders.length > 0 && !options.signal.aborted) {
    const folder = folders.pop();
    try {
      for await (const entry of await entries(absolute(top, folder))) {
        if (options.signal.aborted) return undefined;
        const name = folder ? Buffer.concat([folder, slash, entry.name]) : entry.name;
        if (options.isOwn(absolute(top, name).toString())) continue;
        const found = await look(top, name, entry);
        if (found === 'folder') folders.push(name);
        else yield found;
      }
    } catch (error) {
      yield {
        kind: 'failure',
        place: place(folder ?? Buffer.from('.')),
        error: error as NodeJS.ErrnoException,
      };
    }
  }
  return undefined;
}

/** Where a place is, in the file system's own bytes. */
export function locate(root: string, { path, raw }: Place): Buffer {
  return absolute(Buffer.from(root), Buffer.from(raw ?? path));
}

async function entries(folder: Buffer): Promise<AsyncIterable<Dirent<Buffer>>> {
  // The types know no encoding here, Node does.
  const dir = await opendir(folder, { encoding: 'buffer' as BufferEncoding, bufferSize: namesAtOnce });
  return dir as unknown as AsyncIterable<Dirent<Buffer>>;
}

function absolute(top: Buffer, name: Buffer | undefined): Buffer {
  return name ? Buffer.concat([top, slash, name]) : top;
}

function place(name: Buffer): Place {
  const path = name.toString();
  return path.includes('\uFFFD') ? { path, raw: new Uint8Array(name) } : { path };
}

type Kind = Pick<Dirent, 'isFile' | 'isDirectory' | 'isSymbolicLink' | 'isFIFO' | 'isSocket'>;

async function look(top: Buffer, name: Buffer, entry: Dirent<Buffer>): Promise<Found | 'folder'> {
  try {
    const kind = isKnown(entry) ? entry : await lstat(absolute(top, name));
    if (kind.isDirectory()) return 'folder';
    if (kind.isFile()) return { kind: 'file', place: place(name) };
    if (kind.isSymbolicLink()) return await lookAtLink(top, name);
    const reason = kind.isFIFO() ? 'fifo' : kind.isSocket() ? 'socket' : 'device';
    return { kind: 'skipped', place: place(name), reason };
  } catch (error) {
    return { kind: 'failure', place: place(name), error: error as NodeJS.ErrnoException };
  }
}

/** Some file systems do not say in a folder what its entries are. */
function isKnown(entry: Kind & Pick<Dirent, 'isBlockDevice' | 'isCharacterDevice'>): boolean {
  if (entry.isFile() || entry.isDirectory() || entry.isSymbolicLink()) return true;
  return entry.isFIFO() || entry.isSocket() || entry.isBlockDevice() || entry.isCharacterDevice();
}

async function lookAtLink(top: Buffer, name: Buffer): Promise<Found> {
  const link = absolute(top, name);
  const skipped = (reason: SkipReason, target: string): Found => ({
    kind: 'skipped',
    place: place(name),
    reason,
    target,
  });
  const target = await readlink(link);
  try {
    const [end, self] = await Promise.all([
      realpath(link),
      realpath(link.subarray(0, link.lastIndexOf(slash))),
    ]);
    // Whoever followed a link to a folder that it lies in would never come to an end.
    const isLoop = self === end || self.startsWith(end.endsWith(sep) ? end : end + sep);
    return skipped(isLoop ? 'link loop' : 'link', target);
  } catch (error) {
    return skipped((error as NodeJS.ErrnoException).code === 'ELOOP' ? 'link loop' : 'broken link', target);
  }
}
