// A pipeline of streams that ends with its task: all of them are destroyed, and the half-made file is removed.
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtempDisposable, readdir, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { type BodyContext, createSupervisor, defineTask } from '../src/index.ts';

let bytesRead = 0;

// #region code
const compress = defineTask({
  type: 'compress',
  async run({ input: { from, to }, signal, task }: BodyContext<{ from: string; to: string }>) {
    const { size } = await stat(from);
    const source = createReadStream(from);
    bytesRead = 0;
    async function* reported(chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        bytesRead += chunk.length;
        await task.updateProgress((bytesRead / size) * 100);
        yield chunk;
      }
    }
    const part = `${to}.part`; // nobody takes a part for the whole
    try {
      await pipeline(source, reported, createGzip(), createWriteStream(part), { signal });
      await rename(part, to);
    } finally {
      await rm(part, { force: true }); // the streams are closed by now
    }
  },
});
// #endregion

await using folder = await mkdtempDisposable(join(tmpdir(), 'taskchart-'));
await using supervisor = await createSupervisor({ tasks: [compress] });

const from = process.execPath; // Node itself, some 100 megabytes
const task = await supervisor.submit(compress, { from, to: join(folder.path, 'node.gz') });
for await (const { progress = 0, cancelled } of task.watch()) {
  if (progress < 1 || cancelled) continue;
  console.log('there while it runs:', await readdir(folder.path));
  console.log('cancel:', await task.cancel());
}
console.log('ended in', (await task.ended()).error?.fault.name);
console.log('read some of it:', bytesRead > 0, '– all of it:', bytesRead === (await stat(from)).size);
console.log('left of the file:', await readdir(folder.path));

/* Prints:
there while it runs: [ 'node.gz.part' ]
cancel: requested
ended in RequestCanceled
read some of it: true – all of it: false
left of the file: []
*/
