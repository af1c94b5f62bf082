import { once } from 'node:events';
import {
  type CancelReceipt,
  type Supervisor,
  type TaskDefinition,
  type TaskHandle,
  createSupervisor,
  isFault,
} from '../../src/index.ts';
import { type SqliteStore, sqliteStore } from '../../src/stores/sqlite.ts';
import { Batch } from './batch.ts';
import { type Interrupted, earlier, rules } from './earlier.ts';
import { indexFile } from './index-file.ts';
import { indexFolder } from './index-folder.ts';
import type { Measures } from './measure.ts';
import type { Tally } from './tally.ts';
import type { Place } from './walk.ts';

export interface JobOptions {
  readonly folder: string;
  readonly concurrency: number;
  /** Where the tasks are kept. */
  readonly tasksFile: string;
  /** Nothing of an earlier index is taken up. */
  readonly isFresh: boolean;
  readonly isOwn: (absolute: string) => boolean;
  /** An earlier index is given up: that of this folder, or of another. */
  readonly givingUp: (folder: string) => void;
  /** The store is tried again. */
  readonly onStoreRetry: (error: unknown) => void;
  /** Part of the task of the whole: where it was not done, that has not ended. */
  readonly writeReport: () => Promise<void>;
}

export interface Progress {
  readonly done: number;
  readonly found: number;
  readonly isAllFound: boolean;
}

/** Indexes a folder: one task for the whole, and in it one for each file. */
export class Job implements AsyncDisposable {
  readonly #tally: Tally;
  readonly #options: JobOptions;
  readonly #store: SqliteStore;
  readonly #file: TaskDefinition<Place, Measures>;
  readonly #whole: TaskDefinition<string, void>;
  readonly #task = Promise.withResolvers<TaskHandle<void>>();
  readonly #reported = Promise.withResolvers<never>();
  /** The tasks of files that have ended or are followed. */
  readonly #met = new Set<string>();
  readonly #following: Promise<void>[] = [];
  #interrupted: Interrupted | undefined;
  /** Nothing is left to be canceled. */
  isOver = false;

  constructor(options: JobOptions, tally: Tally) {
    const { folder, isOwn } = options;
    this.#options = options;
    this.#tally = tally;
    // What was done is lost by no crash of this process; after a power cut the last moment is done again.
    this.#store = sqliteStore(options.tasksFile, { synchronous: 'normal' });
    this.#file = indexFile(folder, (bytes) => void (tally.bytesRead += bytes));
    this.#whole = indexFolder({
      indexFile: this.#file,
      isOwn,
      onFile: (task, place) => this.#meet(task, place),
      onOther: (found) => tally.pass(found),
      onWalked: () => void (tally.isWalking = false),
      onEnded: (signal) => this.#complete(signal),
    });
    this.#reported.promise.catch(() => {});
  }

  /** What an interrupted index of the folder had done is in the tally. The answer: whether there was one. */
  async takeUp(): Promise<boolean> {
    const { folder, isFresh, givingUp } = this.#options;
    const tasks = [this.#whole, this.#file] as const;
    this.#interrupted = await earlier({ store: this.#store, tasks, folder, isFresh, givingUp });
    for (const info of this.#interrupted?.children ?? []) {
      // One with a path too long for an entity is met by the walk.
      if (info.entity === undefined || !info.completeTime) continue;
      this.#met.add(info.key);
      this.#tally.found += 1;
      this.#tally.see({ path: info.entity }, info);
    }
    return this.#interrupted !== undefined;
  }

  /** How far an interrupted index had come. */
  get before(): Progress {
    const children = this.#interrupted?.children ?? [];
    const done = children.filter(({ completeTime }) => completeTime).length;
    return { done, found: children.length, isAllFound: this.#interrupted?.isAllFound === true };
  }

  /** Resolves when every file that was found is indexed, failed or canceled. @throws What the report failed with. */
  async run(): Promise<void> {
    const { concurrency } = this.#options;
    await using supervisor = await createSupervisor({
      tasks: [this.#whole, this.#file],
      store: this.#store,
      concurrency,
      ...rules,
    });
    void this.#hear(supervisor);
    try {
      const task = await this.#begin(supervisor);
      this.#task.resolve(task);
      await this.#meetEarlier(supervisor);
      await Promise.race([this.#followWhole(task), this.#reported.promise]);
      await Promise.all(this.#following);
    } catch (error) {
      // At once: it is taken up by the next start.
      await supervisor.stop({ waitMs: 0 });
      throw error;
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

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#store.close();
  }

  async #begin(supervisor: Supervisor): Promise<TaskHandle<void>> {
    const { folder } = this.#options;
    if (this.#interrupted) return supervisor.task(this.#interrupted.key, this.#whole);
    return supervisor.submit(this.#whole, folder, { entity: folder });
  }

  /** The files that were found before and have not ended: they go on at once, the walk comes to them later. */
  async #meetEarlier(supervisor: Supervisor): Promise<void> {
    const meeting = new Batch(readAtOnce);
    for (const { key, entity: path } of this.#interrupted?.children ?? []) {
      if (path === undefined || this.#met.has(key)) continue;
      const meet = async () => this.#meet(await supervisor.task(key, this.#file), { path });
      await meeting.add(meet());
    }
    await meeting.ended();
  }

  #meet(task: TaskHandle<Measures>, place: Place): void {
    if (this.#met.has(task.key)) return;
    this.#met.add(task.key);
    this.#tally.found += 1;
    const followed = this.#followFile(task, place);
    // It is awaited when all is found; what fails it fails the whole before.
    followed.catch(() => {});
    this.#following.push(followed);
  }

  async #followWhole(task: TaskHandle<void>): Promise<void> {
    for await (const { progress, error, state } of task.watch()) {
      this.#tally.progress = state === 'success' ? 100 : (progress ?? this.#tally.progress);
      if (error && error.fault.name !== 'RequestCanceled') throw new Error(error.localizedMessage);
    }
  }

  async #followFile(task: TaskHandle<Measures>, place: Place): Promise<void> {
    for await (const info of task.watch()) this.#tally.see(place, info);
  }

  /** Every file has ended, and the report is written; otherwise this attempt does not end by itself. */
  async #complete(signal: AbortSignal): Promise<void> {
    await Promise.all(this.#following);
    signal.throwIfAborted();
    this.isOver = true;
    try {
      await this.#options.writeReport();
    } catch (error) {
      const aborted = once(signal, 'abort');
      this.#reported.reject(error as Error);
      await aborted;
      signal.throwIfAborted();
    }
  }

  async #hear(supervisor: Supervisor): Promise<void> {
    for await (const event of supervisor.events())
      if (event.kind === 'storeRetry') this.#options.onStoreRetry(event.error);
  }
}

/** So many tasks are read from the store at a time. */
const readAtOnce = 256;

/** A task that has ended is what a cancel is for: these say so, the last that the run has. */
const ended = ['InvalidState', 'ManagedObjectNotFound', 'SupervisorStopped', 'StoreFailed'] as const;
