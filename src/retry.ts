import { count, finite, known, notNegative, positiveInteger } from './options.ts';
import { invalidArgument } from './fault.ts';
import type { Random } from './random.ts';

/** How a delay is spread, so that what failed together does not come back together. */
export type Jitter = 'full' | 'equal' | 'none';

/** How long to wait before the next attempt. */
export type Backoff =
  /** `baseMs`, doubled with every further attempt, at most `maxMs`. */
  | {
      readonly kind: 'exponential';
      readonly baseMs?: number;
      readonly maxMs?: number;
      readonly jitter?: Jitter;
    }
  /** `baseMs` times the number of the attempt that failed, at most `maxMs`. */
  | { readonly kind: 'linear'; readonly baseMs?: number; readonly maxMs?: number; readonly jitter?: Jitter }
  /** What the function answers, in milliseconds. */
  | {
      readonly kind: 'custom';
      readonly delayMs: (failed: { readonly attempt: number; readonly error: unknown }) => number;
      readonly jitter?: Jitter;
    };

/** `retry` of a definition. */
export interface RetryOptions {
  /** Attempts in all, the first included. A positive integer; default 1. */
  readonly maxAttempts?: number;
  /** Default exponential from 1,000 to 60,000 ms with full jitter. */
  readonly backoff?: Backoff;
  /** Whether this error is worth another attempt. Default: every one. What throws says no. */
  readonly retryIf?: (error: unknown, failed: { readonly attempt: number }) => boolean;
  /**
   * How often the process that runs it may be lost before the task ends in WorkerLost; an attempt that was lost is not
   * charged. An integer of at least 0; 0: its body starts at most once. Default 3: a task that takes its process with
   * it is not tried for ever.
   */
  readonly maxLost?: number;
}

export interface Retry {
  readonly maxAttempts: number;
  /** Undefined: the chart's default. */
  readonly maxLost: number | undefined;
  /** Milliseconds until the next attempt; undefined: there shall be none. */
  readonly delayMs: (error: unknown, attempt: number, random: Random) => number | undefined;
}

/** A second, as a service that was restarted is back by then; a minute, as nobody watches a log for longer. */
const defaultBaseMs = 1_000;
const defaultMaxMs = 60_000;

const notRetried = new WeakSet<object>();

/**
 * The same error, marked: the task that it is thrown from ends with it, however many attempts are left. What is no
 * object is wrapped into an `Error` first.
 */
export function noRetry<E>(error: E): E extends object ? E : Error {
  const marked =
    typeof error === 'object' && error !== null ? error : new Error(String(error), { cause: error });
  notRetried.add(marked);
  return marked as E extends object ? E : Error;
}

/** The checked form of a definition's `retry`. */
export function retryOf(options: RetryOptions = {}): Retry {
  known('retry', options, ['maxAttempts', 'backoff', 'retryIf', 'maxLost']);
  const { retryIf } = options;
  if (retryIf !== undefined && typeof retryIf !== 'function')
    throw invalidArgument('retry.retryIf', 'a function', retryIf);
  const delay = delayOf(options.backoff ?? { kind: 'exponential' });
  return {
    maxAttempts: positiveInteger('retry.maxAttempts', options.maxAttempts ?? 1),
    maxLost: options.maxLost === undefined ? undefined : count('retry.maxLost', options.maxLost),
    delayMs(error, attempt, random) {
      if (typeof error === 'object' && error !== null && notRetried.has(error)) return undefined;
      if (retryIf && retryIf(error, { attempt }) !== true) return undefined;
      return delay(error, attempt, random);
    },
  };
}

function delayOf(
  backoff: Backoff,
): Retry['delayMs'] & ((error: unknown, attempt: number, random: Random) => number) {
  known('retry.backoff', backoff, ['kind', 'baseMs', 'maxMs', 'jitter', 'delayMs'] as never);
  const jitter = jitterOf(backoff.jitter ?? (backoff.kind === 'custom' ? 'none' : 'full'));
  if (backoff.kind === 'custom') {
    if (typeof backoff.delayMs !== 'function')
      throw invalidArgument('retry.backoff.delayMs', 'a function', typeof backoff.delayMs);
    return (error, attempt, random) =>
      jitter(
        finite(
          'retry.backoff.delayMs()',
          notNegative('retry.backoff.delayMs()', backoff.delayMs({ attempt, error })),
        ),
        random,
      );
  }
  const baseMs = notNegative('retry.backoff.baseMs', backoff.baseMs ?? defaultBaseMs);
  const maxMs = notNegative('retry.backoff.maxMs', backoff.maxMs ?? defaultMaxMs);
  if (backoff.kind === 'exponential') {
    return (_error, attempt, random) =>
      jitter(baseMs === 0 ? 0 : Math.min(maxMs, baseMs * 2 ** (attempt - 1)), random);
  }
  if (backoff.kind === 'linear')
    return (_error, attempt, random) => jitter(Math.min(maxMs, baseMs * attempt), random);
  throw invalidArgument(
    'retry.backoff.kind',
    "'exponential', 'linear' or 'custom'",
    (backoff as { kind: unknown }).kind,
  );
}

function jitterOf(jitter: Jitter): (delayMs: number, random: Random) => number {
  switch (jitter) {
    case 'full':
      return (delayMs, random) => random.fraction() * delayMs;
    case 'equal':
      return (delayMs, random) => delayMs / 2 + (random.fraction() * delayMs) / 2;
    case 'none':
      return (delayMs) => delayMs;
    default:
      throw invalidArgument('retry.backoff.jitter', "'full', 'equal' or 'none'", jitter);
  }
}
