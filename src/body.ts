import { type FaultName, localized } from '../machines/fault.ts';
import type { TaskEvent } from '../machines/task.ts';
import type { Clock } from './clock.ts';
import { Fault, rememberCause, toLocalizedFault } from './fault.ts';
import { notNegative } from './options.ts';
import type { Random } from './random.ts';
import type { TaskRecord } from './record.ts';
import { noRetry } from './retry.ts';
import { parseWith } from './schema.ts';
import { deserialize, serialize, storable } from './serialize.ts';
import type { AnyTaskDefinition, BodyContext, BodyTask } from './task.ts';

/** What an attempt needs of the runtime. */
export interface BodyPort {
  readonly clock: Clock;
  readonly random: Random;
  readonly bodyTask: (attempt: Attempt) => BodyTask;
  /** The body is gone, and this is what it said. */
  ended(attempt: Attempt, event: TaskEvent): void;
  /** Something of the user's, that has no other way to say so, threw. */
  threw(error: unknown): void;
}

const abortWords: ReadonlySet<unknown> = new Set([
  'AbortError',
  'ABORT_ERR',
  'ERR_CANCELED',
  'RequestCanceled',
  // What a body that was told to end is told of the supervisor that stops as well.
  'SupervisorStopped',
]);

/** How far a chain of causes is followed. */
const longestChain = 32;

/** One run of a body. It holds the fence that its record had when it started. */
export class Attempt {
  readonly key: string;
  readonly fence: number;
  readonly number: number;
  readonly definition: AnyTaskDefinition;
  /** Whether it occupies one of the slots: a body that waits for its children does not. */
  hasSlot = false;
  readonly #stored: { readonly input: string | undefined; readonly checkpoint: string | undefined };
  readonly #port: BodyPort;
  #controller: AbortController | undefined;
  #reason: Fault | undefined;
  readonly #begun = new Set<Promise<unknown>>();
  /** Answers that the body waits for until its signal aborts. */
  readonly #waiting = new Set<() => void>();

  constructor(record: TaskRecord, definition: AnyTaskDefinition, port: BodyPort) {
    this.definition = definition;
    this.#stored = { input: record.creation.input, checkpoint: record.life.checkpoint };
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

  /** Aborts the signal; a second call does nothing. */
  abort(name: FaultName): void {
    if (this.#reason) return;
    this.#reason = new Fault(name);
    this.#controller?.abort(this.#reason);
    for (const reject of this.#waiting) reject();
  }

  /** The same, but it rejects with the signal's reason as soon as that aborts. */
  orAborted<T>(answer: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const abort = () => reject(this.#reason as Fault);
      if (this.#reason) abort();
      // Not by the signal: adding a listener there costs as much as there are, and a parent may wait for many children.
      else this.#waiting.add(abort);
      // Whoever is not told of this answer any more has it handled here.
      answer.then(resolve, reject).finally(() => this.#waiting.delete(abort));
    });
  }

  /** What the body began and does not await: it is not gone before. */
  track<T>(begun: Promise<T>): Promise<T> {
    const untrack = () => void this.#begun.delete(begun);
    this.#begun.add(begun);
    begun.then(untrack, untrack);
    return begun;
  }

  /** Runs the body; whatever it does, exactly one `ended` follows. */
  run(): void {
    this.#outcome().then(
      (event) => this.#end(event),
      (error: unknown) => this.#end(this.#threw(error)),
    );
  }

  #end(event: TaskEvent): void {
    if (this.#begun.size === 0) return this.#port.ended(this, event);
    void Promise.allSettled(this.#begun).then(() =>
      this.#end({ ...event, at: this.#port.clock.now() } as TaskEvent),
    );
  }

  async #outcome(): Promise<TaskEvent> {
    const { input, result } = this.definition;
    const parsed = input ? await this.#parsed('input', this.#stored.input) : deserialize(this.#stored.input);
    const saved = this.#stored.checkpoint;
    const checkpoint = saved === undefined ? undefined : await this.#parsed('checkpoint', saved);
    if (this.#reason) throw this.#reason;
    const context = new Context(parsed, checkpoint, this, this.#port);
    const returned = await this.definition.run(context as BodyContext as BodyContext<never, never>);
    const value = result ? await parseWith(result, returned, 'result') : returned;
    const { clock } = this.#port;
    return { type: 'BODY_RETURNED', at: clock.now(), fence: this.fence, result: serialize(value, 'result') };
  }

  /** What is stored, as the schema makes it now. What it refuses today, it refuses tomorrow. */
  async #parsed(property: 'input' | 'checkpoint', stored: string | undefined): Promise<unknown> {
    try {
      return await parseWith(this.definition[property], deserialize(stored), property);
    } catch (error) {
      throw noRetry(error);
    }
  }

  #threw(error: unknown): TaskEvent {
    const at = this.#port.clock.now();
    const delayMs = this.#retryDelayMs(error);
    return {
      type: 'BODY_THREW',
      at,
      fence: this.fence,
      error: readable(error),
      aborted: this.#reason !== undefined && isAbort(error, this.#reason),
      retryAt: delayMs === undefined ? undefined : at + Math.ceil(delayMs),
    };
  }

  #retryDelayMs(error: unknown): number | undefined {
    const { retry } = this.definition;
    if (this.number >= retry.maxAttempts) return undefined;
    try {
      return retry.delayMs(error, this.number, this.#port.random);
    } catch (failure) {
      this.#port.threw(failure);
      return undefined;
    }
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
function isAbort(error: unknown, reason: Fault): boolean {
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
  readonly checkpoint: unknown;
  readonly #attempt: Attempt;
  readonly #port: BodyPort;
  #task: BodyTask | undefined;

  constructor(input: unknown, checkpoint: unknown, attempt: Attempt, port: BodyPort) {
    this.input = input;
    this.checkpoint = checkpoint;
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
