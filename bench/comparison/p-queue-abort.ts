import { createSupervisor, defineTask } from '../../src/index.ts';
import { Bodies, type Outcome, type Scenario, within } from './scenario.ts';

/** How long the second body is given to start where it must not. */
const patienceMs = 2_000;

function outcome({ mostAlive }: Bodies, after: string): Outcome {
  return { holds: mostAlive === 1, observed: `${after}; bodies at once: ${mostAlive}, slots: 1` };
}

async function runPeer(): Promise<Outcome> {
  const { default: PQueue } = await import('p-queue');
  const bodies = new Bodies();
  const queue = new PQueue({ concurrency: 1 });
  const controller = new AbortController();
  const first = queue.add(bodies.run, { signal: controller.signal });
  const answered = first.then(
    () => 'the promise resolved',
    (error: Error) => `the promise rejected with ${error.name} at once`,
  );
  await bodies.started(1);
  controller.abort();
  const second = queue.add(bodies.run);
  await within(patienceMs, bodies.started(2));
  const answer = (await within(0, answered)) ? await answered : 'the promise waited for the body';
  bodies.end();
  await second;
  return outcome(bodies, answer);
}

async function runTaskchart(): Promise<Outcome> {
  const bodies = new Bodies();
  const work = defineTask({ type: 'work', run: bodies.run });
  await using supervisor = await createSupervisor({ tasks: [work], concurrency: 1 });
  const first = await supervisor.submit(work);
  await bodies.started(1);
  const receipt = await first.cancel();
  const second = await supervisor.submit(work);
  await within(patienceMs, bodies.started(2));
  const { state } = await second.info();
  bodies.end();
  await second.result();
  return outcome(bodies, `the cancel was ${receipt}, the next task was ${state}`);
}

export const pQueueAbort: Scenario = {
  name: 'abort of a running task, concurrency 1',
  law: 'A task whose code still runs keeps its slot.',
  why: 'Otherwise the limit does not limit: what it protects is used by more bodies than it was set for.',
  source:
    'documented in the readme of p-queue, under `signal`; compare [p-queue #219](https://github.com/sindresorhus/p-queue/issues/219)',
  packages: ['p-queue'],
  runPeer,
  runTaskchart,
};
