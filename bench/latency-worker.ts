import { setTimeout as sleep } from 'node:timers/promises';
import { createSupervisor, defineTask } from '../src/index.ts';
import { type SystemName } from './systems.ts';

/** Milliseconds, one for each task. */
export type Latencies = Readonly<Record<string, readonly number[]>>;

/** What a light load leaves between two tasks. */
const pauseMs = 1;

/** Not measured: until the code is compiled. */
const warmUp = 500;

async function repeat(count: number, once: (measured: boolean) => Promise<void>): Promise<void> {
  for (let done = -warmUp; done < count; done += 1) {
    await sleep(pauseMs);
    await once(done >= 0);
  }
}

/** From the call of submit until the body is called, and until its result is there. */
export async function submitLatency(name: SystemName) {
  let startedAt = 0;
  const body = () => Promise.resolve((startedAt = performance.now()));
  const run = await submitter(name, body);
  return async (count: number): Promise<Latencies> => {
    const started: number[] = [];
    const ended: number[] = [];
    await repeat(count, async (measured) => {
      const at = performance.now();
      await run();
      if (!measured) return;
      ended.push(performance.now() - at);
      started.push(startedAt - at);
    });
    return { 'submit → started': started, 'submit → result': ended };
  };
}

async function submitter(name: SystemName, body: () => Promise<number>): Promise<() => Promise<unknown>> {
  if (name === 'p-queue') {
    const { default: PQueue } = await import('p-queue');
    const queue = new PQueue({ concurrency: 16 });
    return () => queue.add(body);
  }
  if (name === 'fastq') {
    const { default: fastq } = await import('fastq');
    const queue = fastq.promise(() => body(), 16);
    return () => queue.push(undefined);
  }
  const task = defineTask({ type: 'noop', run: body });
  const supervisor = await createSupervisor({ tasks: [task], concurrency: 16 });
  return async () => (await supervisor.submit(task)).result();
}

/** From the call of cancel until it is acknowledged, until the body's signal aborts, and until the task has ended. */
export async function cancelLatency() {
  let abortedAt = 0;
  let started = () => {};
  const task = defineTask({
    type: 'waiting',
    run: ({ signal }) =>
      new Promise<void>((_resolve, reject) => {
        const abort = () => {
          abortedAt = performance.now();
          reject(signal.reason as Error);
        };
        signal.addEventListener('abort', abort, { once: true });
        started();
      }),
  });
  const supervisor = await createSupervisor({ tasks: [task], concurrency: 16 });
  return async (count: number): Promise<Latencies> => {
    const [requested, aborted, ended]: [number[], number[], number[]] = [[], [], []];
    await repeat(count, async (measured) => {
      const running = new Promise<void>((resolve) => (started = resolve));
      const handle = await supervisor.submit(task);
      const end = handle.ended();
      await running;
      const at = performance.now();
      await handle.cancel();
      const acknowledgedAt = performance.now();
      await end;
      if (!measured) return;
      ended.push(performance.now() - at);
      aborted.push(abortedAt - at);
      requested.push(acknowledgedAt - at);
    });
    return {
      'cancel → signal aborted': aborted,
      'cancel → acknowledged': requested,
      'cancel → ended': ended,
    };
  };
}
