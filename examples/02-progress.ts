// A body reports: progress is a whole number from 0 to 100, and none is accepted after the end.
import { createSupervisor, defineTask, isFault } from '../src/index.ts';

const pages = defineTask({
  type: 'report.print',
  async run({ sleep, task }) {
    task.setDescription('Printing'); // need not be awaited: calls of one body are dealt with in their order
    for (const page of [1, 2, 3]) {
      await sleep(1);
      task.updateProgress((page / 3) * 100);
    }
    await sleep(1);
    task.setDescription('Binding');
    await task.updateProgress(250); // awaited: it is committed, and clamped to 100
    const { progress, state } = await task.info();
    console.log('the body sees', { progress, state });
  },
});

await using supervisor = await createSupervisor({ tasks: [pages] });
const task = await supervisor.submit(pages);
let last = '';
for await (const { state, progress, description } of task.watch()) {
  const line = `${state} ${progress ?? '–'} ${description?.message ?? ''}`.trim();
  if (line !== last) console.log(line);
  last = line;
}

try {
  await task.updateProgress(50);
} catch (error) {
  if (isFault(error, 'InvalidState')) console.log('refused:', error.name, error.state);
}

/* Prints:
queued –
running –
running – Printing
running 33 Printing
running 66 Printing
running 100 Printing
running 100 Binding
the body sees { progress: 100, state: 'running' }
success – Binding
refused: InvalidState success
*/
