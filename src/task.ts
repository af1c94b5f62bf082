import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { BodyContext } from './body.ts';
import { boolean, known, name, notNegative } from './options.ts';
import { invalidArgument } from './fault.ts';

/** From an abort until a body that runs on is called unresponsive: OTP's shutdown time. */
export const defaultGraceMs = 5_000;

declare const types: unique symbol;

/** A kind of task: its type, its rules, and the body that does the work. Made by `defineTask`. */
export interface TaskDefinition<I = unknown, R = unknown> {
  readonly type: string;
  readonly input: StandardSchemaV1 | undefined;
  readonly result: StandardSchemaV1 | undefined;
  readonly cancelable: boolean;
  readonly graceMs: number;
  run(context: BodyContext<never>): unknown;
  /** For the compiler alone: what `submit` takes, and what `result()` gives. */
  readonly [types]?: { readonly input: (input: I) => void; readonly result: R };
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
}

type MaybePromise<T> = T | PromiseLike<T>;
type Schema<I, O> = StandardSchemaV1<I, O>;

/**
 * A kind of task. Input and result are inferred: from the schemas where there are some (any Standard Schema: zod,
 * valibot, arktype), else from `run`.
 *
 * @throws InvalidArgument when an option is not what its type says.
 */
export function defineTask<I, O, S, R>(
  options: Rules & {
    readonly input: Schema<I, O>;
    readonly result: Schema<S, R>;
    run(context: BodyContext<O>): MaybePromise<S>;
  },
): TaskDefinition<I, R>;
export function defineTask<I, O, R>(
  options: Rules & {
    readonly input: Schema<I, O>;
    readonly result?: undefined;
    run(context: BodyContext<O>): MaybePromise<R>;
  },
): TaskDefinition<I, R>;
export function defineTask<I, S, R>(
  options: Rules & {
    readonly input?: undefined;
    readonly result: Schema<S, R>;
    run(context: BodyContext<I>): MaybePromise<S>;
  },
): TaskDefinition<I, R>;
export function defineTask<I, R>(
  options: Rules & {
    readonly input?: undefined;
    readonly result?: undefined;
    run(context: BodyContext<I>): MaybePromise<R>;
  },
): TaskDefinition<I, R>;
export function defineTask(
  options: Rules & {
    readonly input?: StandardSchemaV1 | undefined;
    readonly result?: StandardSchemaV1 | undefined;
    run(context: BodyContext<never>): unknown;
  },
): AnyTaskDefinition {
  known('defineTask', options, ['type', 'input', 'result', 'cancelable', 'graceMs', 'run']);
  if (typeof options.run !== 'function') throw invalidArgument('run', 'a function', typeof options.run);
  return Object.freeze({
    type: name('type', options.type),
    input: schema('input', options.input),
    result: schema('result', options.result),
    cancelable: boolean('cancelable', options.cancelable ?? true),
    graceMs: notNegative('graceMs', options.graceMs ?? defaultGraceMs),
    run: (context: BodyContext<never>) => options.run(context),
  });
}

function schema(property: string, value: StandardSchemaV1 | undefined): StandardSchemaV1 | undefined {
  if (value === undefined || typeof value?.['~standard']?.validate === 'function') return value;
  throw invalidArgument(property, 'a Standard Schema (zod, valibot, arktype)', value);
}
