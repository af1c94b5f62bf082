import { type Fault, type TaskInfo, isFault } from '../index.ts';
import { json, paint, readable, shown, shownLines } from './text.ts';
import { exitCode } from './usage.ts';

/** With which code whoever waited for the task ends. */
export function codeOf({ state, error }: TaskInfo): number {
  if (state !== 'error') return exitCode.done;
  return error?.fault.name === 'RequestCanceled' ? exitCode.canceled : exitCode.failed;
}

/** How the task ended: its result on stdout, all else on stderr; with `isJson` one document on stdout. */
export function tellOutcome(info: TaskInfo, isJson: boolean): number {
  const { state, result, cancelled } = info;
  if (isJson) process.stdout.write(`${json(info, 2)}\n`);
  else if (state === 'error') process.stderr.write(`${failureLine(info)}\n`);
  else if (result !== undefined) process.stdout.write(`${readable(result, process.stdout)}\n`);
  if (state === 'success' && cancelled && !isJson)
    process.stderr.write('It was asked to end, and had finished all the same: its result stands.\n');
  return codeOf(info);
}

function failureLine({ error }: TaskInfo): string {
  const name = error?.fault.name ?? 'SystemError';
  const message = shownLines(error?.localizedMessage ?? '');
  if (name === 'RequestCanceled') return paint('yellow', `Canceled. ${message}`, process.stderr);
  return `${paint('red', `Failed: ${name}:`, process.stderr)} ${message}`;
}

/** What is wrong, in the words of whoever noticed it first: the innermost of a store's. */
export function reason(error: Error): string {
  const { message, cause } = error;
  if (isFault(error, 'StoreFailed') && cause instanceof Error) return reason(cause);
  const issues = (error as Partial<Fault> & { issues?: readonly { message: string }[] }).issues ?? [];
  const rest = issues.slice(1).map((issue) => `\n  ${issue.message}`);
  return shown(message) + rest.map(shown).join('\n');
}

const usageFaults = ['InvalidArgument', 'ManagedObjectNotFound'] as const;

/** Why the command could not do what it was asked; resolves with the exit code. */
export function tellFailure(error: unknown): number {
  if (!(error instanceof Error)) throw error;
  const isUsage =
    usageFaults.some((name) => isFault(error, name)) ||
    (isFault(error, 'StoreFailed') && (error as { permanent?: unknown }).permanent === true);
  process.stderr.write(`error: ${reason(error)}\n`);
  return isUsage ? exitCode.usage : exitCode.failed;
}
