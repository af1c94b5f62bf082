import { type FaultName, type LocalizableMessage, faultMessages, localized } from '../machines/fault.ts';
import type { TaskEvent, TaskState } from '../machines/task.ts';
import type { Access, Privilege } from './access.ts';
import { Fault, invalidArgument, isFault, rememberCause, toLocalizedFault } from './fault.ts';
import { boolean, finite, known, name } from './options.ts';
import type { Runtime } from './runtime.ts';
import { serialize, storable } from './serialize.ts';
import type {
  CancelReceipt,
  CreatedTaskHandle,
  JournalStep,
  StateOptions,
  TaskHandle,
  Watch,
} from './task-handle.ts';
import { type TaskInfo, taskInfo } from './task-info.ts';
import { type Watcher, watching, whenEnded, whenResult } from './watcher.ts';

/** The handle of a task of this store. */
export class Handle<R = unknown> implements TaskHandle<R> {
  readonly key: string;
  readonly #runtime: Runtime;
  readonly #access: Access;

  constructor(runtime: Runtime, access: Access, key: string) {
    this.#runtime = runtime;
    this.#access = access;
    this.key = key;
  }

  async info(): Promise<TaskInfo<R>> {
    return taskInfo(await this.#access.permit('System.View', this.key)) as TaskInfo<R>;
  }

  async cancel(): Promise<CancelReceipt> {
    return receipt(await this.#ask('Global.CancelTask', { type: 'CANCEL', at: this.#now() }));
  }

  async updateProgress(percentDone: number): Promise<void> {
    await this.#ask('Task.Update', progressEvent(this.#runtime, percentDone));
  }

  async setDescription(message: string | LocalizableMessage): Promise<void> {
    const record =
      typeof message === 'string' ? await this.#access.permit('Task.Update', this.key) : undefined;
    const type = record?.creation.type ?? '';
    await this.#ask('Task.Update', descriptionEvent(this.#runtime, type, message));
  }

  async setCancelable(cancelable: boolean): Promise<void> {
    await this.#ask('Task.Update', cancelableEvent(this.#runtime, cancelable));
  }

  async setState(state: TaskState, options: StateOptions = {}): Promise<void> {
    await this.#ask('Task.Update', stateEvent(this.#runtime, state, options));
  }

  async setCustomValue(key: string, value?: string): Promise<void> {
    name('key', key);
    if (value !== undefined && typeof value !== 'string') throw invalidArgument('value', 'a text', value);
    await this.#ask('Task.Update', { type: 'SET_CUSTOM_VALUE', at: this.#now(), key, value });
  }

  async journal(): Promise<readonly JournalStep[]> {
    await this.#access.permit('System.View', this.key);
    const entries = await this.#runtime.journal(this.key);
    return entries.map(({ at, ...step }) => ({ ...step, at: new Date(at) }));
  }

  result(): Promise<R> {
    return this.#watch(whenResult(this.key)) as Promise<R>;
  }

  ended(): Promise<TaskInfo<R>> {
    return this.#watch(whenEnded(this.key)) as Promise<TaskInfo<R>>;
  }

  watch(): Watch<R> {
    const [watcher, channel] = watching(this.key, (gone) => this.#runtime.unwatch(this.key, gone));
    let begun: Promise<void> | undefined;
    // Not a generator: a reader could not leave one while it waits.
    return {
      next: async () => {
        await (begun ??= this.#begin(watcher));
        const { value, done } = await channel.next();
        return done === true
          ? { value: undefined, done }
          : { value: taskInfo(value) as TaskInfo<R>, done: false };
      },
      return: async () => {
        await channel.return();
        return { value: undefined, done: true };
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  async #begin(watcher: Watcher): Promise<void> {
    if (!this.#access.isTrusted) await this.#access.permit('System.View', this.key);
    this.#runtime.watch(this.key, watcher);
  }

  async #watch<T>([watcher, promise]: [Watcher, Promise<T>]): Promise<T> {
    if (!this.#access.isTrusted) await this.#access.permit('System.View', this.key);
    this.#runtime.watch(this.key, watcher);
    return promise;
  }

  async #ask(privilege: Privilege, event: TaskEvent) {
    if (!this.#access.isTrusted) await this.#access.permit(privilege, this.key);
    return this.#runtime.ask(this.key, event);
  }

  #now(): number {
    return this.#runtime.clock.now();
  }
}

/** The handle of a task for its creator. */
export class CreatedHandle<R = unknown> extends Handle<R> implements CreatedTaskHandle<R> {
  readonly signal: AbortSignal;

  constructor(runtime: Runtime, access: Access, key: string, signal: AbortSignal) {
    super(runtime, access, key);
    this.signal = signal;
  }
}

export function receipt({ outcome }: { readonly outcome: string }): CancelReceipt {
  return outcome as CancelReceipt;
}

export function progressEvent(runtime: Runtime, percentDone: number): TaskEvent {
  const strict = runtime.options.strictBounds;
  return {
    type: 'UPDATE_PROGRESS',
    at: runtime.clock.now(),
    percentDone: finite('percentDone', percentDone),
    strict,
  };
}

export function cancelableEvent(runtime: Runtime, cancelable: boolean): TaskEvent {
  return { type: 'SET_CANCELABLE', at: runtime.clock.now(), cancelable: boolean('cancelable', cancelable) };
}

export function descriptionEvent(
  runtime: Runtime,
  type: string,
  message: string | LocalizableMessage,
): TaskEvent {
  return { type: 'SET_DESCRIPTION', at: runtime.clock.now(), description: describe(type, message) };
}

function describe(type: string, message: string | LocalizableMessage): LocalizableMessage {
  if (typeof message === 'string') return { key: `${type}.phase`, message };
  if (typeof message?.key !== 'string' || typeof message.message !== 'string') {
    throw invalidArgument('description', 'a text, or { key, message, arg? }', message);
  }
  const { key, message: text, arg } = message;
  if (arg === undefined) return { key, message: text };
  const { fault } = storable(localized({ name: 'ExtendedFault', arg }));
  return { key, message: text, arg: fault['arg'] };
}

const states: readonly TaskState[] = ['queued', 'running', 'success', 'error'];

function stateEvent(runtime: Runtime, state: TaskState, options: StateOptions): TaskEvent {
  if (!states.includes(state)) throw invalidArgument('state', `one of ${states.join(', ')}`, state);
  const { result, fault } = known('options', options, ['result', 'fault']);
  return {
    type: 'SET_STATE',
    at: runtime.clock.now(),
    state,
    result: serialize(result, 'result'),
    error: fault === undefined ? undefined : asError(fault),
  };
}

function asError(fault: Fault | FaultName) {
  if (typeof fault === 'string' && Object.hasOwn(faultMessages, fault))
    return toLocalizedFault(new Fault(fault));
  if (isFault(fault)) return rememberCause(storable(toLocalizedFault(fault)), fault);
  throw invalidArgument('fault', 'a Fault, or the name of one', fault);
}
