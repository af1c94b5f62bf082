// A computation that ends with its task: here it lets the cancel in, in a thread of its own it is terminated.
import { setImmediate as breathe, setTimeout as plainSleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { type BodyContext, createSupervisor, defineTask } from '../src/index.ts';

// #region here
const sum = defineTask({
  type: 'sum',
  async run({ input: count, signal, task }: BodyContext<number>) {
    let [total, breath] = [0, performance.now()];
    for (let n = 1; n <= count; n += 1) {
      total += Math.sqrt(n);
      if (n % 1_000 !== 0 || performance.now() - breath < 10) continue;
      await task.setDescription(`${n} numbers`);
      await breathe(); // lets the cancel come in, and the rest of the process work
      signal.throwIfAborted();
      breath = performance.now();
    }
    return total;
  },
});
// #endregion

const counter = new Int32Array(new SharedArrayBuffer(4));
const source = `const { parentPort, workerData } = require('node:worker_threads');
  for (;;) if (Atomics.add(workerData, 0, 1) === 1_000) parentPort.postMessage('counting');`;

// #region thread
const count = defineTask({
  type: 'count',
  async run({ signal, task }) {
    const worker = new Worker(source, { eval: true, workerData: counter }); // in your project: a file
    signal.addEventListener('abort', () => void worker.terminate(), { once: true });
    let failure: unknown;
    worker.on('error', (error) => (failure = error));
    worker.on('message', (message: string) => void task.setDescription(message));
    const code = await new Promise((resolve) => worker.on('exit', resolve)); // now it is gone
    if (code !== 0) throw failure ?? signal.reason ?? new Error(`The thread ended with ${String(code)}`);
  },
});
// #endregion

await using supervisor = await createSupervisor({ tasks: [sum, count] });
for (const task of [await supervisor.submit(sum, 1e15), await supervisor.submit(count)]) {
  for await (const { descriptionId, description, cancelled } of task.watch()) {
    if (description && !cancelled) console.log(`${descriptionId} computes, cancel:`, await task.cancel());
  }
  console.log('  ended in', (await task.ended()).error?.fault.name);
}
const [counted] = counter;
await plainSleep(20);
console.log('the thread counted:', counted !== 0, '– and still does:', counter[0] !== counted);

/* Prints:
sum computes, cancel: requested
  ended in RequestCanceled
count computes, cancel: requested
  ended in RequestCanceled
the thread counted: true – and still does: false
*/
