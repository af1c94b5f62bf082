import { types } from 'node:util';
import type { Reply } from '../model-check/reply.ts';

/** Calls it, waits as long as it takes, and keeps what came as it was at that moment. Never rejects. */
export async function keptReply(call: () => unknown): Promise<Reply> {
  try {
    const given = call();
    const isPending = typeof (given as Partial<PromiseLike<unknown>> | null | undefined)?.then === 'function';
    const came: unknown = await (isPending ? given : kept(given));
    return { kind: 'answered', value: isPending ? kept(came) : came };
  } catch (error) {
    return { kind: 'threw', error };
  }
}

/**
 * The value as it is now, whatever becomes of it: a copy of plain objects, arrays, maps, sets, dates and bytes, and of
 * what is in them. Anything else (an object of a class, a function, a promise) is kept as it is.
 */
export function kept<T>(value: T): T {
  try {
    return copyOf(value, new Map()) as T;
  } catch {
    // A getter, or a trap of a proxy, that throws.
    return value;
  }
}

function copyOf(value: unknown, known: Map<object, unknown>): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (known.has(value)) return known.get(value);
  const form = Object.getPrototypeOf(value) as unknown;
  if (Array.isArray(value) && form === Array.prototype) return membersOf(value, [], known);
  if (form === Object.prototype || form === null)
    return membersOf(value, Object.create(form as object | null) as object, known);
  if (types.isMap(value) && form === Map.prototype) return mapOf(value, known);
  if (types.isSet(value) && form === Set.prototype) return setOf(value, known);
  return types.isDate(value) || ArrayBuffer.isView(value) ? clonedAs(value, form) : value;
}

function membersOf(from: object, to: object, known: Map<object, unknown>): object {
  known.set(from, to);
  if (Array.isArray(from)) (to as unknown[]).length = from.length;
  for (const name of Reflect.ownKeys(from)) {
    if (!Object.prototype.propertyIsEnumerable.call(from, name)) continue;
    const value = copyOf((from as Record<PropertyKey, unknown>)[name], known);
    Object.defineProperty(to, name, { value, writable: true, enumerable: true, configurable: true });
  }
  return to;
}

function mapOf(from: ReadonlyMap<unknown, unknown>, known: Map<object, unknown>): Map<unknown, unknown> {
  const to = new Map<unknown, unknown>();
  known.set(from, to);
  for (const [key, value] of from) to.set(copyOf(key, known), copyOf(value, known));
  return to;
}

function setOf(from: ReadonlySet<unknown>, known: Map<object, unknown>): Set<unknown> {
  const to = new Set<unknown>();
  known.set(from, to);
  for (const value of from) to.add(copyOf(value, known));
  return to;
}

/** A class that is derived from it would be lost. */
function clonedAs(value: object, form: unknown): unknown {
  const clone: unknown = structuredClone(value);
  return Object.getPrototypeOf(clone) === form ? clone : value;
}
