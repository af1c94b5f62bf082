// Three ways to end a supervisor, and what remains: what did not end is queued, and another one may take it up.
import { type BodyContext, type Supervisor, type TaskHandle } from '../src/index.ts';
import { createSupervisor, defineTask, isFault, memoryStore } from '../src/index.ts';

const work = defineTask({
  type: 'work',
  async run({ input: ms, sleep }: BodyContext<number>) {
    await sleep(ms);
    return `worked ${ms} ms`;
  },
});

const store = memoryStore();
const left = async (supervisor: Supervisor) =>
  console.log('  left:', (await Array.fromAsync(supervisor.tasks(), ({ state }) => state)).join(', '));
const runs = async (task: TaskHandle) => {
  for await (const { state } of task.watch()) if (state === 'running') return;
};
const refusal = (error: unknown) => isFault(error) && error.name;

console.log('drain: what runs may end, the rest stays queued');
const first = await createSupervisor({ tasks: [work], store, concurrency: 1 });
const short = await first.submit(work, 20);
const long = await first.submit(work, 60_000);
const result = long.result().catch(refusal);
await runs(short);
await first.drain();
console.log('  short:', await short.result());
console.log('  long:', await result);
await left(first);

console.log('stop: what still runs after waitMs is told to end, and goes back to the queue');
const second = await createSupervisor({ tasks: [work], store });
const again = await second.task(long.key); // it was taken up from the store
await runs(again);
await second.stop({ waitMs: 0 });
console.log('  submit:', await second.submit(work, 1).catch(refusal));
await left(second);

console.log('await using: stop(), at the end of a block');
{
  await using third = await createSupervisor({ tasks: [work], store });
  console.log('  cancel:', await (await third.task(long.key)).cancel());
  await third.idle();
  await left(third);
}

/* Prints:
drain: what runs may end, the rest stays queued
  short: worked 20 ms
  long: SupervisorStopped
  left: success, queued
stop: what still runs after waitMs is told to end, and goes back to the queue
  submit: SupervisorStopped
  left: success, queued
await using: stop(), at the end of a block
  cancel: requested
  left: success, error
*/
