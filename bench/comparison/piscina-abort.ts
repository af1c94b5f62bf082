import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createSupervisor, defineTask } from '../../src/index.ts';
import { holdLock } from './held-lock.ts';
import type { Outcome, Scenario, Stage } from './scenario.ts';

function outcome(lock: string, end: string): Outcome {
  const held = existsSync(lock);
  const observed = `${end}; its \`finally\` ${held ? 'did not run, and its lock is still held' : 'ran, and its lock is free'}`;
  return { holds: !held, observed };
}

async function runPeer({ folder }: Stage): Promise<Outcome> {
  const { Piscina } = await import('piscina');
  const lock = join(folder, 'lock');
  const filename = new URL('piscina-thread.ts', import.meta.url).href;
  const pool = new Piscina({ filename, minThreads: 1, maxThreads: 1 });
  const controller = new AbortController();
  try {
    const started = once(pool, 'message');
    const run = pool.run(lock, { signal: controller.signal });
    const [thread] = pool.threads;
    if (!thread) throw new Error('Expected piscina to have a thread, got none.');
    const gone = once(thread, 'exit');
    await Promise.race([started, run]);
    controller.abort();
    const end = await run.then(
      () => 'run() resolved',
      (error: Error) => `run() rejected with ${error.name}`,
    );
    await gone;
    return outcome(lock, `${end}, the thread was ended`);
  } finally {
    await pool.destroy();
  }
}

async function runTaskchart({ folder }: Stage): Promise<Outcome> {
  const lock = join(folder, 'lock');
  const started = Promise.withResolvers<void>();
  const work = defineTask({ type: 'work', run: ({ signal }) => holdLock(lock, started.resolve, signal) });
  await using supervisor = await createSupervisor({ tasks: [work], concurrency: 1 });
  const task = await supervisor.submit(work);
  await started.promise;
  const receipt = await task.cancel();
  const { error } = await task.ended();
  return outcome(lock, `the cancel was ${receipt}, the task ended in ${error?.fault.name}`);
}

export const piscinaAbort: Scenario = {
  name: 'abort of a running task that holds a lock file',
  law: 'A canceled task can tidy up, and is called ended only after it has.',
  why: 'Otherwise every cancel leaves its locks, temporary files and half-written output behind.',
  source:
    '[piscina #156](https://github.com/piscinajs/piscina/issues/156). It is the price of what Taskchart cannot do: to end code that never yields',
  packages: ['piscina'],
  runPeer,
  runTaskchart,
};
