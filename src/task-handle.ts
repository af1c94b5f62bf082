import type { FaultName, LocalizableMessage } from '../machines/fault.ts';
import type { TaskState } from '../machines/task.ts';
import type { Fault } from './fault.ts';
import type { TaskInfo } from './task-info.ts';

/** What became of a cancel that was accepted: ended at once, asked for now, or asked for before. */
export type CancelReceipt = 'canceled' | 'requested' | 'alreadyRequested';

/** How a driver ends its task. */
export interface StateOptions {
  /** With state success only. */
  readonly result?: unknown;
  /** With state error only: a fault, or the name of one. */
  readonly fault?: Fault | FaultName;
}

/** A task's information as it changes. A reader may leave at any time, also while it waits. */
export interface Watch<R = unknown> extends AsyncIterableIterator<TaskInfo<R>, undefined> {
  return(value?: undefined): Promise<IteratorResult<TaskInfo<R>, undefined>>;
}

/** A step of a task, as `journal()` shows it. */
export interface JournalStep {
  /** The number of the change, as in `TaskInfo`. */
  readonly sequence: number;
  /** When it was asked for. */
  readonly at: Date;
  /** The chart's event, as `CANCEL`. */
  readonly event: string;
  /** What its sender was told, as `requested`. */
  readonly outcome: string;
  /** Where it led, by the chart: `running.canceling`. */
  readonly leaf: string;
}

/** A task as clients see it: cheap, and holding nothing of it but the key. */
export interface TaskHandle<R = unknown> {
  readonly key: string;

  /**
   * The task as it is committed now.
   *
   * @throws ManagedObjectNotFound when retention has removed it.
   */
  info(): Promise<TaskInfo<R>>;

  /**
   * The request to end is committed: a queued task has ended (`canceled`), a running one is told by its signal
   * (`requested`) and ends when its body does. Asking again changes nothing (`alreadyRequested`).
   *
   * @throws InvalidState when it has ended; `state` says how.
   * @throws NotSupported when it is not cancelable.
   */
  cancel(): Promise<CancelReceipt>;

  /**
   * The progress is committed, clamped to 0..100 and rounded down.
   *
   * @throws InvalidArgument for what is not a finite number.
   * @throws InvalidState unless it runs.
   */
  updateProgress(percentDone: number): Promise<void>;

  /** The description is committed. A text becomes the message of the key `<type>.phase`. @throws InvalidState when it has ended. */
  setDescription(message: string | LocalizableMessage): Promise<void>;

  /** Whether clients may cancel it is committed: the driver's to say. @throws NotSupported when a supervisor drives it. */
  setCancelable(cancelable: boolean): Promise<void>;

  /**
   * State and outcome are committed together: the driver's operation on a task that `createTask` made.
   *
   * @throws NotSupported when a supervisor drives it.
   * @throws InvalidState when it has ended, or when a result or fault belongs to another state.
   */
  setState(state: TaskState, options?: StateOptions): Promise<void>;

  /** A client's own note on the task is committed; without a value it is removed. @throws InvalidState when it has ended. */
  setCustomValue(key: string, value?: string): Promise<void>;

  /**
   * The steps of the task that were kept, in order, by the supervisors' option `journal`: at least the last 1,000.
   *
   * @throws ManagedObjectNotFound when retention has removed it.
   */
  journal(): Promise<readonly JournalStep[]>;

  /** Resolves with the result once the task is a success. @throws The fault of the task; SupervisorStopped when it will not end here. */
  result(): Promise<R>;

  /** Resolves with the final information, success or error. @throws SupervisorStopped when it will not end here. */
  ended(): Promise<TaskInfo<R>>;

  /**
   * The present information first, then the latest after every change, the final one last and never missed. A slow
   * reader misses what lies between, and holds up nobody.
   */
  watch(): Watch<R>;
}

/** A task that its creator drives. */
export interface CreatedTaskHandle<R = unknown> extends TaskHandle<R> {
  /** Aborts, with RequestCanceled, when a cancel was accepted. */
  readonly signal: AbortSignal;
}
