import { inspect } from 'node:util';
import { isFault, systemClock } from '../../index.ts';

/** What came of a call to the system. */
export type Reply =
  /** `fault`: by whose name it was answered. */
  | { readonly kind: 'answered'; readonly value: unknown; readonly fault?: Error }
  | { readonly kind: 'threw'; readonly error: unknown }
  | { readonly kind: 'silent'; readonly ms: number };

/** Calls it, and waits no longer than that, by the machine's own clock. Never rejects. */
export async function replyOf(call: () => unknown, timeoutMs: number): Promise<Reply> {
  const silence = Promise.withResolvers<Reply>();
  const timer = systemClock.setTimer(timeoutMs, () => silence.resolve({ kind: 'silent', ms: timeoutMs }));
  try {
    return await Promise.race([called(call), silence.promise]);
  } finally {
    timer.cancel();
  }
}

/** Calls it, and waits as long as it takes. Never rejects. */
export async function called(call: () => unknown): Promise<Reply> {
  try {
    return { kind: 'answered', value: await call() };
  } catch (error) {
    return { kind: 'threw', error };
  }
}

/** A refusal is an answer: the fault's name. */
export function asAnswer(reply: Reply): Reply {
  return reply.kind === 'threw' && isFault(reply.error)
    ? { kind: 'answered', value: reply.error.name, fault: reply.error }
    : reply;
}

/** A reply as a message shows it. */
export function shownReply(reply: Reply): string {
  if (reply.kind === 'silent') return `no answer within ${reply.ms} ms`;
  if (reply.kind === 'answered') return shown(reply.value);
  const { error } = reply;
  return `an error: ${error instanceof Error ? `${error.name}: ${error.message}` : shown(error)}`;
}

/** A value on one line. A word stands without quotes. */
export function shown(value: unknown): string {
  if (typeof value === 'string' && /^[\w.]+$/.test(value)) return value;
  return inspect(value, {
    breakLength: Number.POSITIVE_INFINITY,
    compact: true,
    depth: 4,
    maxArrayLength: 20,
    maxStringLength: 200,
  });
}
