import { type CancelReceipt, type TaskHandle, createSupervisor, isFault } from '../../src/index.ts';
import { indexFile } from './index-file.ts';
import { indexFolder } from './index-folder.ts';
import type { Measures } from './measure.ts';
import type { Tally } from './tally.ts';
import type { Place } from './walk.ts';

export interface JobOptions {
  readonly folder: string;
  readonly concurrency: number | undefined;
  readonly isOwn: (absolute: string) => boolean;
}

/** Indexes a folder: one task for the whole, and in it one for each file. */
export class Job {
  readonly #tally: Tally;
  readonly #options: JobOptions;
  readonly #task = Promise.withResolvers<TaskHandle<void>>();
  readonly #following: Promise<void>[] = [];
  /** Nothing is left to be canceled. */
  isOver = false;

  constructor(options: JobOptions, tally: Tally) {
    this.#options = options;
    this.#tally = tally;
  }

  /** Resolves when every file that was found is indexed, failed or canceled. */
  async run(): Promise<void> {
    const { folder, concurrency, isOwn } = this.#options;
    const file = indexFile(folder, (bytes) => void (this.#tally.bytesRead += bytes));
    const whole = indexFolder({
      indexFile: file,
      isOwn,
      onFile: (task, place) => void this.#following.push(this.#followFile(task, place)),
      onOther: (found) => this.#tally.pass(found),
      onWalked: () => void (this.#tally.isWalking = false),
    });
    await using supervisor = await createSupervisor({
      tasks: [whole, file],
      ...(concurrency === undefined ? {} : { concurrency }),
      // What ended is in the tally.
      retention: { success: { maxCount: 0 }, error: { maxCount: 0 }, minAgeMs: 0 },
    });
    try {
      const task = await supervisor.submit(whole, folder);
      this.#task.resolve(task);
      await this.#followWhole(task);
      await Promise.all(this.#following);
    } finally {
      this.isOver = true;
    }
  }

  /** Asks the task of the whole to end, and so those of the files. The answer is undefined when it had ended before. */
  async cancel(): Promise<CancelReceipt | undefined> {
    this.#tally.isCanceling = true;
    const task = await this.#task.promise;
    try {
      return await task.cancel();
    } catch (error) {
      if (ended.some((name) => isFault(error, name))) return undefined;
      throw error;
    }
  }

  async #followWhole(task: TaskHandle<void>): Promise<void> {
    for await (const { progress, error, state } of task.watch()) {
      this.#tally.progress = state === 'success' ? 100 : (progress ?? this.#tally.progress);
      if (error && error.fault.name !== 'RequestCanceled') throw new Error(error.localizedMessage);
    }
  }

  async #followFile(task: TaskHandle<Measures>, place: Place): Promise<void> {
    this.#tally.found += 1;
    for await (const info of task.watch()) this.#tally.see(place, info);
  }
}

/** A task that has ended is what a cancel is for: these say so. */
const ended = ['InvalidState', 'ManagedObjectNotFound', 'SupervisorStopped'] as const;
