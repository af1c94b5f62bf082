import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createSupervisor, defineTask } from '../../src/index.ts';
import { Bodies, type Outcome, type Scenario, type Stage, within } from './scenario.ts';

/** What a body may take. */
const timeoutMs = 2_000;
/** What it waits in the queue: longer than it may run. */
const waitMs = 2_500;
/** What it then takes: a quarter of what it may. */
const workMs = 500;

function outcome({ mostAlive }: Bodies, last: string): Outcome {
  const waited = `${waitMs} ms in the queue, then at most ${workMs} of ${timeoutMs} ms of work`;
  return { holds: mostAlive === 1, observed: `${waited}: bodies at once: ${mostAlive}; ${last}` };
}

async function runPeer({ folder }: Stage): Promise<Outcome> {
  const { default: Database } = await import('better-sqlite3');
  const { better, defineQueue, defineWorker } = await import('plainjob');
  const bodies = new Bodies();
  const log = () => {};
  const logger = { error: log, warn: log, info: log, debug: log };
  const connection = better(new Database(join(folder, 'jobs.db')));
  const queue = defineQueue({ connection, logger, timeout: timeoutMs, maintenanceInterval: 50 });
  const options = { queue, logger, pollIntervall: 20 };
  const workers = [1, 2].map(() => defineWorker('work', bodies.run, options));
  const { id } = queue.add('work', {});
  await pause(waitMs);
  const running = workers.map((worker) => worker.start());
  await bodies.started(1);
  await within(workMs, bodies.started(2));
  const { mostAlive } = bodies;
  bodies.end();
  await Promise.all([...workers.map((worker) => worker.stop()), ...running]);
  const status = queue.getJobById(id)?.status;
  queue.close();
  return outcome(bodies, mostAlive > 1 ? 'the running one was put back' : `its status is ${status}`);
}

async function runTaskchart(): Promise<Outcome> {
  const bodies = new Bodies();
  const work = defineTask({ type: 'work', timeoutMs, run: bodies.run });
  await using supervisor = await createSupervisor({ tasks: [work], concurrency: 2 });
  await supervisor.pause();
  const task = await supervisor.submit(work);
  await pause(waitMs);
  await supervisor.resume();
  await bodies.started(1);
  await within(workMs, bodies.started(2));
  bodies.end();
  const { state, attempt } = await task.ended();
  return outcome(bodies, `${state} in attempt ${attempt}`);
}

export const plainjobWait: Scenario = {
  name: 'a task waits in the queue for longer than it may run',
  law: 'The time that a task may run is counted from its start.',
  why: 'Otherwise a queue that is behind takes healthy tasks for dead, runs them twice, and falls further behind.',
  source:
    '[plainjob](https://www.npmjs.com/package/plainjob) 0.0.14, which compares the time at which the job became due',
  packages: ['plainjob', 'better-sqlite3'],
  runPeer,
  runTaskchart,
};
