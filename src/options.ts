import { invalidArgument } from './fault.ts';

/** Each check returns its value, so that options are read and checked in one expression; a wrong one is InvalidArgument. */

export function positiveInteger(property: string, value: number): number {
  if (!Number.isSafeInteger(value) || value < 1) throw invalidArgument(property, 'a positive integer', value);
  return value;
}

export function count(property: string, value: number): number {
  if (!Number.isSafeInteger(value) || value < 0)
    throw invalidArgument(property, 'an integer of at least 0', value);
  return value;
}

export function integer(property: string, value: number): number {
  if (!Number.isSafeInteger(value)) throw invalidArgument(property, 'an integer', value);
  return value;
}

/** Milliseconds or a count: 0 and Infinity are allowed. */
export function notNegative(property: string, value: number): number {
  if (typeof value !== 'number' || !(value >= 0)) throw invalidArgument(property, 'at least 0', value);
  return value;
}

/** Milliseconds that must be some. */
export function positive(property: string, value: number): number {
  if (typeof value !== 'number' || !(value > 0)) throw invalidArgument(property, 'greater than 0', value);
  return value;
}

export function finite(property: string, value: number): number {
  if (!Number.isFinite(value)) throw invalidArgument(property, 'a finite number', value);
  return value;
}

export function boolean(property: string, value: boolean): boolean {
  if (typeof value !== 'boolean') throw invalidArgument(property, 'true or false', value);
  return value;
}

/** The longest text that names something (a type, an entity, a tag); longer ones are a mistake, not a name. */
const longestName = 1_000;

export function name(property: string, value: string): string {
  if (typeof value !== 'string' || value === '' || value.length > longestName) {
    throw invalidArgument(property, `a text of 1 to ${longestName} characters`, value);
  }
  return value;
}

export function optionalName(property: string, value: string | undefined): string | undefined {
  return value === undefined ? undefined : name(property, value);
}

/** The last moment that a `Date` can show (ECMA-262, time values). */
const latestTime = 8.64e15;

/** Epoch milliseconds of a `Date` or a number. */
export function time(property: string, value: Date | number): number {
  const at = value instanceof Date ? value.getTime() : value;
  if (typeof at !== 'number' || !(Math.abs(at) <= latestTime)) {
    throw invalidArgument(property, 'a Date or epoch milliseconds', value);
  }
  return at;
}

/** An object of options, none of whose members is unknown: a misspelt option is a mistake, not a default. */
export function known<T extends object>(property: string, value: T, names: readonly (keyof T & string)[]): T {
  if (typeof value !== 'object' || value === null)
    throw invalidArgument(property, 'an object of options', value);
  const unknown = Object.keys(value).find((member) => !(names as readonly string[]).includes(member));
  if (unknown !== undefined)
    throw invalidArgument(`an option of ${property}`, `one of ${names.join(', ')}`, unknown);
  return value;
}

/** An object with these methods. */
export function having<T extends object>(
  property: string,
  value: T,
  methods: readonly (keyof T & string)[],
): T {
  const lacks = methods.find((method) => typeof value?.[method] !== 'function');
  if (lacks === undefined) return value;
  throw invalidArgument(property, `an object with the methods ${methods.join(', ')}`, value);
}

export function optionalFunction<F>(property: string, value: F): F {
  if (value === undefined || typeof value === 'function') return value;
  throw invalidArgument(property, 'a function', value);
}
