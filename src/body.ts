import type { StandardSchemaV1 } from '@standard-schema/spec';
import { type FaultName, localized } from '../machines/fault.ts';
import type { TaskEvent } from '../machines/task.ts';
import type { Clock } from './clock.ts';
import { Fault, rememberCause, toLocalizedFault } from './fault.ts';
import { notNegative } from './options.ts';
import type { TaskRecord } from './record.ts';
import { parseWith } from './schema.ts';
import { deserialize, serialize, storable } from './serialize.ts';
import type { TaskInfo } from './task-info.ts';

/** What a body is given. Everything on it may be destructured. */
export interface BodyContext<I = unknown> {
  /** The input, as its schema made it, parsed anew for this attempt. */
  readonly input: I;
  /** Aborts, once, when the body should end: its `reason` is a `Fault` (RequestCanceled, Timedout, Evicted). */
  readonly signal: AbortSignal;
  /** 1 for the first attempt. */
  readonly attempt: number;
  /** Resolves after so many milliseconds; rejects with the signal's reason as soon as it aborts. */
  sleep(this: void, ms: number): Promise<void>;
  readonly task: BodyTask;
}

/** The task, as its own body sees it: without what would wait for the body's own end. */
export interface BodyTask {
  readonly key: string;
  info(): Promise<TaskInfo>;
  /** Asks for its own end. */
  cancel(): Promise<'canceled' | 'requested' | 'alreadyRequested'>;
  /** Need not be awaited. */
  updateProgress(percentDone: number): PromiseLike<void>;
  setDescription(message: string | { key: string; message: string; arg?: unknown }): PromiseLike<void>;
  /** Whether a client may cancel it from now on. */
  setCancelable(cancelable: boolean): PromiseLike<void>;
  /** Tells the readers of `events()`. */
  log(message: string): void;
}

/** The part of a definition that an attempt needs. */
export interface BodyDefinition {
  readonly type: string;
  readonly graceMs: number;
  readonly input?: StandardSchemaV1 | undefined;
  readonly result?: StandardSchemaV1 | undefined;
  run(context: BodyContext<never>): unknown;
}

/** What an attempt needs of the runtime. */
export interface BodyPort {
  readonly clock: Clock;
  bodyTask(attempt: Attempt): BodyTask;
  /** The body is gone, and this is what it said. */
  ended(attempt: Attempt, event: TaskEvent): void;
}

const abortWords: ReadonlySet<unknown> = new Set([
  'AbortError',
  'ABORT_ERR',
  'ERR_CANCELED',
  'RequestCanceled',
]);

/** How far a chain of causes is followed. */
const longestChain = 32;

/** One run of a body. It holds the fence that its record had when it started. */
export class Attempt {
  readonly key: string;
  readonly fence: number;
  readonly number: number;
  readonly definition: BodyDefinition;
  readonly #port: BodyPort;
  #controller: AbortController | undefined;
  #reason: Fault | undefined;

  constructor(record: TaskRecord, definition: BodyDefinition, port: BodyPort) {
    this.definition = definition;
    this.key = record.key;
    this.fence = record.life.fence;
    this.number = record.life.attempt;
    this.#port = port;
  }

  /** Made when it is first asked for: most short bodies never do. */
  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.#reason) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  get isAborted(): boolean {
    return this.#reason !== undefined;
  }

  /** Aborts the signal; a second call does nothing. */
  abort(name: FaultName): void {
    if (this.#reason) return;
    this.#reason = new Fault(name);
    this.#controller?.abort(this.#reason);
  }

  /** Runs the body; whatever it does, exactly one `ended` follows. */
  run(input: string | undefined): void {
    this.#outcome(this.definition, input).then(
      (event) => this.#port.ended(this, event),
      (error: unknown) => this.#port.ended(this, this.#threw(error)),
    );
  }

  async #outcome(definition: BodyDefinition, stored: string | undefined): Promise<TaskEvent> {
    const parsed = definition.input
      ? parseWith(definition.input, deserialize(stored), 'input')
      : deserialize(stored);
    const input = definition.input ? await parsed : parsed;
    if (this.#reason) throw this.#reason;
    const context = new Context(input, this, this.#port);
    const returned = await definition.run(context as BodyContext as BodyContext<never>);
    const result = definition.result ? await parseWith(definition.result, returned, 'result') : returned;
    return {
      type: 'BODY_RETURNED',
      at: this.#port.clock.now(),
      fence: this.fence,
      result: serialize(result, 'result'),
    };
  }

  #threw(error: unknown): TaskEvent {
    return {
      type: 'BODY_THREW',
      at: this.#port.clock.now(),
      fence: this.fence,
      error: readable(error),
      aborted: isAbort(error, this.#reason),
    };
  }
}

/** What was thrown, as the record keeps it: even an error that throws when it is read ends its task, and only that. */
function readable(error: unknown) {
  try {
    return rememberCause(storable(toLocalizedFault(error)), error);
  } catch {
    return localized({ name: 'SystemError' }, 'The body threw something that cannot be read.');
  }
}

/** Whether an error stands for an abort: the reason itself, or one that says so, anywhere along its causes. */
function isAbort(error: unknown, reason: Fault | undefined): boolean {
  try {
    let link = error;
    for (let depth = 0; depth < longestChain && typeof link === 'object' && link !== null; depth += 1) {
      if (link === reason) return true;
      const { name, code, cause } = link as { name?: unknown; code?: unknown; cause?: unknown };
      if (abortWords.has(name) || abortWords.has(code)) return true;
      link = cause;
    }
  } catch {
    // A getter of the user's threw: what it hid is no abort that anybody can recognize.
  }
  return false;
}

/** What the body is given; its members are made when they are asked for. */
class Context implements BodyContext {
  readonly input: unknown;
  readonly #attempt: Attempt;
  readonly #port: BodyPort;
  #task: BodyTask | undefined;

  constructor(input: unknown, attempt: Attempt, port: BodyPort) {
    this.input = input;
    this.#attempt = attempt;
    this.#port = port;
  }

  get signal(): AbortSignal {
    return this.#attempt.signal;
  }

  get attempt(): number {
    return this.#attempt.number;
  }

  get task(): BodyTask {
    return (this.#task ??= this.#port.bodyTask(this.#attempt));
  }

  get sleep(): (ms: number) => Promise<void> {
    const { clock } = this.#port;
    const { signal } = this.#attempt;
    return async (ms) => {
      notNegative('ms', ms);
      signal.throwIfAborted();
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const timer = clock.setTimer(ms, resolve);
      const abort = () => reject(signal.reason as Error);
      signal.addEventListener('abort', abort, { once: true });
      try {
        await promise;
      } finally {
        timer.cancel();
        signal.removeEventListener('abort', abort);
      }
    };
  }
}
