// How a body listens to its signal: one ends when it is asked, the other says that it will not. More are in 15 to 19.
import { setTimeout as plainSleep } from 'node:timers/promises';
import { type Fault, type TaskDefinition, createSupervisor, defineTask } from '../src/index.ts';

// #region hand-on
const handOn = defineTask({
  type: 'hand-on',
  run: ({ signal }) => plainSleep(60_000, undefined, { signal }),
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

const bodies: TaskDefinition[] = [handOn, pay];
await using supervisor = await createSupervisor({ tasks: bodies });
for (const body of bodies) {
  const task = await supervisor.submit(body);
  let answer: unknown;
  for await (const { state, cancelable } of task.watch()) {
    if (state !== 'running' || cancelable === (body === pay)) continue;
    answer ??= await task.cancel().catch((fault: Fault) => fault.name);
  }
  const { state, error } = await task.ended();
  console.log(body.type, '–', answer, '–', error?.fault.name ?? state);
}

/* Prints:
hand-on – requested – RequestCanceled
pay – NotSupported – success
*/
