import { createSupervisor, defineTask } from '../../src/index.ts';
import { Bodies, type Outcome, type Scenario, within } from './scenario.ts';

/** How long a dropped task's promise is given to settle. */
const patienceMs = 2_000;

async function outcome(promise: Promise<unknown>): Promise<Outcome> {
  const settled = promise.then(
    () => 'it resolved',
    (error: Error) => `it rejected with ${error.name}`,
  );
  const holds = await within(patienceMs, settled);
  return { holds, observed: holds ? await settled : `it had not settled after ${patienceMs / 1_000} s` };
}

async function runPeer(): Promise<Outcome> {
  const { default: PQueue } = await import('p-queue');
  const bodies = new Bodies();
  const queue = new PQueue({ concurrency: 1 });
  const running = queue.add(bodies.run);
  const dropped = queue.add(bodies.run);
  await bodies.started(1);
  queue.clear();
  bodies.end();
  await running;
  return await outcome(dropped);
}

async function runTaskchart(): Promise<Outcome> {
  const bodies = new Bodies();
  const work = defineTask({ type: 'work', run: bodies.run });
  await using supervisor = await createSupervisor({ tasks: [work], concurrency: 1 });
  const running = await supervisor.submit(work);
  const dropped = await supervisor.submit(work);
  const result = dropped.result();
  // It rejects before it is looked at.
  result.catch(() => {});
  await bodies.started(1);
  await dropped.cancel();
  bodies.end();
  await running.result();
  return await outcome(result);
}

export const pQueueClear: Scenario = {
  name: 'a waiting task is dropped',
  law: 'Every promise that was handed out settles.',
  why: 'Otherwise whoever awaits it hangs for ever, and no error says so.',
  source: '`clear()` of p-queue 9; settled since 10',
  packages: ['p-queue'],
  runPeer,
  runTaskchart,
};
