import { Fault } from '../index.ts';
import { inspected } from './linearizability/text.ts';

/** Bad input: says which argument, what was expected and what came. */
export function invalid(property: string, expected: string, got: unknown): Fault {
  return new Fault('InvalidArgument', `Expected ${property} to be ${expected}, got ${inspected(got, 60)}.`, {
    invalidProperty: property,
  });
}

/** An object of options, none of whose members is unknown. */
export function checkKnown(property: string, value: object, names: readonly string[]): void {
  if (typeof value !== 'object' || value === null) throw invalid(property, 'an object', value);
  const unknown = Object.keys(value).find((name) => !names.includes(name));
  if (unknown !== undefined) throw invalid(`a member of ${property}`, `one of ${names.join(', ')}`, unknown);
}

/** @throws Fault InvalidArgument when one that is not left out is no function. */
export function checkFunctions(all: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(all))
    if (value !== undefined && typeof value !== 'function') throw invalid(name, 'a function', value);
}
