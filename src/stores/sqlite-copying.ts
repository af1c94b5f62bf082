import { Worker } from 'node:worker_threads';

/** The thread is the file beside this one, in the source and in what is published. */
const threadUrl = new URL(
  import.meta.url.endsWith('.ts') ? './sqlite-copier.ts' : './sqlite-copier.js',
  import.meta.url,
);

/** How many pages the log has when SQLite copies them into the file, within a commit: each copying costs syncs. 16 MB. */
export const checkpointPages = 4_000;

/** Early enough that few of them are left then. */
const copyFromPages = 3_000;
/** So many pages more, before it is worth another copying. */
const worthPages = 500;

/** About how many pages a transaction adds to the log: SQLite does not tell. What is new lies together, what is removed does not. */
const pagesOf = (statements: number, removes: boolean) => 8 + statements * (removes ? 1.6 : 0.08);

/**
 * Has the log copied into the file by another thread, so that commits do not wait for it: what is left for SQLite itself is what
 * was committed meanwhile. Nothing depends on it: without it, or where it comes too late, SQLite copies all.
 */
export class SqliteCopying {
  readonly #path: string;
  /** From the first log on that is long enough. */
  #thread: Worker | undefined;
  #state: 'resting' | 'copying' | 'over' = 'resting';
  /** About how long the log is; what is wrong with it is put right by the next copying. */
  #pages = 0;
  /** How long it was when it was copied last. */
  #copied = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** A transaction of so many statements is in the log. `removes`: it is about records that are scattered over the file. */
  committed(statements: number, removes = false): void {
    this.#pages += pagesOf(statements, removes);
    if (this.#state !== 'resting') return;
    // By that commit SQLite has copied what was left: the log begins anew.
    if (this.#pages >= checkpointPages) [this.#pages, this.#copied] = [0, 0];
    if (this.#pages < copyFromPages || this.#pages - this.#copied < worthPages) return;
    this.#state = 'copying';
    this.#copy();
  }

  /** Its own connection is closed: the last one that is leaves no log behind. */
  async close(): Promise<void> {
    const isOver = this.#state === 'over';
    this.#state = 'over';
    if (!this.#thread || isOver) return;
    const thread = this.#thread;
    const gone = new Promise((resolve) => thread.once('exit', resolve));
    thread.postMessage('close');
    await gone;
  }

  #copy(): void {
    try {
      this.#thread ??= this.#start();
      this.#thread.postMessage('copy');
    } catch {
      // No thread can be had: commits copy the log themselves.
      this.#state = 'over';
    }
  }

  #start(): Worker {
    const thread = new Worker(threadUrl, {
      workerData: this.#path,
      name: 'taskchart sqlite log',
      execArgv: [],
    });
    thread.unref();
    thread.on('message', (pages: number) => {
      if (this.#state === 'copying') this.#state = 'resting';
      // It does not know while another process copies.
      if (pages > 0) this.#pages = pages;
      this.#copied = this.#pages;
    });
    // What is wrong with the file the next commit says, which copies the log itself.
    thread.on('error', () => (this.#state = 'over'));
    return thread;
  }
}
