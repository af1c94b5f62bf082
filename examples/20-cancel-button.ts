// A cancel button: what a server answers to it, also when the task has ended before the click arrived.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSupervisor, defineTask, isFault } from '../src/index.ts';

const quick = defineTask({ type: 'quick', run: () => 'a result' });
const long = defineTask({ type: 'long', run: ({ sleep }) => sleep(60_000) });
const pay = defineTask({ type: 'pay', cancelable: false, run: ({ sleep }) => sleep(60_000) });
await using supervisor = await createSupervisor({ tasks: [quick, long, pay], concurrency: 2 });

// #region code
const words = {
  canceled: [200, 'It had not begun, and will not.'],
  requested: [202, 'It was asked to end. Watch it: it runs until its body is gone.'],
  alreadyRequested: [202, 'It had been asked before.'],
} as const;

async function press(key: string): Promise<readonly [status: number, text: string]> {
  try {
    const task = await supervisor.task(key);
    return words[await task.cancel()];
  } catch (error) {
    if (isFault(error, 'InvalidState')) return [409, `It had ended before, in ${String(error.state)}.`];
    if (isFault(error, 'NotSupported')) return [409, 'It cannot be canceled now.'];
    if (isFault(error, 'ManagedObjectNotFound')) return [404, 'There is no such task any more.'];
    throw error; // nothing that a click can cause
  }
}
// #endregion

await using server = createServer(({ url = '' }, response) => {
  const answer = (status: number, text?: string) => response.writeHead(status).end(text);
  press(url.slice(1)).then(
    ([status, text]) => answer(status, text),
    () => answer(500),
  );
});
await once(server.listen(0, '127.0.0.1'), 'listening');
const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

const finished = await supervisor.submit(quick);
await finished.ended();
const payment = await supervisor.submit(pay);
const running = await supervisor.submit(long);
const queued = await supervisor.submit(long); // two run: there is no slot for it
for await (const { state } of running.watch()) if (state === 'running') break;
for (const [name, { key }] of Object.entries({ queued, running, finished, payment, unknown: { key: '?' } })) {
  const answer = await fetch(`${origin}/${key}`, { method: 'POST' });
  console.log(`${name}:`, answer.status, await answer.text());
}
await supervisor.stop({ waitMs: 0 });

/* Prints:
queued: 200 It had not begun, and will not.
running: 202 It was asked to end. Watch it: it runs until its body is gone.
finished: 409 It had ended before, in success.
payment: 409 It cannot be canceled now.
unknown: 404 There is no such task any more.
*/
