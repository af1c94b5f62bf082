import { taskInfo } from '../index.ts';
import { awaitingOthers, bystander, openFile } from './file.ts';
import { taskOf } from './keys.ts';
import { json, paint, shown } from './text.ts';
import { exitCode } from './usage.ts';

export interface CancelOptions {
  readonly db: string;
  readonly json?: boolean;
  readonly wait: boolean;
}

/** The task is asked to end; and, with `wait`, has ended. */
export async function cancel(key: string, options: CancelOptions): Promise<number> {
  await using store = await openFile(options.db);
  const record = await taskOf(store, key);
  await using supervisor = await bystander(store);
  const task = await supervisor.task(record.key);
  const receipt = await task.cancel();
  const isJson = options.json === true;
  const tell = (line: string, data: object) =>
    void process.stdout.write(`${isJson ? json({ key: task.key, ...data }) : line}\n`);
  tell(`${receiptWords[receipt]}  ${task.key}  ${shown(record.creation.type)}`, { receipt });
  if (receipt === 'canceled' || !options.wait) return exitCode.done;
  using _alive = awaitingOthers();
  const left = new Promise<'left'>((resolve) => process.once('SIGINT', () => resolve('left')));
  const ended = await Promise.race([task.ended(), left]);
  if (ended === 'left') {
    process.stderr.write('No longer waited for: the request stands.\n');
    return exitCode.canceled;
  }
  tell(`ended      ${task.key}  ${endWords(ended)}`, { ended });
  return exitCode.done;
}

const receiptWords = {
  canceled: 'canceled ',
  requested: 'requested',
  alreadyRequested: 'requested before',
} as const;

function endWords({ state, error }: ReturnType<typeof taskInfo>): string {
  if (state === 'success') return paint('green', 'success: it had finished all the same', process.stdout);
  return `${error?.fault.name}: ${shown(error?.localizedMessage ?? '')}`;
}
