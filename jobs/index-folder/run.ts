import { dirname, relative } from 'node:path';
import { counted, failureLine, number, shown, summary } from './format.ts';
import { presses } from './interruptions.ts';
import { Job } from './job.ts';
import type { Options } from './options.ts';
import { temporary, writeReport } from './report.ts';
import { type Screen, openScreen } from './screen.ts';
import { Tally } from './tally.ts';
import { tasksFile } from './workplace.ts';

export const exitCode = { done: 0, failed: 1, usage: 2, canceled: 130 } as const;

/** Failures that are shown as they happen. All are in the report. */
const shownFailures = 20;

/** The report could not be written. */
class ReportError extends Error {}

/** One index of a folder, as it is seen: from what an earlier one left to the summary. */
export class Run {
  readonly #options: Options;
  readonly #startedAt = new Date();
  readonly #start = performance.now();
  readonly #tally: Tally;
  readonly #job: Job;
  #screen: Screen | undefined;
  #isReported = false;
  readonly #said = new Set<string>();

  constructor(options: Options) {
    const { ownFolder, report } = options;
    this.#options = options;
    this.#tally = new Tally((failure) => {
      // What had failed before was shown then.
      if (this.#tally.failures.length <= shownFailures) this.#screen?.note(failureLine(failure));
      if (this.#tally.failures.length === shownFailures)
        this.#screen?.note('Further failures are in the report only.');
    });
    const own = new Set([ownFolder, ...(report === undefined ? [] : [report, temporary(report)])]);
    const sight = {
      isOwn: (absolute: string) => own.has(absolute),
      givingUp: (folder: string) =>
        this.#say(`Giving up the index of ${shown(folder)} that was interrupted.`),
      onStoreRetry: (error: unknown) => this.#sayOnce(`Tried again for a while: ${(error as Error).message}`),
      writeReport: () => this.#writeReport(),
    };
    this.#job = new Job({ ...options, ...sight, tasksFile: tasksFile(ownFolder) }, this.#tally);
  }

  /** Resolves with the exit code. @throws StoreFailed. */
  async ended(): Promise<number> {
    await using job = this.#job;
    const tally = this.#tally;
    if (await job.takeUp()) this.#say(this.#goingOn());
    try {
      await this.#seen(() => job.run());
      if (!this.#isReported) await this.#writeReport();
    } catch (error) {
      if (!(error instanceof ReportError)) throw error;
      process.stdout.write(`${summary(tally, this.#durationMs, undefined)}\n`);
      process.stderr.write(`${error.message}\n`);
      return tally.isCanceling ? exitCode.canceled : exitCode.failed;
    }
    const { report, base } = this.#options;
    process.stdout.write(`${summary(tally, this.#durationMs, report && nearby(report, base))}\n`);
    return tally.isCanceling ? exitCode.canceled : exitCode.done;
  }

  /** Shows the work as it goes on, and obeys the user. */
  async #seen(work: () => Promise<void>): Promise<void> {
    const { folder, everyMs } = this.#options;
    const [tally, output, environment] = [this.#tally, process.stdout, process.env];
    const screen = (this.#screen = openScreen({ folder, tally, everyMs, output, environment }));
    const interrupted = presses((nth) => this.#interrupt(nth, screen));
    process.on('SIGINT', interrupted);
    process.on('SIGTERM', interrupted);
    try {
      await work();
    } finally {
      screen.close();
      this.#screen = undefined;
    }
  }

  #interrupt(nth: number, screen: Screen): void {
    const job = this.#job;
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
      const { size } = this.#tally.running;
      screen.note(
        `Cancel already requested: ${counted(size, 'file')} still running. Ctrl-C again exits at once.`,
      );
    });
  }

  get #durationMs(): number {
    return performance.now() - this.#start;
  }

  #sayOnce(line: string): void {
    if (!this.#said.has(line)) this.#say(line);
    this.#said.add(line);
  }

  #say(line: string): void {
    if (this.#screen) this.#screen.note(line);
    else process.stdout.write(`${line}\n`);
  }

  #goingOn(): string {
    const { done, isAllFound, found } = this.#job.before;
    const of = `${number(done)} of ${counted(found, 'file')}`;
    const files = isAllFound ? of : `${of} found until then`;
    return `Going on with the index of ${shown(this.#options.folder)} that was interrupted: ${files} are done.`;
  }

  async #writeReport(): Promise<void> {
    const { report, folder } = this.#options;
    if (report === undefined) return;
    const head = { folder, startedAt: this.#startedAt, durationMs: this.#durationMs };
    try {
      await writeReport(report, head, this.#tally);
      this.#isReported = true;
    } catch (error) {
      throw new ReportError(
        `Expected to write ${report}: ${(error as Error).message}. Choose another with --report FILE; what is indexed is kept, and is not done again.`,
      );
    }
  }
}

/** The path as the user would write it. */
export function nearby(file: string, base: string): string {
  const path = relative(base, file);
  return path.startsWith('..') || dirname(path) === path ? file : path;
}
