/** A body that runs. */
interface Running {
  readonly job: number;
  minutes: number;
  readonly end: PromiseWithResolvers<void>;
}

/** What can be seen of a queue by what it does: whose bodies run, oldest first, and how often each job was started. */
export interface Sight {
  readonly running: readonly number[];
  readonly starts: readonly number[];
}

/** Bodies that go on until they are told to end, whatever their signal says. */
export class Bodies {
  #running: Running[] = [];
  readonly #starts: number[] = [];
  #isClosed = false;

  get sight(): Sight {
    return { running: this.#running.map(({ job }) => job), starts: [...this.#starts] };
  }

  /** The number of a new job, which has not been started. */
  next(): number {
    return this.#starts.push(0);
  }

  readonly run = async (job: number): Promise<void> => {
    if (this.#isClosed) return;
    this.#starts[job - 1] = (this.#starts[job - 1] ?? 0) + 1;
    const running = { job, minutes: 0, end: Promise.withResolvers<void>() };
    this.#running.push(running);
    await running.end.promise;
  };

  /** Whether there was one to end. */
  end(nth: number, by: 'return' | 'throw'): boolean {
    const ended = this.#running[nth % this.#running.length];
    if (!ended) return false;
    this.#running = this.#running.filter((running) => running !== ended);
    if (by === 'return') ended.end.resolve();
    else ended.end.reject(new Error('The connection was lost'));
    return true;
  }

  /** So many minutes have passed; those that have run for the longest that they do return. */
  age(minutes: number, longestMinutes: number): void {
    for (const running of [...this.#running]) {
      running.minutes += minutes;
      if (running.minutes < longestMinutes) continue;
      this.#running = this.#running.filter((each) => each !== running);
      running.end.resolve();
    }
  }

  close(): void {
    this.#isClosed = true;
    while (this.end(0, 'return'));
  }
}
