import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { type Timer, systemClock } from '../clock.ts';
import { backupFile } from './sqlite-backup.ts';
import { SqliteChanges } from './sqlite-changes.ts';
import { SqliteCopying } from './sqlite-copying.ts';
import { SqliteFile } from './sqlite-file.ts';
import { type Job, isReading, jobOf } from './sqlite-jobs.ts';
import type { Answer, Calls, Opening, Report, Request, Trouble } from './sqlite-protocol.ts';
import { type Total, readTotal, writeTotal } from './sqlite-total.ts';
import { blamesRecord, isBusy, troubleOf } from './sqlite-trouble.ts';

/** How often the file is looked at for what other processes have done, while somebody here wants to know. */
const lookEveryMs = 30;

/** How soon a lock that others hold is tried again: the more often it was held, the later. */
const pausesMs = [1, 1, 2, 3, 5, 8];

/**
 * Answers what the store asks. What has gathered since the last transaction is the next one: each caller is answered
 * after it, and whoever is refused is refused alone.
 */
export class SqliteDesk {
  readonly #opening: Opening;
  readonly #port: MessagePort;
  readonly #copying: SqliteCopying;
  #file: SqliteFile | undefined;
  #changes: SqliteChanges | undefined;
  /** How things stood when the file was opened. */
  #opened: Total | undefined;
  #failed: Trouble | undefined;
  #writing: Job[] = [];
  #reading: Job[] = [];
  #answers: Answer[] = [];
  #refusals = 0;
  #isWaiting = false;
  #isListening = false;
  #dataVersion = 0;
  #nextLook: Timer | undefined;

  constructor(opening: Opening, port: MessagePort) {
    this.#opening = opening;
    this.#port = port;
    this.#copying = new SqliteCopying(opening.path);
    this.#isOpen();
  }

  take(requests: readonly Request[]): void {
    this.#sort(requests);
    // All that has come meanwhile joins in.
    for (let more = receiveMessageOnPort(this.#port); more; more = receiveMessageOnPort(this.#port))
      this.#sort(more.message as readonly Request[]);
    if (!this.#isWaiting) this.#work();
    else this.#read();
    this.#reply();
  }

  #sort(requests: readonly Request[]): void {
    for (const request of requests) {
      const { id, name, given } = request;
      if (name === 'listen') this.#listen(given as Calls['listen']['given']);
      else if (name === 'backup') void this.#backup(id, given as string);
      else if (isReading(name)) this.#reading.push(jobOf(request));
      else this.#writing.push(jobOf(request));
    }
  }

  /** One transaction of what was asked; then the readings, which see it. */
  #work(): void {
    if (this.#isOpen()) {
      const isFree = this.#writing.length === 0 || this.#transact(this.#writing, false);
      this.#refusals = isFree ? 0 : this.#refusals + 1;
    }
    this.#read();
    this.#close();
    if (this.#writing.length > 0) this.#workLater();
  }

  #workLater(): void {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    const pauseMs = this.#refusals === 0 ? 0 : (pausesMs[this.#refusals - 1] ?? 13);
    systemClock.setTimer(pauseMs, () => {
      this.#isWaiting = false;
      this.take([]);
    });
  }

  /** False: somebody else has the lock, and all waits. */
  #transact(jobs: readonly Job[], careful: boolean): boolean {
    const file = this.#file as SqliteFile;
    try {
      file.begin(jobs.some(({ isDurable }) => isDurable));
      const total = readTotal(file);
      this.#report(total);
      const before = { ...total };
      const values = jobs.map((job) => job.run?.(file, total, careful));
      if (isOther(total, before)) writeTotal(file, total);
      this.#copying.committed(
        file.commit(),
        jobs.some(({ name }) => name === 'prune'),
      );
      file.assertInPlace();
      // While nobody listens all is kept for whoever will: what comes before that one's first look is no loss.
      if (this.#isListening) this.#changes?.saw(total);
      this.#done(jobs, values);
      return true;
    } catch (error) {
      this.#undo(file);
      if (isBusy(error)) return false;
      if (blamesRecord(error) && (!careful || jobs.length > 1)) return this.#transactEach(jobs);
      this.#refuse(jobs, error);
      return true;
    }
  }

  /** What cannot be undone is undone by closing: the file is opened again for what comes next. */
  #undo(file: SqliteFile): void {
    try {
      file.rollback();
    } catch {
      file.close();
      this.#file = undefined;
    }
  }

  /** One of them cannot be kept: so that the others are, each goes alone, and each of its groups. */
  #transactEach(jobs: readonly Job[]): boolean {
    return jobs.every((job) => this.#transact([job], true));
  }

  /** What has more to do stays for the next transaction. */
  #done(jobs: readonly Job[], values: readonly unknown[]): void {
    const done = new Set<Job>();
    jobs.forEach((job, index) => {
      if (job.isUnfinished?.()) return;
      done.add(job);
      this.#answers.push({ id: job.id, value: values[index] });
    });
    this.#writing = this.#writing.filter((job) => !done.has(job));
  }

  #refuse(jobs: readonly Job[], error: unknown): void {
    const trouble = troubleOf(error, this.#opening.path);
    if (trouble.permanent) this.#failed = trouble;
    for (const { id } of jobs) this.#answers.push({ id, trouble });
    this.#writing = this.#writing.filter((job) => !jobs.includes(job));
    this.#reading = this.#reading.filter((job) => !jobs.includes(job));
  }

  #read(): void {
    if (!this.#isOpen()) return;
    for (const job of this.#reading.filter(({ name }) => name !== 'close')) {
      try {
        const value = job.read?.(this.#file as SqliteFile);
        this.#answers.push({ id: job.id, value });
        this.#reading = this.#reading.filter((other) => other !== job);
      } catch (error) {
        if (isBusy(error)) return this.#workLater();
        this.#refuse([job], error);
      }
    }
  }

  /** Opens the file, if it is not; where it cannot be, all that waits is told why. */
  #isOpen(): boolean {
    if (!this.#failed && this.#file) return true;
    try {
      if (!this.#failed) {
        this.#file = new SqliteFile(this.#opening);
        this.#opened = readTotal(this.#file);
        this.#changes = new SqliteChanges(this.#file, this.#opened);
        return true;
      }
    } catch (error) {
      const trouble = troubleOf(error, this.#opening.path);
      if (trouble.permanent) this.#failed = trouble;
      this.#refuseAll(trouble);
      return false;
    }
    this.#refuseAll(this.#failed);
    return false;
  }

  #refuseAll(trouble: Trouble): void {
    const jobs = [...this.#writing, ...this.#reading].filter(({ name }) => name !== 'close');
    for (const { id } of jobs) this.#answers.push({ id, trouble });
    this.#writing = [];
    this.#reading = this.#reading.filter(({ name }) => name === 'close');
  }

  #close(): void {
    const closing = this.#reading.find(({ name }) => name === 'close');
    if (!closing || this.#writing.length > 0 || this.#reading.length > 1) return;
    this.#reading = [];
    this.#isListening = false;
    void this.#copying.close().then(() => {
      this.#file?.close();
      this.#file = undefined;
      this.#answers.push({ id: closing.id, value: undefined });
      this.#reply();
      this.#port.close();
    });
  }

  async #backup(id: number, target: string): Promise<void> {
    try {
      if (this.#isOpen()) await backupFile(this.#opening.path, target);
      this.#answers.push(this.#failed ? { id, trouble: this.#failed } : { id, value: undefined });
    } catch (error) {
      this.#answers.push({ id, trouble: troubleOf(error, target) });
    }
    this.#reply();
  }

  #listen({ isListening, isEarly }: Calls['listen']['given']): void {
    const begins = isListening && !this.#isListening;
    this.#isListening = isListening;
    if (!begins) return;
    // What others did while the file was being opened is not known.
    if (isEarly && (this.#opened?.changes ?? 0) > 0) this.#post({ changed: 'all', offered: true });
    this.#look();
  }

  /** Reading one number says whether anybody else has committed; only then anything is read. */
  #look(): void {
    this.#nextLook?.cancel();
    if (!this.#isListening) return;
    this.#nextLook = systemClock.setTimer(lookEveryMs, () => this.#look(), true);
    if (!this.#file || this.#failed) return;
    try {
      this.#file.assertInPlace();
      const version = this.#file.dataVersion();
      if (version === this.#dataVersion) return;
      this.#report(readTotal(this.#file));
      this.#dataVersion = version;
    } catch (error) {
      if (!isBusy(error)) this.#refuse([], error);
    }
  }

  #report(total: Total): void {
    const report = this.#isListening ? this.#changes?.look(total) : undefined;
    if (report) this.#post(report);
  }

  #reply(): void {
    if (this.#answers.length === 0) return;
    this.#post({ answers: this.#answers });
    this.#answers = [];
  }

  #post(report: Report): void {
    this.#port.postMessage(report);
  }
}

function isOther(total: Total, before: Total): boolean {
  return (Object.keys(total) as (keyof Total)[]).some((column) => total[column] !== before[column]);
}
