import { Worker } from 'node:worker_threads';
import { Fault, invalidArgument } from '../fault.ts';
import type { Answer, CallName, Calls, Opening, Report, Request, Trouble } from './sqlite-protocol.ts';

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (fault: Fault) => void;
}

/** The thread is the file beside this one, in the source and in what is published. */
const threadUrl = new URL(
  import.meta.url.endsWith('.ts') ? './sqlite-worker.ts' : './sqlite-worker.js',
  import.meta.url,
);

/** The way to the store's thread. It keeps the process alive while anything is asked of it, and no longer. */
export class SqliteLine {
  readonly #path: string;
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  #outbox: Request[] = [];
  #ids = 0;
  #isOpen = false;
  #over: Fault | undefined;
  #closing: Promise<void> | undefined;
  readonly #hear: (report: Report) => void;

  constructor(opening: Opening, hear: (report: Report) => void) {
    this.#path = opening.path;
    this.#hear = hear;
    // Flags of the process may be such as no thread can take (`--input-type`, `--expose-gc`).
    const own = { workerData: opening, name: 'taskchart sqlite', execArgv: [] };
    this.#worker = new Worker(threadUrl, own);
    this.#worker.unref();
    this.#worker.on('message', (report: Report) => this.#receive(report));
    this.#worker.on('error', (error) => this.#end(this.#died(`it failed: ${error.message}`, error)));
    this.#worker.on('exit', (code) => this.#end(this.#died(`it has ended with code ${code}`)));
  }

  /** Whether the thread is known to have opened the file. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** The answer of the thread. @throws StoreFailed. */
  ask<N extends CallName>(name: N, given: Calls[N]['given']): Promise<Calls[N]['answer']> {
    return new Promise((resolve, reject) => {
      if (this.#over) return reject(this.#over);
      const id = (this.#ids += 1);
      if (this.#pending.size === 0) this.#worker.ref();
      this.#pending.set(id, { resolve: resolve as (value: unknown) => void, reject });
      this.#send({ id, name, given });
    });
  }

  /** Needs no answer, and keeps nothing alive. */
  tell<N extends CallName>(name: N, given: Calls[N]['given']): void {
    if (!this.#over) this.#send({ id: 0, name, given });
  }

  close(): Promise<void> {
    this.#closing ??= this.#over ? Promise.resolve() : this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const closed = this.ask('close', undefined);
    this.#over = this.#fault({
      message: `Expected a store that is open, but the one at ${this.#path} was closed.`,
      permanent: true,
      errcode: undefined,
    });
    await closed;
  }

  /** What a burst asks goes together. A commit is many tasks' already, and the thread works on it while they are dealt with. */
  #send(request: Request): void {
    if (this.#outbox.length === 0) queueMicrotask(() => this.#flush());
    this.#outbox.push(request);
    if (request.name === 'commit') this.#flush();
  }

  #flush(): void {
    const requests = this.#outbox;
    if (requests.length === 0) return;
    this.#outbox = [];
    try {
      this.#worker.postMessage(requests);
    } catch {
      for (const request of requests) this.#post(request);
    }
  }

  /** One of a burst holds what no thread can be given: it is refused alone. */
  #post(request: Request): void {
    try {
      this.#worker.postMessage([request]);
    } catch (error) {
      this.#pending
        .get(request.id)
        ?.reject(invalidArgument(request.name, 'given data', error, { cause: error }));
      this.#pending.delete(request.id);
      if (this.#pending.size === 0) this.#worker.unref();
    }
  }

  #receive(report: Report): void {
    this.#isOpen = true;
    for (const answer of report.answers ?? []) this.#settle(answer);
    if (this.#pending.size === 0) this.#worker.unref();
    if (report.changed || report.offered === true) this.#hear(report);
  }

  #settle(answer: Answer): void {
    const pending = this.#pending.get(answer.id);
    this.#pending.delete(answer.id);
    if ('trouble' in answer) pending?.reject(this.#fault(answer.trouble));
    else pending?.resolve(answer.value);
  }

  #fault({ message, permanent, errcode }: Trouble, cause?: unknown): Fault {
    return new Fault('StoreFailed', message, {
      path: this.#path,
      permanent,
      ...(errcode === undefined ? {} : { errcode }),
      ...(cause === undefined ? {} : { cause }),
    });
  }

  #died(how: string, cause?: unknown): Fault {
    const message = `Expected the thread of the store at ${this.#path} to run, but ${how}. What was asked may have happened; open the store again.`;
    return this.#fault({ message, permanent: true, errcode: undefined }, cause);
  }

  /** Nobody waits for an answer that will not come. */
  #end(fault: Fault): void {
    this.#over ??= fault;
    for (const { reject } of this.#pending.values()) reject(fault);
    this.#pending.clear();
  }
}
