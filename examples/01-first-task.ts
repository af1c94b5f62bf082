// A task is defined, submitted, watched and canceled: first comes the request, then the end.
// #region code
import { setTimeout as tidyUp } from 'node:timers/promises';
import { createSupervisor, defineTask } from '../src/index.ts'; // in your project: from 'taskchart'

const download = defineTask({
  type: 'download',
  async run({ sleep }) {
    try {
      await sleep(60_000); // stands for work that obeys the signal
    } finally {
      await tidyUp(100); // not `sleep`: after the abort that one rejects at once
    }
  },
});

await using supervisor = await createSupervisor({ tasks: [download] });
const task = await supervisor.submit(download);
for await (const { state, cancelled } of task.watch()) {
  console.log(state, { cancelled });
  if (state === 'running' && !cancelled) console.log('cancel:', await task.cancel());
}
console.log((await task.ended()).error?.localizedMessage);
// #endregion

/* Prints:
queued { cancelled: false }
running { cancelled: false }
cancel: requested
running { cancelled: true }
error { cancelled: true }
The task was canceled by a user.
*/
