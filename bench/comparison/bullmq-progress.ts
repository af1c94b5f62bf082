import { once } from 'node:events';
import type { Job } from 'bullmq';
import { type BodyTask, type Fault, createSupervisor, defineTask } from '../../src/index.ts';
import { type Outcome, type Scenario, type Stage, within } from './scenario.ts';

/** How long a watcher is given to hear of the late report. */
const patienceMs = 2_000;

async function runPeer({ redisPort }: Stage): Promise<Outcome> {
  const { Queue, QueueEvents, Worker } = await import('bullmq');
  const connection = { host: '127.0.0.1', port: redisPort, maxRetriesPerRequest: null };
  const queue = new Queue('work', { connection });
  const events = new QueueEvents('work', { connection });
  let ended: Job | undefined;
  const worker = new Worker('work', (job) => Promise.resolve(void (ended = job)), { connection });
  try {
    await events.waitUntilReady();
    const job = await queue.add('work', {});
    await job.waitUntilFinished(events);
    const heard = once(events, 'progress');
    const answer = await ended!.updateProgress(50).then(
      () => 'accepted',
      (error: Error) => `refused (“${error.message}”)`,
    );
    const toldLate = await within(patienceMs, heard);
    const [state, found] = await Promise.all([job.getState(), queue.getJob(job.id!)]);
    const told = toldLate ? 'were told `progress` after `completed`' : 'were told nothing more';
    const observed = `the report was ${answer}: the job is ${state} with progress ${JSON.stringify(found?.progress)}, watchers ${told}`;
    return { holds: found?.progress !== 50 && !toldLate, observed };
  } finally {
    await Promise.all([worker.close(), events.close(), queue.close()]);
  }
}

async function runTaskchart(): Promise<Outcome> {
  let ended: BodyTask | undefined;
  const work = defineTask({ type: 'work', run: ({ task }) => void (ended = task) });
  await using supervisor = await createSupervisor({ tasks: [work] });
  const task = await supervisor.submit(work);
  await task.ended();
  const before = await task.info();
  const answer = await ended!.updateProgress(50).then(
    () => 'accepted',
    (fault: Fault) => `refused (${fault.name})`,
  );
  const after = await task.info();
  const toldLate = after.sequence !== before.sequence;
  const told = toldLate ? 'were told of it' : 'were told nothing more';
  const progress = after.progress === undefined ? 'no progress' : `progress ${after.progress}`;
  const observed = `the report was ${answer}: the task is in ${after.state} with ${progress}, watchers ${told}`;
  return { holds: after.progress === undefined && !toldLate, observed };
}

export const bullmqProgress: Scenario = {
  name: 'a body’s report arrives after its task has completed',
  law: 'Final is final: no progress after the end.',
  why: 'Otherwise whoever draws what he is told last shows a finished task at 50 %.',
  source:
    '[BullMQ #2186](https://github.com/taskforcesh/bullmq/issues/2186), [bull #951](https://github.com/OptimalBits/bull/issues/951)',
  packages: ['bullmq', 'ioredis'],
  needsRedis: true,
  runPeer,
  runTaskchart,
};
