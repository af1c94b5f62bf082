import type { FaultName, LocalizableMessage } from '../machines/fault.ts';
import { localized } from '../machines/fault.ts';
import type { TaskEvent, TaskState } from '../machines/task.ts';
import type { Access, Privilege } from './access.ts';
import { Acknowledgement } from './acknowledgement.ts';
import type { Attempt, BodyTask } from './body.ts';
import {
  Fault,
  invalidArgument,
  isFault,
  rememberCause,
  show,
  toFaultData,
  toLocalizedFault,
} from './fault.ts';
import { boolean, finite, known, name } from './options.ts';
import type { Runtime } from './runtime.ts';
import { serialize, storable } from './serialize.ts';
import { type TaskInfo, taskInfo } from './task-info.ts';
import { type Watcher, watching, whenEnded, whenResult } from './watcher.ts';

/** What became of a cancel that was accepted: ended at once, asked for now, or asked for before. */
export type CancelReceipt = 'canceled' | 'requested' | 'alreadyRequested';

/** How a driver ends its task. */
export interface StateOptions {
  /** With state success only. */
  readonly result?: unknown;
  /** With state error only: a fault, or the name of one. */
  readonly fault?: Fault | FaultName;
}

/** A task as clients see it: cheap, and holding nothing of it but the key. */
export class TaskHandle<R = unknown> {
  readonly key: string;
  readonly #runtime: Runtime;
  readonly #access: Access;

  constructor(runtime: Runtime, access: Access, key: string) {
    this.#runtime = runtime;
    this.#access = access;
    this.key = key;
  }

  /**
   * The task as it is committed now.
   *
   * @throws ManagedObjectNotFound when retention has removed it.
   */
  async info(): Promise<TaskInfo<R>> {
    return taskInfo(await this.#access.permit('System.View', this.key)) as TaskInfo<R>;
  }

  /**
   * The request to end is committed: a queued task has ended (`canceled`), a running one is told by its signal
   * (`requested`) and ends when its body does. Asking again changes nothing (`alreadyRequested`).
   *
   * @throws InvalidState when it has ended; `state` says how.
   * @throws NotSupported when it is not cancelable.
   */
  async cancel(): Promise<CancelReceipt> {
    return receipt(await this.#ask('Global.CancelTask', { type: 'CANCEL', at: this.#now() }));
  }

  /**
   * The progress is committed, clamped to 0..100 and rounded down.
   *
   * @throws InvalidArgument for what is not a finite number.
   * @throws InvalidState unless it runs.
   */
  async updateProgress(percentDone: number): Promise<void> {
    await this.#ask('Task.Update', progressEvent(this.#runtime, percentDone));
  }

  /** The description is committed. A text becomes the message of the key `<type>.phase`. @throws InvalidState when it has ended. */
  async setDescription(message: string | LocalizableMessage): Promise<void> {
    const record =
      typeof message === 'string' ? await this.#access.permit('Task.Update', this.key) : undefined;
    const type = record?.creation.type ?? '';
    await this.#ask('Task.Update', descriptionEvent(this.#runtime, type, message));
  }

  /** Whether clients may cancel it is committed: the driver's to say. @throws NotSupported when a supervisor drives it. */
  async setCancelable(cancelable: boolean): Promise<void> {
    await this.#ask('Task.Update', cancelableEvent(this.#runtime, cancelable));
  }

  /**
   * State and outcome are committed together: the driver's operation on a task that `createTask` made.
   *
   * @throws NotSupported when a supervisor drives it.
   * @throws InvalidState when it has ended, or when a result or fault belongs to another state.
   */
  async setState(state: TaskState, options: StateOptions = {}): Promise<void> {
    await this.#ask('Task.Update', stateEvent(this.#runtime, state, options));
  }

  /** A client's own note on the task is committed; without a value it is removed. @throws InvalidState when it has ended. */
  async setCustomValue(key: string, value?: string): Promise<void> {
    name('key', key);
    if (value !== undefined && typeof value !== 'string') throw invalidArgument('value', 'a text', value);
    await this.#ask('Task.Update', { type: 'SET_CUSTOM_VALUE', at: this.#now(), key, value });
  }

  /** Resolves with the result once the task is a success. @throws The fault of the task; SupervisorStopped when it will not end here. */
  result(): Promise<R> {
    return this.#watch(whenResult(this.key)) as Promise<R>;
  }

  /** Resolves with the final information, success or error. @throws SupervisorStopped when it will not end here. */
  ended(): Promise<TaskInfo<R>> {
    return this.#watch(whenEnded(this.key)) as Promise<TaskInfo<R>>;
  }

  /**
   * The present information first, then the latest after every change, the final one last and never missed. A slow
   * reader misses what lies between, and holds up nobody.
   */
  async *watch(): AsyncGenerator<TaskInfo<R>, undefined, undefined> {
    if (!this.#access.isTrusted) await this.#access.permit('System.View', this.key);
    const [watcher, channel] = watching(this.key, (gone) => this.#runtime.unwatch(this.key, gone));
    this.#runtime.watch(this.key, watcher);
    for await (const record of channel) yield taskInfo(record) as TaskInfo<R>;
    return undefined;
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

/** A task that its creator drives. */
export class CreatedTaskHandle<R = unknown> extends TaskHandle<R> {
  /** Aborts, with RequestCanceled, when a cancel was accepted. */
  readonly signal: AbortSignal;

  constructor(runtime: Runtime, access: Access, key: string, signal: AbortSignal) {
    super(runtime, access, key);
    this.signal = signal;
  }
}

/** The task for its own body: every event carries the attempt's fence. */
export function bodyTask(runtime: Runtime, type: string, attempt: Attempt): BodyTask {
  const { key, fence } = attempt;
  const acknowledged = (event: TaskEvent): PromiseLike<void> => {
    const acknowledgement = new Acknowledgement((refusal) =>
      runtime.events.emit({
        kind: 'refused',
        key,
        sequence: 0,
        event: event.type,
        fault: toFaultData(refusal),
      }),
    );
    runtime.ask(key, { ...event, fence } as TaskEvent, 'body').then(
      () => acknowledgement.settle(undefined),
      (fault: unknown) => acknowledgement.settle(fault as Fault),
    );
    return acknowledgement;
  };
  return {
    key,
    async info() {
      const record = await runtime.read(key);
      if (!record) throw new Fault('ManagedObjectNotFound');
      return taskInfo(record);
    },
    cancel: async () => receipt(await runtime.ask(key, { type: 'CANCEL', at: runtime.clock.now() }, 'body')),
    updateProgress: (percentDone) => acknowledged(progressEvent(runtime, percentDone)),
    setDescription: (message) => acknowledged(descriptionEvent(runtime, type, message)),
    setCancelable: (cancelable) => acknowledged(cancelableEvent(runtime, cancelable)),
    log: (message) => runtime.events.emit({ kind: 'log', key, sequence: 0, message: String(message) }),
  };
}

function receipt({ outcome }: { readonly outcome: string }): CancelReceipt {
  return outcome as CancelReceipt;
}

function progressEvent(runtime: Runtime, percentDone: number): TaskEvent {
  const strict = runtime.options.strictBounds;
  return {
    type: 'UPDATE_PROGRESS',
    at: runtime.clock.now(),
    percentDone: finite('percentDone', percentDone),
    strict,
  };
}

function cancelableEvent(runtime: Runtime, cancelable: boolean): TaskEvent {
  return { type: 'SET_CANCELABLE', at: runtime.clock.now(), cancelable: boolean('cancelable', cancelable) };
}

function descriptionEvent(runtime: Runtime, type: string, message: string | LocalizableMessage): TaskEvent {
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
  if (typeof fault === 'string') return toLocalizedFault(new Fault(fault));
  if (isFault(fault)) return rememberCause(storable(toLocalizedFault(fault)), fault);
  throw invalidArgument('fault', 'a Fault, or the name of one', show(fault));
}
