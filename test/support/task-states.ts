import type { Supervisor, TaskHandle } from '../../src/index.ts';
import type { SimulatedClock } from '../../src/testing/index.ts';
import { heldBody } from './held-body.ts';
import { world } from './world.ts';

/** The columns of the table of operations and states. */
export const columns = ['queued', 'running', 'running, asked', 'success', 'error'] as const;
export type Column = (typeof columns)[number];

/** A task in a state, with all that a test needs to ask it something. */
export interface Subject extends AsyncDisposable {
  readonly clock: SimulatedClock;
  readonly supervisor: Supervisor;
  readonly task: TaskHandle;
  /** That of the driver, or that of the body; undefined where there is no body. */
  readonly signal: AbortSignal | undefined;
}

type Bring = (column: Column, cancelable: boolean) => Promise<Subject>;

async function created(column: Column, cancelable: boolean): Promise<Subject> {
  const scene = await world();
  const { clock, supervisor } = scene;
  const task = await supervisor.createTask({
    type: 'created',
    cancelable: cancelable || column === 'running, asked',
  });
  await clock.advance(1_000);
  if (column !== 'queued') await task.setState('running');
  await clock.advance(1_000);
  if (column === 'running, asked') await task.cancel();
  if (column === 'running, asked' && !cancelable) await task.setCancelable(false);
  if (column === 'success') await task.setState('success', { result: 'made' });
  if (column === 'error') await task.setState('error', { fault: 'Timedout' });
  await clock.advance(1_000);
  return { ...scene, task, signal: task.signal };
}

async function submitted(column: Column, cancelable: boolean): Promise<Subject> {
  const body = heldBody({ cancelable: cancelable || column === 'running, asked' });
  const scene = await world({ tasks: [body.definition] });
  const { clock, supervisor } = scene;
  if (column === 'queued') await supervisor.pause();
  const task = await supervisor.submit(body.definition, undefined);
  await clock.advance(1_000);
  const run = column === 'queued' ? undefined : await body.started();
  if (column === 'running, asked') await task.cancel();
  if (column === 'running, asked' && !cancelable) await run?.task.setCancelable(false);
  if (column === 'success') run?.resolve('made');
  if (column === 'error') run?.reject(new Error('broken'));
  await clock.advance(1_000);
  return { ...scene, task, signal: run?.signal };
}

/** Who drives the task: a creator, or the supervisor. */
export const drivers: Readonly<Record<'created' | 'submitted', Bring>> = { created, submitted };

/** A handle of a task that ended, and that nobody remembers any more. */
export async function removedTask() {
  const none = { maxCount: 0, maxAgeMs: 0 };
  const scene = await world({ retention: { success: none, error: none, minAgeMs: 0 } });
  const { clock, supervisor } = scene;
  const task = await supervisor.createTask({ type: 'created', cancelable: true });
  await task.setState('success');
  await clock.advance(10_000);
  return { ...scene, task };
}
