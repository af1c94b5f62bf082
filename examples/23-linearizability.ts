// Whatever raced with whatever: is there one order, one thing after the other, in which the chart answers the same?
import assert from 'node:assert/strict';
import { taskMachine } from '../machines/index.ts'; // in your project: from 'taskchart/machines'
import { createSupervisor, defineTask, isFault } from '../src/index.ts';
import { type ChartOperation, chartSpecification } from '../src/testing/index.ts'; // 'taskchart/testing'
import { linearizable, recordHistory } from '../src/testing/index.ts';

const work = defineTask({ type: 'work', run: ({ sleep }) => sleep(2).catch(() => {}) });
await using supervisor = await createSupervisor({ tasks: [work], concurrency: 4 });

// #region history
type Operation = ChartOperation<typeof taskMachine>;
const specification = chartSpecification(taskMachine, {
  input: () => ({ driver: 'supervisor', cancelable: true, queuedAt: 0 }),
});
const recorder = recordHistory<Operation, unknown>();
const start: Operation = { type: 'START', at: 0, worker: 'w' };
const end: Operation = { type: 'BODY_RETURNED', at: 0 };
const cancel: Operation = { type: 'CANCEL', at: 0 };
const info: Operation = { type: 'info', observe: ({ context }) => context.task.cancelled };
// A refusal is an answer: it says that nothing was changed.
const refusal = (error: unknown) => (isFault(error, 'InvalidState') ? error.name : undefined);

for (let round = 0; round < 20; round += 1) {
  const task = await supervisor.submit(work);
  const by = (client: string, operation: Operation) => ({ client, key: task.key, operation });
  // What the runtime does by itself: at some time from now on, if at all.
  recorder.call(by(`start ${round}`, start));
  recorder.call(by(`end ${round}`, end));
  await Promise.allSettled([
    recorder.record(by('ann', cancel), () => task.cancel(), refusal),
    recorder.record(by('bob', info), async () => (await task.info()).cancelled),
    task.ended().then(() => recorder.record(by('cid', cancel), () => task.cancel(), refusal)),
  ]);
}
const verdict = linearizable(recorder.history, specification);
assert.ok(verdict.linearizable, verdict.message);
// #endregion
console.log(verdict.message);

// Canceled as if it were queued, though it had been asked before: no order explains that.
const first = { client: 'ann', key: 'x', operation: cancel, calledAt: 1, returnedAt: 2, answer: 'requested' };
const later = { ...first, calledAt: 3, returnedAt: 4, answer: 'canceled' };
const started = { client: 'start', key: 'x', operation: start, calledAt: 0 };
console.log(linearizable([started, first, later], specification).message);

/* Prints:
The 100 operations on 20 objects are linearizable.
Expected the history of 'x' to be linearizable, but no order of its 3 operations is legal.
The longest legal beginning:
  1. start: START { worker: 'w' } pending
  2. ann: CANCEL → requested
Then the state is running.canceling. One of these has to come next, before ann: CANCEL returns at 4:
  - ann: CANCEL → canceled: expected alreadyRequested, got canceled
Time, up to that return:
ann     |--CANCEL → requested--||--CANCEL → canceled--|
start  |--START { worker: 'w' } pending----------------…
*/
