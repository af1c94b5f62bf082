// Preloaded into a program, it writes down every read of an open file (position and first line), and kills the program at
// the read that KILL_AT numbers among those of a beginning, at a read from the position KILL_FROM, or (KILL_AT=sync) when
// what was written is to be on the disk.
import { appendFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

type Read = (
  buffer: Buffer,
  offset: number,
  length: number,
  position: number,
) => Promise<{ bytesRead: number }>;

const { READS = '', KILL_AT, KILL_FROM = Infinity } = process.env;

await using file = await open(import.meta.filename);
const handles = Object.getPrototypeOf(file) as { read: Read; sync: () => Promise<void> };
// oxlint-disable-next-line typescript/unbound-method -- called on the handle that it is asked of
const { read, sync } = handles;
let beginnings = 0;
handles.read = async function (this: FileHandle, ...args) {
  const answer = await read.apply(this, args);
  const [buffer, , , position] = args;
  const [line = ''] = buffer.subarray(0, Math.min(answer.bytesRead, 200)).toString().split('\n');
  if (answer.bytesRead > 0) appendFileSync(READS, `${position} ${position === 0 ? line : ''}\n`);
  if (position === 0 && answer.bytesRead > 0) beginnings += 1;
  if (beginnings === Number(KILL_AT) || position >= Number(KILL_FROM)) process.kill(process.pid, 'SIGKILL');
  return answer;
};
handles.sync = function (this: FileHandle) {
  if (KILL_AT === 'sync') process.kill(process.pid, 'SIGKILL');
  return sync.apply(this);
};
