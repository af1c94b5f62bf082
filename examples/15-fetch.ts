// A request that ends with its task: the signal closes the connection, and the server sees it.
import { once } from 'node:events';
import { type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type BodyContext, createSupervisor, defineTask } from '../src/index.ts';

// #region code
const download = defineTask({
  type: 'download',
  async run({ input: url, signal, task }: BodyContext<string>) {
    const response = await fetch(url, { signal }); // the signal counts for the answer's body, too
    const size = Number(response.headers.get('content-length'));
    let received = 0;
    for await (const chunk of response.body ?? []) {
      received += chunk.length;
      await task.updateProgress((received / size) * 100);
    }
    return received;
  },
});
// #endregion

/** Sends half of the file, and the rest when it is told to. */
await using server = createServer((request, response) => {
  response.writeHead(200, { 'content-length': 2_000 }).write('x'.repeat(1_000));
  server.emit(request.url ?? '', response);
});
await once(server.listen(0, '127.0.0.1'), 'listening');
const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

await using supervisor = await createSupervisor({ tasks: [download] });

const film = await supervisor.submit(download, `${origin}/film`);
const [answer] = (await once(server, '/film')) as [ServerResponse];
const closed = once(answer, 'close');
for await (const { progress, cancelled } of film.watch()) {
  if (progress === 50 && !cancelled) console.log('client: half is here, cancel:', await film.cancel());
}
console.log('client:', (await film.ended()).error?.fault.name);
await closed;
console.log('server: connection closed, everything sent:', answer.writableFinished);

// Nobody cancels this one.
const song = await supervisor.submit(download, `${origin}/song`);
const [rest] = (await once(server, '/song')) as [ServerResponse];
rest.end('y'.repeat(1_000));
console.log('client:', await song.result(), 'bytes');
console.log('server: everything sent:', rest.writableFinished);

/* Prints:
client: half is here, cancel: requested
client: RequestCanceled
server: connection closed, everything sent: false
client: 2000 bytes
server: everything sent: true
*/
