import { bystander, openFile } from './file.ts';
import { taskOf } from './keys.ts';
import { initiator } from './initiator.ts';
import { json, shown } from './text.ts';
import { UsageError, exitCode } from './usage.ts';

export interface RetryOptions {
  readonly db: string;
  readonly json?: boolean;
  readonly again?: boolean;
}

/** A new task, linked to the ended one, is queued. */
export async function retry(key: string, options: RetryOptions): Promise<number> {
  await using store = await openFile(options.db);
  const record = await taskOf(store, key);
  if (record.leaf === 'success' && options.again !== true)
    throw new UsageError(
      `Expected a task that failed, but ${record.key} is a success.`,
      'To do its work a second time all the same: --again.',
    );
  await using supervisor = await bystander(store);
  const task = await supervisor.resubmit(record.key, initiator());
  if (options.json === true) {
    process.stdout.write(`${json({ key: task.key, retryOf: record.key, task: await task.info() }, 2)}\n`);
    return exitCode.done;
  }
  process.stdout.write(`queued  ${task.key}  ${shown(record.creation.type)}, a retry of ${record.key}\n`);
  return exitCode.done;
}
