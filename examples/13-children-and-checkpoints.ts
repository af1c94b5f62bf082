// A body that starts other tasks, and one that goes on where an earlier attempt stopped.
import { z } from 'zod';
import { type BodyContext, createSupervisor, defineTask } from '../src/index.ts';

const scan = defineTask({
  type: 'page.scan',
  async run({ input: page, sleep }: BodyContext<number>) {
    if (page < 0) await sleep(60_000);
    console.log('  scanning page', page);
    return `text ${page}`;
  },
});

const book = defineTask({
  type: 'book.scan',
  checkpoint: z.object({ cover: z.string() }),
  retry: { maxAttempts: 2, backoff: { kind: 'custom', delayMs: () => 0 } },
  async run({ task, attempt, checkpoint }) {
    console.log(`attempt ${attempt} begins with`, checkpoint);
    // Once per parent: an attempt that comes later gets the child that an earlier one made.
    const cover = await (await task.spawn(scan, 1, { name: 'cover' })).result();
    await task.saveCheckpoint({ cover });
    if (attempt === 1) throw new Error('The lamp went out');
    const rest = await task.spawnAll(scan, [2, 3]); // their results, in this order
    return [cover, ...rest];
  },
});

const endless = defineTask({
  type: 'endless',
  async run({ task }) {
    await task.spawn(scan, -1);
    task.setDescription('Scanning');
    return 'done'; // the body is gone, and the task waits for its child
  },
});

// A body whose children work has no slot: one slot is enough for a family.
await using supervisor = await createSupervisor({ tasks: [scan, book, endless], concurrency: 1 });
console.log(await (await supervisor.submit(book)).result());

const parent = await supervisor.submit(endless);
for await (const { description } of parent.watch()) if (description) break;
const child = async () => (await Array.fromAsync(supervisor.tasks({ parentTaskKey: parent.key })))[0];
console.log(await parent.cancel()); // asks the child as well
const { state, result, cancelled } = await parent.ended();
console.log('after:', state, { result, cancelled }, (await child())?.error?.fault.name);

/* Prints:
attempt 1 begins with undefined
  scanning page 1
attempt 2 begins with { cover: 'text 1' }
  scanning page 2
  scanning page 3
[ 'text 1', 'text 2', 'text 3' ]
requested
after: success { result: 'done', cancelled: true } RequestCanceled
*/
