// A cancel is a request. A body that ignores it keeps its state and its slot until its code is gone.
import { setTimeout as deaf } from 'node:timers/promises';
import { createSupervisor, defineTask, isFault } from '../src/index.ts';

const polite = defineTask({
  type: 'polite',
  run: ({ sleep }) => sleep(60_000), // rejects as soon as its signal aborts
});

const stubborn = defineTask({
  type: 'stubborn',
  async run() {
    await deaf(500); // was not given the signal: nothing can end it
    return 'finished all the same';
  },
});

await using supervisor = await createSupervisor({ tasks: [polite, stubborn], concurrency: 1 });
const first = await supervisor.submit(stubborn);
const second = await supervisor.submit(polite);
const third = await supervisor.submit(polite);

console.log('first: ', await first.cancel()); // it runs: its signal aborts
console.log('first: ', await first.cancel()); // nothing happens twice
console.log('third: ', await third.cancel()); // it was queued: it ends at once

const { state, cancelled } = await first.info();
console.log('first is', state, { cancelled }, '– and second is', (await second.info()).state);

const end = await first.ended();
console.log('first ended in', end.state, { cancelled: end.cancelled, result: end.result });
await first.cancel().catch((error: unknown) => {
  if (isFault(error, 'InvalidState')) console.log('first: ', error.name, error.state);
});

for await (const info of second.watch()) {
  if (info.state === 'running' && !info.cancelled) console.log('second:', await second.cancel());
}
console.log('second ended in', (await second.ended()).error?.fault.name);

/* Prints:
first:  requested
first:  alreadyRequested
third:  canceled
first is running { cancelled: true } – and second is queued
first ended in success { cancelled: true, result: 'finished all the same' }
first:  InvalidState success
second: requested
second ended in RequestCanceled
*/
