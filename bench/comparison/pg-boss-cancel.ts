import { createSupervisor, defineTask } from '../../src/index.ts';
import { Bodies, type Outcome, type Scenario, within } from './scenario.ts';

/** How long a second start is given: several polls of pg-boss. */
const patienceMs = 5_000;

async function runPeer(): Promise<Outcome> {
  const { PGlite } = await import('@electric-sql/pglite');
  const { PgBoss, fromPglite } = await import('pg-boss');
  const bodies = new Bodies();
  const database = new PGlite();
  const boss = new PgBoss({ db: fromPglite(database), backend: 'pglite' });
  boss.on('error', console.error);
  try {
    await boss.start();
    await boss.createQueue('work');
    await boss.work('work', { localConcurrency: 2, pollingIntervalSeconds: 0.5 }, bodies.run);
    const id = await boss.send('work', {});
    if (id === null) throw new Error('Expected send() to make a job, got null.');
    await bodies.started(1);
    await boss.cancel('work', id);
    const [job] = await boss.findJobs('work', { id });
    const { alive } = bodies;
    await boss.resume('work', id);
    await within(patienceMs, bodies.started(2));
    const ended = job?.state === 'cancelled' || job?.state === 'failed';
    const observed = `the record said ${job?.state} while its body ran (${alive}); after resume(), bodies of the job at once: ${bodies.mostAlive}`;
    return { holds: !(ended && alive > 0) && bodies.mostAlive === 1, observed };
  } finally {
    bodies.end();
    await boss.stop({ graceful: false });
    await database.close();
  }
}

async function runTaskchart(): Promise<Outcome> {
  const bodies = new Bodies();
  const work = defineTask({ type: 'work', run: bodies.run });
  await using supervisor = await createSupervisor({ tasks: [work], concurrency: 2 });
  const submit = () => supervisor.submit(work, undefined, { idempotencyKey: 'once' });
  const task = await submit();
  await bodies.started(1);
  await task.cancel();
  const { state, cancelled } = await task.info();
  const { alive } = bodies;
  await submit();
  await within(patienceMs, bodies.started(2));
  const observed = `the record said ${state}, cancelled = ${cancelled}, while its body ran (${alive}); after the same key was submitted again, bodies at once: ${bodies.mostAlive}`;
  bodies.end();
  await task.ended();
  return { holds: state === 'running' && bodies.mostAlive === 1, observed };
}

export const pgBossCancel: Scenario = {
  name: 'cancel of a running task, then start it again',
  law: 'A task whose code still runs is never called ended, and starting it again does not run it twice.',
  why: 'Otherwise two bodies of one task write to the same place, and the record knows of neither.',
  source:
    '[pg-boss #384](https://github.com/timgit/pg-boss/issues/384); [#555](https://github.com/timgit/pg-boss/issues/555), the same of an expired job',
  packages: ['pg-boss', '@electric-sql/pglite'],
  runPeer,
  runTaskchart,
};
