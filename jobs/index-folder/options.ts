import { constants } from 'node:fs';
import { access, mkdir, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

export interface Options {
  /** Absolute. */
  readonly folder: string;
  /** Absolute; undefined: no report is written. */
  readonly report: string | undefined;
  /** Absolute: where the user is. */
  readonly base: string;
  /** Absolute: what this program keeps beside the user's files, and never indexes. */
  readonly ownFolder: string;
  /** Files at once. */
  readonly concurrency: number;
  /** Nothing of an index that was interrupted is taken up. */
  readonly isFresh: boolean;
  /** Milliseconds between two lines when there is no terminal. */
  readonly everyMs: number;
}

/** A mistake of whoever called the program: its message says the next step. */
export class UsageError extends Error {}

export const help = `Usage: npm start [-- [FOLDER] [options]]

Indexes every file under FOLDER (default: this checkout): its size, SHA-256, size after gzip, and, when it is text,
its lines. Text is what has no NUL byte in its first 8,000 bytes, as git decides it. A last line without a newline
counts. Links are not followed. Links, pipes, sockets and devices are reported as skipped; what cannot be read, or is
gone before it is read, is reported as failed. A file above 64 MiB is measured in parts of that size, each compressed by
itself: when a read fails it is tried again from the last part that was done.

  --report FILE    where the JSON report goes; '-' writes none (default: .taskchart/index.json in the working folder;
                   the folder .taskchart and the report itself are not indexed)
  --concurrency N  files at once (default: 8, or as many as there are processors that this process may use)
  --every SECONDS  between two lines of progress when the output is no terminal (default: 5)
  --fresh          begin anew, also where an index of FOLDER was interrupted
  --help           this text

What is done is kept in .taskchart/tasks.db of the working folder. When the program was killed, or the machine went
down, the same command goes on with what was left; a file that had been indexed is not read again. An index of another
folder that was interrupted is given up. One npm start at a time works in one working folder.

Ctrl-C asks the whole to end, and with it every file; a second one is answered with how many still run; a third exits at once. Whatever was
indexed until then is reported, marked as canceled.

Exit codes: 0 indexed, even if some files failed (the summary and the report say which), or nobody reads the output
any more; 1 the report could not be written, the tasks could not be kept, or another npm start is at work here; 2 wrong arguments; 130 canceled.
`;

/** Of a small file most is waiting: for the disk, and for its task to be kept. With one for each processor these would idle. */
const leastAtOnce = 8;

/** The options, checked as far as can be before the work. 'help' when that was asked for. */
export async function readOptions(
  args: readonly string[],
  home: string,
  base: string,
): Promise<Options | 'help'> {
  const { values, positionals } = parse(args);
  if (values.help) return 'help';
  if (positionals.length > 1) {
    throw new UsageError(`Expected at most one FOLDER, got ${positionals.length}: ${positionals.join(' ')}.`);
  }
  const folder = resolve(base, positionals[0] ?? home);
  await mustBeFolder(folder);
  const ownFolder = join(base, '.taskchart');
  const report =
    values.report === '-' ? undefined : resolve(base, values.report ?? join(ownFolder, 'index.json'));
  // The folder of its own is made, and looked at, when the work begins.
  if (report !== undefined && dirname(report) !== ownFolder) await mustTakeReport(report);
  const concurrency =
    values.concurrency === undefined
      ? Math.max(leastAtOnce, availableParallelism())
      : count(values.concurrency);
  const everyMs = seconds(values.every ?? '5') * 1000;
  return { folder, report, base, ownFolder, concurrency, isFresh: values.fresh === true, everyMs };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        help: { type: 'boolean', short: 'h' },
        report: { type: 'string' },
        concurrency: { type: 'string' },
        every: { type: 'string' },
        fresh: { type: 'boolean' },
      },
    });
  } catch (error) {
    // Node's advice about positional arguments that begin with a dash follows the first sentence.
    throw new UsageError((error as Error).message.split('. ')[0] + '.');
  }
}

function count(value: string): number {
  const number = Number(value);
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw new UsageError(`Expected --concurrency to be a positive integer, got ${value}.`);
}

function seconds(value: string): number {
  const number = Number(value);
  // setInterval takes no more than 2^31 - 1 ms.
  if (number >= 0.1 && number <= 86_400) return number;
  throw new UsageError(`Expected --every to be a number of seconds from 0.1 to 86400, got ${value}.`);
}

async function mustBeFolder(folder: string): Promise<void> {
  const found = await stat(folder).catch((error: unknown) => {
    const why =
      (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is nothing' : (error as Error).message;
    throw new UsageError(`Expected FOLDER to be a folder, but at ${folder} ${why}. Give one that exists.`);
  });
  if (!found.isDirectory()) {
    throw new UsageError(
      `Expected FOLDER to be a folder, got the file ${folder}. Give the folder that it is in.`,
    );
  }
}

/** Found out now rather than after the work. */
async function mustTakeReport(report: string): Promise<void> {
  try {
    // One folder, not a chain: a mistyped path is a mistake (and under /proc Node's recursive mkdir never returns).
    await mkdir(dirname(report)).catch(() => undefined);
    await access(dirname(report), constants.W_OK);
    const present = await stat(report).catch(() => undefined);
    if (present?.isDirectory()) throw new Error('it is a folder');
  } catch (error) {
    const why = (error as Error).message;
    throw new UsageError(
      `Expected to be able to write ${report}: ${why}. Choose another place with --report FILE.`,
    );
  }
}
