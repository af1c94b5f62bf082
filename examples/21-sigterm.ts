// SIGTERM in one line: what runs may finish, what is not done in time is told to end, and the process ends by itself.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { type BodyContext, createSupervisor, defineTask, isFault } from '../src/index.ts';

const work = defineTask({
  type: 'work',
  async run({ input: ms, sleep, signal }: BodyContext<number>) {
    console.log(`${ms} ms of work: begun`);
    try {
      await sleep(ms);
    } finally {
      console.log(`${ms} ms of work:`, signal.reason?.name ?? 'done');
    }
  },
});

async function service(isCareful: boolean) {
  // #region code
  const supervisor = await createSupervisor({ tasks: [work], concurrency: 2 });
  if (isCareful) process.once('SIGTERM', () => void supervisor.stop({ waitMs: 500 }));
  await supervisor.submit(work, 200);
  const long = await supervisor.submit(work, 60_000);
  await long.result().catch((error: unknown) => {
    if (!isFault(error, 'SupervisorStopped')) throw error; // uncaught, it would end the process with code 1
  });
  // #endregion
  console.log('what is not done is', (await long.info()).state);
}

async function demonstrate(how: string) {
  console.log(`${how}:`);
  const child = spawn(process.execPath, [import.meta.filename, how]);
  const closed = once(child, 'close');
  for await (const line of createInterface({ input: child.stdout })) {
    console.log(`  ${line}`);
    if (line === '60000 ms of work: begun') child.kill('SIGTERM');
  }
  const [code, killedBy] = await closed;
  console.log(killedBy ? `  killed by ${killedBy}` : `  ended by itself, with code ${code}`);
}

if (process.argv[2]) await service(process.argv[2] === 'with the line');
else for (const each of ['without the line', 'with the line']) await demonstrate(each);

/* Prints:
without the line:
  200 ms of work: begun
  60000 ms of work: begun
  killed by SIGTERM
with the line:
  200 ms of work: begun
  60000 ms of work: begun
  200 ms of work: done
  60000 ms of work: Evicted
  what is not done is queued
  ended by itself, with code 0
*/
