import {
  type AnyTaskDefinition,
  type Store,
  type Supervisor,
  type TaskInfo,
  createSupervisor,
  isFault,
} from '../../src/index.ts';
import type { Measures } from './measure.ts';

/** An index of the folder that was interrupted: nothing of it runs. */
export interface Interrupted {
  readonly key: string;
  /** It had walked the whole folder. */
  readonly isAllFound: boolean;
  /** The tasks of its files, as far as they had been found. */
  readonly children: readonly TaskInfo<Measures>[];
}

export interface EarlierOptions {
  readonly store: Store;
  readonly tasks: readonly [whole: AnyTaskDefinition, file: AnyTaskDefinition];
  readonly folder: string;
  /** Also what was interrupted in this folder is given up. */
  readonly isFresh: boolean;
  /** An index is given up. */
  readonly givingUp: (folder: string) => void;
}

/**
 * What earlier processes left, of which none lives any more: the unfinished index of the folder, if there is one. Every
 * other is canceled, to its end: that of another folder, and one that somebody had asked to end.
 */
export async function earlier(options: EarlierOptions): Promise<Interrupted | undefined> {
  const { store, tasks } = options;
  await endLeases(store);
  // It starts nothing: the body of a file would look for it in the folder of this job.
  await using supervisor = await createSupervisor({ tasks, store, run: false, ...rules });
  let interrupted: TaskInfo | undefined;
  for (const info of await all(supervisor, { type: tasks[0].type, state: ['queued', 'running'] })) {
    const isOurs = info.entity === options.folder && !info.cancelled && !options.isFresh && !interrupted;
    if (isOurs) interrupted = info;
    else await giveUp(supervisor, info, options);
  }
  if (!interrupted) return undefined;
  const { key, checkpoint } = interrupted;
  const children = (await all(supervisor, { parentTaskKey: key })) as TaskInfo<Measures>[];
  return { key, children, isAllFound: checkpoint === 'walked' };
}

/** One index is kept, the last: what has ended may go, and does when the next one is under way. A full disk is soon reported. */
export const rules = {
  retention: { success: { maxCount: 0 }, error: { maxCount: 0 }, minAgeMs: 0 },
  storeRetryMs: 5_000,
  leaseMs: 3_000,
} as const;

/** This process holds the folder's lock: whoever held a lease is gone, and need not be waited for. */
async function endLeases({ leases }: Store): Promise<void> {
  for (const [worker, beats] of (await leases?.beats()) ?? []) await leases?.end(worker, beats);
}

async function all(
  supervisor: Supervisor,
  filter: Parameters<Supervisor['tasks']>[0],
): Promise<readonly TaskInfo[]> {
  return Array.fromAsync(supervisor.tasks(filter));
}

async function giveUp(supervisor: Supervisor, { key, entity = '' }: TaskInfo, options: EarlierOptions) {
  options.givingUp(entity);
  const task = await supervisor.task(key);
  try {
    await task.cancel();
  } catch (error) {
    if (!isFault(error, 'InvalidState')) throw error;
  }
  await task.ended();
}
