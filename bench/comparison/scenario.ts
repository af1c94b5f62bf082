import { setTimeout as pause } from 'node:timers/promises';

/** What one side did. */
export interface Outcome {
  readonly holds: boolean;
  /** What was seen, in the past tense; it is printed behind `passes` or `FAILS`. */
  readonly observed: string;
}

/** What a side may use; all of it is removed after it. */
export interface Stage {
  /** An empty folder of its own. */
  readonly folder: string;
  /** Of an empty Redis on 127.0.0.1; 0 for a scenario that did not ask for one. */
  readonly redisPort: number;
}

/** One law, and the same program on a peer and on Taskchart. Either side observes; neither knows what is expected of it. */
export interface Scenario {
  /** What happens. */
  readonly name: string;
  readonly law: string;
  /** What goes wrong where it does not hold. */
  readonly why: string;
  /** Where the weakness was seen, or where it is documented; in Markdown. */
  readonly source: string;
  /** The npm packages of the peer; the first one is the peer itself. */
  readonly packages: readonly [string, ...string[]];
  readonly needsRedis?: boolean;
  /** @throws Error when the peer did not run, which is not the same as breaking the law. */
  runPeer(stage: Stage): Promise<Outcome>;
  runTaskchart(stage: Stage): Promise<Outcome>;
}

/** Whether it came in that time: for what must not happen, and cannot be waited for in another way. */
export async function within(ms: number, event: Promise<unknown>): Promise<boolean> {
  const over = new AbortController();
  const came = event.then(
    () => true,
    () => true,
  );
  const late = pause(ms, false, { signal: over.signal }).catch(() => false);
  try {
    return await Promise.race([came, late]);
  } finally {
    over.abort();
  }
}

/** Bodies that ignore their signal, and go on until `end`. They count themselves. */
export class Bodies {
  alive = 0;
  mostAlive = 0;
  #started = 0;
  readonly #end = Promise.withResolvers<void>();
  readonly #starts = new EventTarget();

  readonly run = async (): Promise<void> => {
    this.alive += 1;
    this.mostAlive = Math.max(this.mostAlive, this.alive);
    this.#started += 1;
    this.#starts.dispatchEvent(new Event('start'));
    await this.#end.promise;
    this.alive -= 1;
  };

  /** Resolves once so many have started. */
  async started(count: number): Promise<void> {
    while (this.#started < count)
      await new Promise((resolve) => this.#starts.addEventListener('start', resolve, { once: true }));
  }

  end(): void {
    this.#end.resolve();
  }
}
