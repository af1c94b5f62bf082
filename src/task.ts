import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { LocalizableMessage } from '../machines/fault.ts';
import { invalidArgument } from './fault.ts';
import { boolean, known, name, notNegative, positive } from './options.ts';
import { type Retry, type RetryOptions, retryOf } from './retry.ts';
import type { CancelReceipt, TaskHandle } from './task-handle.ts';
import type { TaskInfo } from './task-info.ts';

/** What a body is given. Every member may be destructured by its name; most are made when they are asked for, and a rest (`...rest`) misses them. */
export interface BodyContext<I = unknown, C = unknown, S = C> {
  /** The input, as its schema made it, parsed anew for this attempt. */
  readonly input: I;
  /** Aborts, once, when the body should end: its `reason` is a `Fault` (RequestCanceled, Timedout, Evicted). */
  readonly signal: AbortSignal;
  /** 1 for the first attempt. */
  readonly attempt: number;
  /** What an earlier attempt saved last, as its schema makes it; undefined: nothing yet. */
  readonly checkpoint: C | undefined;
  /** Resolves after so many milliseconds; rejects with the signal's reason as soon as it aborts. */
  sleep(this: void, ms: number): Promise<void>;
  readonly task: BodyTask<S>;
}

/** The task, as its own body sees it: without what would wait for the body's own end. */
export interface BodyTask<C = unknown> {
  readonly key: string;
  info(): Promise<TaskInfo>;
  /** Asks for its own end. */
  cancel(): PromiseLike<CancelReceipt>;
  /** Need not be awaited. */
  updateProgress(percentDone: number): PromiseLike<void>;
  setDescription(message: string | LocalizableMessage): PromiseLike<void>;
  /** Whether a client may cancel it from now on. */
  setCancelable(cancelable: boolean): PromiseLike<void>;
  /** The value is durable when it resolves; the next attempt is given the last one as `checkpoint`. */
  saveCheckpoint(checkpoint: C): PromiseLike<void>;
  /**
   * A structured child is in the store: this task does not end before it, and a cancel of this task cancels it.
   *
   * @throws RequestCanceled, Timedout or Evicted when this task was told to end.
   * @throws NotSupported when this attempt has lost its task.
   */
  spawn<I, R>(definition: TaskDefinition<I, R>, ...args: SpawnArguments<I>): PromiseLike<TaskHandle<R>>;
  /** A child for each input, created together. Resolves with their results, in order, as the policy says. */
  spawnAll<I, R>(
    definition: TaskDefinition<I, R>,
    inputs: readonly I[],
    options: SpawnAllOptions & { readonly onFailure: 'ignore' },
  ): PromiseLike<PromiseSettledResult<R>[]>;
  spawnAll<I, R>(
    definition: TaskDefinition<I, R>,
    inputs: readonly I[],
    options?: SpawnAllOptions,
  ): PromiseLike<R[]>;
  /** Tells the readers of `events()`. */
  log(message: string): void;
}

/** What a parent does when one of the children that it spawned together fails. */
export type FailurePolicy =
  /** The call rejects with the first fault; the others go on, and the parent waits for them when it ends. */
  | 'fail'
  /** The call resolves with every outcome, as `Promise.allSettled`. */
  | 'ignore'
  /** The others are asked to end, and the call rejects with the first fault once all have. */
  | 'cancelSiblings';

/** How a child belongs to its parent, and what else `submit` takes of it. */
export interface SpawnOptions {
  /** Once per parent, across attempts and crashes: a body that runs again gets the same child. */
  readonly name?: string;
  /** Its share in the progress of the parent. At least 0; default 1. */
  readonly weight?: number;
  /** The parent neither waits for it nor cancels it. Default false. */
  readonly detached?: boolean;
  /** Default: the parent's. */
  readonly priority?: number;
  readonly delayMs?: number;
  readonly startAt?: Date | number;
  readonly deadlineMs?: number;
  readonly entity?: string;
  readonly entityName?: string;
  readonly changeTag?: string;
  readonly activationId?: string;
}

export interface SpawnAllOptions {
  /** Default `fail`. */
  readonly onFailure?: FailurePolicy;
  /** The name and weight, and all else, of the child for an input. */
  readonly each?: (input: never, index: number) => SpawnOptions;
}

export type SpawnArguments<I> = undefined extends I
  ? [input?: I, options?: SpawnOptions]
  : [input: I, options?: SpawnOptions];

/** From an abort until a body that runs on is called unresponsive: OTP's shutdown time. */
export const defaultGraceMs = 5_000;

declare const types: unique symbol;

/** A kind of task: its type, its rules, and the body that does the work. Made by `defineTask`. */
export interface TaskDefinition<I = unknown, R = unknown> {
  readonly type: string;
  readonly input: StandardSchemaV1 | undefined;
  readonly result: StandardSchemaV1 | undefined;
  readonly checkpoint: StandardSchemaV1 | undefined;
  readonly cancelable: boolean;
  readonly timeoutMs: number | undefined;
  readonly deadlineMs: number | undefined;
  readonly graceMs: number;
  readonly retry: Retry;
  run(context: BodyContext<never, never>): unknown;
  /** For the compiler alone: what `submit` takes, and what `result()` gives. */
  readonly [types]?: undefined | { readonly input: (input: I) => void; readonly result: R };
}

/** Any definition, whatever it takes and gives. */
export type AnyTaskDefinition = TaskDefinition<never, unknown>;

interface Rules {
  /** `TaskInfo.descriptionId`; unique in a supervisor. */
  readonly type: string;
  /** Whether clients may cancel it. Default true. A body may change it for its attempt. */
  readonly cancelable?: boolean;
  /** From the abort of its signal until a body that runs on counts as unresponsive. Milliseconds; default 5,000, as OTP. */
  readonly graceMs?: number;
  /** For each attempt; then its signal aborts with Timedout. Milliseconds; default: none. */
  readonly timeoutMs?: number;
  /**
   * From its creation to its end, attempts and waiting included; then it ends in Timedout. No attempt is tried again
   * that would start later: then the task ends with the fault of the last. Milliseconds; default: none.
   */
  readonly deadlineMs?: number;
  /** Default: one attempt. */
  readonly retry?: RetryOptions;
}

type MaybePromise<T> = T | PromiseLike<T>;
type Schema<I, O> = StandardSchemaV1<I, O>;

/**
 * A kind of task. Input and result are inferred: from the schemas where there are some (any Standard Schema: zod,
 * valibot, arktype), else from `run`.
 *
 * @throws InvalidArgument when an option is not what its type says.
 */
export function defineTask<I, O, S, R, P, C>(
  options: Rules & {
    readonly input: Schema<I, O>;
    readonly result: Schema<S, R>;
    readonly checkpoint?: Schema<P, C>;
    run(context: BodyContext<O, C, P>): MaybePromise<S>;
  },
): TaskDefinition<I, R>;
export function defineTask<I, O, R, P, C>(
  options: Rules & {
    readonly input: Schema<I, O>;
    readonly result?: undefined;
    readonly checkpoint?: Schema<P, C>;
    run(context: BodyContext<O, C, P>): MaybePromise<R>;
  },
): TaskDefinition<I, R>;
export function defineTask<I, S, R, P, C>(
  options: Rules & {
    readonly input?: undefined;
    readonly result: Schema<S, R>;
    readonly checkpoint?: Schema<P, C>;
    run(context: BodyContext<I, C, P>): MaybePromise<S>;
  },
): TaskDefinition<I, R>;
export function defineTask<I, R, P, C>(
  options: Rules & {
    readonly input?: undefined;
    readonly result?: undefined;
    readonly checkpoint?: Schema<P, C>;
    run(context: BodyContext<I, C, P>): MaybePromise<R>;
  },
): TaskDefinition<I, R>;
export function defineTask(
  options: Rules & {
    readonly input?: StandardSchemaV1 | undefined;
    readonly result?: StandardSchemaV1 | undefined;
    readonly checkpoint?: StandardSchemaV1 | undefined;
    run(context: BodyContext<never, never>): unknown;
  },
): AnyTaskDefinition {
  known('defineTask', options, members);
  if (typeof options.run !== 'function') throw invalidArgument('run', 'a function', typeof options.run);
  const { timeoutMs, deadlineMs } = options;
  return defined({
    type: name('type', options.type),
    input: schema('input', options.input),
    result: schema('result', options.result),
    checkpoint: schema('checkpoint', options.checkpoint),
    cancelable: boolean('cancelable', options.cancelable ?? true),
    timeoutMs: timeoutMs === undefined ? undefined : positive('timeoutMs', timeoutMs),
    deadlineMs: deadlineMs === undefined ? undefined : positive('deadlineMs', deadlineMs),
    graceMs: notNegative('graceMs', options.graceMs ?? defaultGraceMs),
    retry: retryOf(options.retry),
    run: (context: BodyContext<never, never>) => options.run(context),
  });
}

const brand = Symbol.for('taskchart.definition');

/** What `defineTask` checked, and nobody changed since. */
function defined(definition: AnyTaskDefinition): AnyTaskDefinition {
  return Object.freeze(Object.defineProperty(definition, brand, { value: true }));
}

/** Whether it was made by `defineTask`, of this copy of the package or another. */
export function isDefinition(value: unknown): value is AnyTaskDefinition {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, brand);
}

const members = [
  'type',
  'input',
  'result',
  'checkpoint',
  'cancelable',
  'timeoutMs',
  'deadlineMs',
  'graceMs',
  'retry',
  'run',
] as const;

function schema(property: string, value: StandardSchemaV1 | undefined): StandardSchemaV1 | undefined {
  if (value === undefined || typeof value?.['~standard']?.validate === 'function') return value;
  throw invalidArgument(property, 'a Standard Schema (zod, valibot, arktype)', value);
}
