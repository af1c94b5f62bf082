import { once } from 'node:events';
import { createSupervisor, defineTask } from '../../src/index.ts';
import type { Outcome, Scenario, Stage } from './scenario.ts';

/** A body that is canceled in its first attempt, and then fails for a reason of its own. A second attempt succeeds. */
class Work {
  attempts = 0;
  readonly #started = Promise.withResolvers<void>();
  readonly started = this.#started.promise;

  async run(signal: AbortSignal): Promise<string> {
    this.attempts += 1;
    if (this.attempts > 1) return 'done';
    const aborted = once(signal, 'abort');
    this.#started.resolve();
    await aborted;
    throw new Error('The connection was lost');
  }
}

async function runPeer({ redisPort }: Stage): Promise<Outcome> {
  const { Queue, QueueEvents, Worker } = await import('bullmq');
  const work = new Work();
  const connection = { host: '127.0.0.1', port: redisPort, maxRetriesPerRequest: null };
  const queue = new Queue('work', { connection });
  const events = new QueueEvents('work', { connection });
  // BullMQ makes a signal for a processor that declares three parameters.
  const worker = new Worker('work', (_job, _token, signal) => work.run(signal!), { connection });
  try {
    await events.waitUntilReady();
    const job = await queue.add('work', {}, { attempts: 2 });
    await work.started;
    const accepted = worker.cancelJob(job.id!, 'asked by a user');
    if (!accepted) throw new Error('Expected cancelJob() to find the running job, got false.');
    await job.waitUntilFinished(events).catch(() => {});
    const state = await job.getState();
    const observed = `cancelJob() answered ${accepted}; attempts: ${work.attempts}, the job is ${state}`;
    return { holds: state === 'failed' && work.attempts === 1, observed };
  } finally {
    await Promise.all([worker.close(), events.close(), queue.close()]);
  }
}

async function runTaskchart(): Promise<Outcome> {
  const work = new Work();
  const definition = defineTask({
    type: 'work',
    retry: { maxAttempts: 2, backoff: { kind: 'custom', delayMs: () => 0 } },
    run: ({ signal }) => work.run(signal),
  });
  await using supervisor = await createSupervisor({ tasks: [definition] });
  const task = await supervisor.submit(definition);
  await work.started;
  const receipt = await task.cancel();
  const { state, error } = await task.ended();
  const end = `in ${state} (“${error?.localizedMessage}”)`;
  const observed = `the cancel was ${receipt}; attempts: ${work.attempts}, the task is ${end}`;
  return { holds: state === 'error' && work.attempts === 1, observed };
}

export const bullmqCancel: Scenario = {
  name: 'a cancel is accepted, then the body fails, two attempts allowed',
  law: 'An accepted cancel ends the task: what fails after it is not tried again.',
  why: 'Otherwise work that a user was told is being canceled runs to its end.',
  source:
    'BullMQ asks the body to throw an `UnrecoverableError` instead: [cancelling jobs](https://docs.bullmq.io/guide/workers/cancelling-jobs)',
  packages: ['bullmq', 'ioredis'],
  needsRedis: true,
  runPeer,
  runTaskchart,
};
