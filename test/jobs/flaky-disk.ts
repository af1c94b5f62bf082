// Preloaded into a program, it makes the first read beyond 96 MB fail, as a disk does that stutters; and says in the end
// how much was read.
import { type FileHandle, open } from 'node:fs/promises';

type Read = (
  buffer: Buffer,
  offset: number,
  length: number,
  position: number,
) => Promise<{ bytesRead: number }>;

const failsFrom = 96 * 1024 * 1024;

await using file = await open(import.meta.filename);
const handles = Object.getPrototypeOf(file) as { read: Read };
// oxlint-disable-next-line typescript/unbound-method -- called on the handle that it is asked of
const read = handles.read;
let hasFailed = false;
let bytes = 0;
handles.read = async function (this: FileHandle, ...args) {
  if (args[3] >= failsFrom && !hasFailed) {
    hasFailed = true;
    throw Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO' });
  }
  const answer = await read.apply(this, args);
  bytes += answer.bytesRead;
  return answer;
};
process.on('exit', () => process.stderr.write(`${bytes} bytes read\n`));
