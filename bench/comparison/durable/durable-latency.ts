import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Supervisor, type TaskHandle, createSupervisor, defineTask } from '../../../src/index.ts';
import { sqliteStore } from '../../../src/stores/sqlite.ts';
import { waitingTask } from './waiting.ts';

/** Milliseconds, one for each task. */
export type Latencies = Readonly<Record<string, readonly number[]>>;

type Synchronous = 'full' | 'normal';

/** Not measured: until the code is compiled. */
const warmUp = 200;

const noop = defineTask({ type: 'noop', run: () => Promise.resolve(1) });
const path = (folder: string) => join(folder, 'tasks.db');

/** One task at a time, submitted, or canceled while it runs, by the supervisor that runs it. */
export async function withinProcess(
  folder: string,
  synchronous: Synchronous,
  count: number,
): Promise<Latencies> {
  await using store = sqliteStore(path(folder), { synchronous });
  const waiting = waitingTask(() => {});
  await using supervisor = await createSupervisor({ tasks: [noop, waiting], store, concurrency: 16 });
  const [submitted, results, canceled, ended]: number[][] = [[], [], [], []];
  for (let done = -warmUp; done < count; done += 1) {
    await pause(1);
    const at = performance.now();
    const handle = await supervisor.submit(noop);
    const submittedAt = performance.now();
    await handle.result();
    const resultAt = performance.now();
    const [cancelMs, endMs] = await cancel(await supervisor.submit(waiting));
    if (done < 0) continue;
    submitted?.push(submittedAt - at);
    results?.push(resultAt - at);
    canceled?.push(cancelMs);
    ended?.push(endMs);
  }
  return {
    'submit → acknowledged': submitted ?? [],
    'submit → result': results ?? [],
    'cancel → acknowledged': canceled ?? [],
    'cancel → ended': ended ?? [],
  };
}

/** Cancels it when it runs. */
async function cancel(handle: TaskHandle): Promise<readonly [cancelMs: number, endMs: number]> {
  for await (const { state } of handle.watch()) if (state === 'running') break;
  const end = handle.ended();
  const at = performance.now();
  await handle.cancel();
  const cancelMs = performance.now() - at;
  await end;
  return [cancelMs, performance.now() - at];
}

/** One task at a time, submitted and canceled by this process, while it runs in another. */
export async function acrossProcesses(
  folder: string,
  synchronous: Synchronous,
  count: number,
): Promise<Latencies> {
  const runner = fork(fileURLToPath(new URL('durable-runner.ts', import.meta.url)), [
    path(folder),
    synchronous,
  ]);
  try {
    await once(runner, 'message');
    await using store = sqliteStore(path(folder), { synchronous });
    const waiting = waitingTask(() => {});
    await using supervisor = await createSupervisor({ tasks: [waiting], store, run: false });
    const cancelEach = async () => cancelThere(runner, await supervisor.submit(waiting));
    return await latenciesAcross(cancelEach, count);
  } finally {
    runner.kill();
  }
}

async function latenciesAcross(
  cancelEach: () => Promise<readonly [abortMs: number, endMs: number]>,
  count: number,
): Promise<Latencies> {
  const [aborted, ended]: number[][] = [[], []];
  for (let done = -5; done < count; done += 1) {
    // So that the looks of the two processes do not keep step with the tasks.
    await pause(Math.random() * 50);
    const [abortMs, endMs] = await cancelEach();
    if (done < 0) continue;
    aborted?.push(abortMs);
    ended?.push(endMs);
  }
  return {
    'cancel → aborted elsewhere': aborted ?? [],
    'cancel → ended elsewhere': ended ?? [],
  };
}

/** The body tells when its signal was aborted, by the clock of the machine. */
async function cancelThere(runner: ReturnType<typeof fork>, handle: TaskHandle) {
  for await (const { state } of handle.watch()) if (state === 'running') break;
  const told = once(runner, 'message');
  const [at, wallAt] = [performance.now(), performance.timeOrigin + performance.now()];
  await handle.cancel();
  await handle.ended();
  const endMs = performance.now() - at;
  const [abortedAt] = (await told) as [number];
  return [abortedAt - wallAt, endMs] as const;
}

/** Runs one task after the other, so that its syncs can be counted from outside. */
export async function runOneByOne(supervisor: Supervisor, count: number): Promise<void> {
  for (let done = 0; done < count; done += 1) await (await supervisor.submit(noop)).result();
}

export { noop };
