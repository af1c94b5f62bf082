import { DevalueError, parse, stringify } from 'devalue';
import type { LocalizedFault } from '../machines/fault.ts';
import { Fault, show } from './fault.ts';

/**
 * A user's value as text. Carries what JSON does, and dates, maps, sets, bigints, binary, `undefined` inside, repeated
 * and circular references. `undefined` itself stays `undefined`.
 *
 * @throws InvalidArgument with the path to what cannot be carried: a function, a symbol, an instance of a class.
 */
export function serialize(value: unknown, property: 'input' | 'result' | 'checkpoint'): string | undefined {
  if (value === undefined) return undefined;
  try {
    return stringify(value);
  } catch (error) {
    const path = error instanceof DevalueError ? error.path : '';
    const what = error instanceof DevalueError ? show(error.value) : show(value);
    throw new Fault(
      'InvalidArgument',
      `Expected ${property}${path} to be data (JSON, Date, Map, Set, bigint, binary), got ${what}.`,
      { invalidProperty: property, cause: error },
    );
  }
}

/** The value that was serialized: a fresh copy on every call. */
export function deserialize(text: string | undefined): unknown {
  return text === undefined ? undefined : parse(text);
}

/** A fault of a user's making as the record can keep it: a field that cannot be carried is shown as text instead. */
export function storable(error: LocalizedFault): LocalizedFault {
  const { name, faultCause, ...fields } = error.fault;
  const kept = Object.entries(fields).map(([field, value]) => [field, storableValue(value)] as const);
  const fault = { name, ...Object.fromEntries(kept) };
  const cause = faultCause === undefined ? {} : { faultCause: storable(faultCause) };
  return { fault: { ...fault, ...cause }, localizedMessage: error.localizedMessage };
}

function storableValue(value: unknown): unknown {
  if (typeof value !== 'object' && typeof value !== 'function' && typeof value !== 'symbol') return value;
  try {
    return parse(stringify(value));
  } catch {
    return show(value);
  }
}
