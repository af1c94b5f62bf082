// How a body listens to its signal. Every one of these ends when it is asked, or says that it will not.
import { setImmediate as breathe, setTimeout as plainSleep } from 'node:timers/promises';
import { type Fault, type TaskDefinition, createSupervisor, defineTask } from '../src/index.ts';

// #region hand-on
const handOn = defineTask({
  type: 'hand-on',
  run: ({ signal }) => plainSleep(60_000, undefined, { signal }),
});
// #endregion

// #region compute
const compute = defineTask({
  type: 'compute',
  async run({ signal }) {
    for (let step = 1; step < 1e12; step += 1) {
      if (step % 100_000 !== 0) continue;
      await breathe(); // lets the cancel come in
      signal.throwIfAborted();
    }
  },
});
// #endregion

// #region no-return
const pay = defineTask({
  type: 'pay',
  async run({ signal, task }) {
    await task.setCancelable(false); // committed: a later cancel is NotSupported
    signal.throwIfAborted(); // an earlier one still counts
    await plainSleep(20);
    return 'paid';
  },
});
// #endregion

const bodies: TaskDefinition[] = [handOn, compute, pay];
await using supervisor = await createSupervisor({ tasks: bodies });
for (const body of bodies) {
  const task = await supervisor.submit(body);
  let answer: unknown;
  for await (const { state, cancelable } of task.watch()) {
    if (state !== 'running' || cancelable === (body === pay)) continue;
    answer ??= await task.cancel().catch((fault: Fault) => fault.name);
  }
  console.log(body.type, '–', answer, '–', (await task.ended()).state);
}

/* Prints:
hand-on – requested – error
compute – requested – error
pay – NotSupported – success
*/
