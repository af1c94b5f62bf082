import { Fault, type FaultName, isFault } from '../../src/index.ts';

/** The fault with which something is refused, whether it throws or rejects; of that name, when one is given. */
export async function faultOf(
  action: PromiseLike<unknown> | (() => unknown),
  name?: FaultName,
): Promise<Fault> {
  let value: unknown;
  try {
    value = await (typeof action === 'function' ? action() : action);
  } catch (error) {
    if (isFault(error) && (name === undefined || error.name === name)) return error;
    throw new Error(`Expected ${name ?? 'a fault'}, got ${String(error)}`, { cause: error });
  }
  throw new Error(`Expected ${name ?? 'a fault'}, got ${String(value)}`);
}

/** `ok`, the value, or the name of the fault: what a caller is told. */
export async function answerOf(action: () => unknown): Promise<string> {
  try {
    const value = await action();
    return typeof value === 'string' ? value : value === undefined ? 'ok' : '[object Object]';
  } catch (error) {
    if (isFault(error)) return error.name;
    throw error;
  }
}
