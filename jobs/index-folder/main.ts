import { dirname, relative, resolve } from 'node:path';
import { counted, failureLine, summary } from './format.ts';
import { presses } from './interruptions.ts';
import { Job } from './job.ts';
import { type Options, UsageError, help, readOptions } from './options.ts';
import { temporary, writeReport } from './report.ts';
import { type Screen, openScreen } from './screen.ts';
import { Tally } from './tally.ts';

const exitCode = { reportFailed: 1, usage: 2, canceled: 130 } as const;

/** Failures that are shown as they happen. All are in the report. */
const shownFailures = 20;

// Where the user is: npm runs scripts in the folder of the package.
const base = process.env['INIT_CWD'] ?? process.cwd();

leaveQuietly(process.stdout);
leaveQuietly(process.stderr);
const options = await readArguments();
if (options) process.exitCode = await main(options);

/** Nobody reads any more (`| head`, a closed terminal): nothing is left to be done, and nobody to be told. */
function leaveQuietly(output: NodeJS.WriteStream): void {
  output.on('error', ({ code }: NodeJS.ErrnoException) =>
    process.exit(code === 'EPIPE' || code === 'EIO' ? 0 : 1),
  );
}

async function readArguments(): Promise<Options | undefined> {
  try {
    const read = await readOptions(process.argv.slice(2), resolve(import.meta.dirname, '../..'), base);
    if (read !== 'help') return read;
    process.stdout.write(help);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\nSee npm start -- --help\n`);
    process.exitCode = exitCode.usage;
  }
  return undefined;
}

async function main({ folder, report, ownFolder, concurrency, everyMs }: Options): Promise<number> {
  const startedAt = new Date();
  const start = performance.now();
  const tally: Tally = new Tally((failure) => {
    if (tally.failures.length <= shownFailures) screen.note(failureLine(failure));
    if (tally.failures.length === shownFailures) screen.note('Further failures are in the report only.');
  });
  const own = new Set([ownFolder, ...(report === undefined ? [] : [report, temporary(report)])]);
  const job = new Job({ folder, concurrency, isOwn: (absolute) => own.has(absolute) }, tally);
  const screen = openScreen({ folder, tally, everyMs, output: process.stdout, environment: process.env });
  const interrupted = presses((nth) => interrupt(nth, job, tally, screen));
  process.on('SIGINT', interrupted);
  process.on('SIGTERM', interrupted);
  try {
    await job.run();
  } finally {
    screen.close();
  }
  const durationMs = performance.now() - start;
  const code = tally.isCanceling ? exitCode.canceled : 0;
  try {
    if (report !== undefined) await writeReport(report, { folder, startedAt, durationMs }, tally);
  } catch (error) {
    process.stdout.write(`${summary(tally, durationMs, undefined)}\n`);
    process.stderr.write(
      `Expected to write ${report}: ${(error as Error).message}. Choose another with --report FILE.\n`,
    );
    return code || exitCode.reportFailed;
  }
  process.stdout.write(`${summary(tally, durationMs, report && nearby(report))}\n`);
  return code;
}

function interrupt(nth: number, job: Job, tally: Tally, screen: Screen): void {
  if (nth > 2) {
    if (!job.isOver) screen.note('Exiting at once.');
    screen.close();
    process.exit(exitCode.canceled);
  }
  // The report is being written.
  if (job.isOver) return;
  if (nth === 1) screen.note('canceling: the whole is asked to end, and so is every file.');
  void job.cancel().then((receipt) => {
    if (receipt !== 'alreadyRequested' || job.isOver) return;
    const { size } = tally.running;
    screen.note(
      `Cancel already requested: ${counted(size, 'file')} still running. Ctrl-C again exits at once.`,
    );
  });
}

/** The path as the user would write it. */
function nearby(file: string): string {
  const path = relative(base, file);
  return path.startsWith('..') || dirname(path) === path ? file : path;
}
