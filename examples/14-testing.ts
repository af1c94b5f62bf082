// An hour in no time: with a simulated clock a test waits for nothing, and every run of it is the same.
import assert from 'node:assert/strict';
import { type BodyContext, createSupervisor, defineTask } from '../src/index.ts';
import { simulatedClock } from '../src/testing/index.ts'; // in your project: from 'taskchart/testing'

const bake = defineTask({
  type: 'bake',
  async run({ input: minutes, sleep, task }: BodyContext<number>) {
    for (let minute = 0; minute < minutes; minute += 1) {
      task.updateProgress((100 * minute) / minutes);
      await sleep(60_000);
    }
    return 'a loaf';
  },
});

// #region law
const clock = simulatedClock();
await using supervisor = await createSupervisor({ tasks: [bake], clock });

// A law: it takes exactly as long as it was told.
const task = await supervisor.submit(bake, 60);
await clock.advance(59 * 60_000);
assert.deepEqual([(await task.info()).state, (await task.info()).progress], ['running', 98]);
await clock.advance(60_000);
assert.equal(await task.result(), 'a loaf');
const { startTime, completeTime } = await task.info();
assert.equal(Number(completeTime) - Number(startTime), 3_600_000);
// #endregion
console.log('an hour has passed');

// Another: whenever it is canceled, it ends at once, without any further time.
for (const minute of [0, 1, 30, 59]) {
  const canceled = await supervisor.submit(bake, 60);
  await clock.advance(minute * 60_000);
  assert.equal(await canceled.cancel(), 'requested');
  await clock.advance(0);
  assert.equal((await canceled.info()).error?.fault.name, 'RequestCanceled');
}
console.log('a cancel works at every moment that was tried');

// And a task may start later than it was submitted.
const tomorrow = await supervisor.submit(bake, 1, { delayMs: 86_400_000 });
await clock.advance(86_399_999);
assert.equal((await tomorrow.info()).state, 'queued');
await clock.advance(60_001);
assert.equal((await tomorrow.info()).state, 'success');
console.log('tomorrow has come');

/* Prints:
an hour has passed
a cancel works at every moment that was tried
tomorrow has come
*/
