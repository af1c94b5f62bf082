import { setImmediate as othersTurn } from 'node:timers/promises';
import {
  type CancelReceipt,
  type Supervisor,
  type TaskHandle,
  createSupervisor,
  isFault,
} from '../../src/index.ts';
import { indexFile } from './index-file.ts';
import type { Measures } from './measure.ts';
import type { Tally } from './tally.ts';
import { type Place, walk } from './walk.ts';

export interface JobOptions {
  readonly folder: string;
  readonly concurrency: number | undefined;
  readonly isOwn: (absolute: string) => boolean;
}

/**
 * How many tasks may wait or run before the walk pauses. So many names take some hundred megabytes; in a folder with
 * fewer files the total is known soon after the start.
 */
const mostUnfinished = 100_000;

/** So many cancels take some milliseconds; between them the picture moves on, and signals are heard. */
const canceledAtOnce = 100;

/** Indexes a folder: one task for each file, submitted as the walk finds it. */
export class Job {
  readonly #tally: Tally;
  readonly #options: JobOptions;
  readonly #handles = new Map<string, TaskHandle<Measures>>();
  readonly #walkEnds = new AbortController();
  /** Nothing is left to be canceled. */
  isOver = false;
  #supervisor: Supervisor | undefined;
  #onRoom: (() => void) | undefined;

  constructor(options: JobOptions, tally: Tally) {
    this.#options = options;
    this.#tally = tally;
  }

  /** Resolves when every file that was found is indexed, failed or canceled. */
  async run(): Promise<void> {
    const { folder, concurrency } = this.#options;
    const definition = indexFile(folder, (bytes) => void (this.#tally.bytesRead += bytes));
    await using supervisor = await createSupervisor({
      tasks: [definition],
      ...(concurrency === undefined ? {} : { concurrency }),
      // What ended is in the tally.
      retention: { success: { maxCount: 0 }, error: { maxCount: 0 }, minAgeMs: 0 },
    });
    this.#supervisor = supervisor;
    try {
      await this.#submitAll(supervisor, definition);
    } finally {
      this.isOver = true;
    }
  }

  async #submitAll(supervisor: Supervisor, definition: ReturnType<typeof indexFile>): Promise<void> {
    const { folder, isOwn } = this.#options;
    const following = new Set<Promise<void>>();
    for await (const found of walk(folder, { signal: this.#walkEnds.signal, isOwn })) {
      if (found.kind !== 'file') {
        this.#tally.pass(found);
        continue;
      }
      const followed = this.#follow(await this.#submit(supervisor, definition, found.place), found.place);
      following.add(followed);
      followed.then(
        () => following.delete(followed),
        () => undefined,
      );
      // A submit to a store in memory needs no I/O: without a turn for the bodies' own, they would wait for the walk.
      await othersTurn();
      if (this.#handles.size >= mostUnfinished)
        await new Promise<void>((resolve) => (this.#onRoom = resolve));
    }
    this.#tally.isWalking = false;
    await Promise.all(following);
  }

  /** Asks every task to end, and the walk too. The answers are the receipts of those that had not ended. */
  async cancel(): Promise<readonly CancelReceipt[]> {
    if (this.isOver) return [];
    this.#tally.isCanceling = true;
    this.#walkEnds.abort();
    // None that still waits takes the slot of one that ends.
    await this.#supervisor?.pause();
    const tasks = [...this.#handles.values()];
    const receipts: (CancelReceipt | undefined)[] = [];
    for (let at = 0; at < tasks.length; at += canceledAtOnce) {
      receipts.push(...(await Promise.all(tasks.slice(at, at + canceledAtOnce).map(cancel))));
      await othersTurn();
    }
    return receipts.filter((receipt) => receipt !== undefined);
  }

  async #submit(
    supervisor: Supervisor,
    definition: ReturnType<typeof indexFile>,
    place: Place,
  ): Promise<TaskHandle<Measures>> {
    this.#tally.found += 1;
    const task = await supervisor.submit(definition, place);
    this.#handles.set(task.key, task);
    // Asked while the task was on its way into the store.
    if (this.#tally.isCanceling) await cancel(task);
    return task;
  }

  async #follow(task: TaskHandle<Measures>, place: Place): Promise<void> {
    for await (const info of task.watch()) this.#tally.see(place, info);
    this.#handles.delete(task.key);
    this.#onRoom?.();
    this.#onRoom = undefined;
  }
}

/** A task that has ended is what a cancel is for: these say so. */
const ended = ['InvalidState', 'ManagedObjectNotFound', 'SupervisorStopped'] as const;

/** The receipt; undefined when the task had ended before. */
async function cancel(task: TaskHandle): Promise<CancelReceipt | undefined> {
  try {
    return await task.cancel();
  } catch (error) {
    if (ended.some((name) => isFault(error, name))) return undefined;
    throw error;
  }
}
