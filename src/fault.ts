import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { TaskState } from '../machines/task.ts';
import {
  type FaultData,
  type FaultName,
  type LocalizableMessage,
  type LocalizedFault,
  faultMessages,
  localized,
} from '../machines/fault.ts';

/** What a fault carries beside its name: the seed's two fields, its own, and the error that it wraps. */
export interface FaultFields {
  /** Why, as the seed shows it. Made from `cause` when left out. */
  readonly faultCause?: LocalizedFault | undefined;
  readonly faultMessage?: readonly LocalizableMessage[] | undefined;
  /** The error behind it, for this process only. */
  readonly cause?: unknown;
  readonly [field: string]: unknown;
}

const brand = Symbol.for('taskchart.fault');

/**
 * The one class of all errors that Taskchart raises, and that a body may throw to end its task with a fault of its
 * choice. `name` is the fault's name in the seed's family.
 */
export class Fault extends Error {
  override readonly name: FaultName;
  declare readonly faultCause?: LocalizedFault;
  declare readonly faultMessage?: readonly LocalizableMessage[];
  readonly [field: string]: unknown;

  constructor(name: FaultName, message?: string, fields: FaultFields = {}) {
    const { cause, faultCause, faultMessage, ...own } = fields;
    super(message ?? faultMessages[name], cause === undefined ? undefined : { cause });
    Object.assign(this, own);
    this.name = name;
    const why = faultCause ?? (cause === undefined ? undefined : toLocalizedFault(cause));
    if (why !== undefined) this.faultCause = why;
    if (faultMessage !== undefined) this.faultMessage = faultMessage;
    Object.defineProperty(this, brand, { value: true });
  }

  /** The fault as plain data, with its message: what `isFault` still knows at the other end of a wire. */
  toJSON(): FaultData & { readonly message: string } {
    return { ...toFaultData(this), message: this.message };
  }
}

/** What Taskchart itself says with a fault of that name. One that a body threw may lack it. */
export interface OwnFields {
  readonly InvalidState: { readonly obj?: string; readonly state?: TaskState };
  readonly NotSupported: { readonly obj?: string; readonly state?: TaskState };
  readonly ManagedObjectNotFound: { readonly obj?: string };
  /** `issues`: those of the schema, where there is one. */
  readonly InvalidArgument: {
    readonly invalidProperty?: string;
    readonly issues?: readonly StandardSchemaV1.Issue[];
  };
  readonly NoPermission: { readonly object?: string; readonly privilegeId?: string };
}

/** A fault of that name, with the fields that it has. */
export type FaultOf<N extends FaultName> = Fault & { readonly name: N } & (N extends keyof OwnFields
    ? OwnFields[N]
    : unknown);

/**
 * Whether an error is a fault, of that name when one is given. True as well for one that came from another copy of
 * this package, or through JSON or a structured clone from another process.
 */
export function isFault<N extends FaultName>(error: unknown, name: N): error is FaultOf<N>;
export function isFault(error: unknown): error is Fault;
export function isFault(error: unknown, name?: FaultName): error is Fault {
  if (typeof error !== 'object' || error === null) return false;
  const candidate = error as { name?: unknown; message?: unknown };
  if (typeof candidate.name !== 'string' || !Object.hasOwn(faultMessages, candidate.name)) return false;
  return typeof candidate.message === 'string' && (name === undefined || candidate.name === name);
}

/** The own fields of a fault, without what belongs to `Error`. */
export function toFaultData(fault: Fault): FaultData {
  const { name, message: _message, stack: _stack, cause: _cause, ...fields } = fault;
  return { name, ...fields } as FaultData;
}

/** How many causes of an error are kept: a chain may be a ring. */
const causeDepth = 8;

/** Anything that was thrown, as the record keeps it. What is not a fault becomes `SystemError` with it as the cause. */
export function toLocalizedFault(thrown: unknown, depth = 0): LocalizedFault {
  if (isFault(thrown)) return localized(toFaultData(thrown), thrown.message);
  const { message, type, stack, cause, code } = describeThrown(thrown);
  const original = {
    name: 'SystemError' as const,
    type,
    ...(code === undefined ? {} : { code }),
    ...(stack === undefined ? {} : { stack }),
    ...(cause === undefined || depth >= causeDepth ? {} : { faultCause: toLocalizedFault(cause, depth + 1) }),
  };
  if (depth > 0) return localized(original, message);
  return localized({ name: 'SystemError', faultCause: localized(original, message) }, message);
}

/** Reads an error of a user, any of whose properties may be a getter that throws. */
function describeThrown(thrown: unknown) {
  try {
    if (thrown instanceof Error) {
      const code: unknown = (thrown as { code?: unknown }).code;
      return {
        message: String(thrown.message) || thrown.name,
        type: String(thrown.name),
        stack: typeof thrown.stack === 'string' ? thrown.stack : undefined,
        cause: thrown.cause,
        code: typeof code === 'string' || typeof code === 'number' ? code : undefined,
      };
    }
    return { message: `Expected an error to be thrown, got ${show(thrown)}.`, type: typeof thrown };
  } catch (error) {
    return { message: `An error was thrown that cannot be read: ${show(error)}.`, type: typeof thrown };
  }
}

/** The errors of this process behind the faults that its records keep. Another process sees `faultCause` alone. */
const causes = new WeakMap<LocalizedFault, unknown>();

/** Whoever is given this fault later, in this process, finds the thrown error as its `cause`. */
export function rememberCause(error: LocalizedFault, thrown: unknown): LocalizedFault {
  const cause = isFault(thrown) ? thrown.cause : thrown;
  if (cause !== undefined) causes.set(error, cause);
  return error;
}

/** The fault that a record keeps, as something to throw. */
export function fromLocalizedFault(error: LocalizedFault): Fault {
  const { name, ...fields } = error.fault;
  const cause = causes.get(error) ?? (fields.faultCause && fromLocalizedFault(fields.faultCause));
  return new Fault(name, error.localizedMessage, cause === undefined ? fields : { ...fields, cause });
}

/** A value as a message shows it: short, on one line, and never throwing. */
export function show(value: unknown): string {
  try {
    if (typeof value === 'string')
      return value.length > 60 ? `${JSON.stringify(value.slice(0, 60))}…` : JSON.stringify(value);
    if (typeof value === 'function') return `the function ${value.name || '(anonymous)'}`;
    if (typeof value === 'bigint') return `${value}n`;
    if (typeof value !== 'object' || value === null) return String(value);
    if (value instanceof Error) return `${value.name}: ${value.message}`;
    if (Array.isArray(value)) return `an array of ${value.length}`;
    const type = (Object.getPrototypeOf(value) as { constructor?: { name?: string } } | null)?.constructor
      ?.name;
    return type === undefined || type === 'Object'
      ? `{ ${Object.keys(value).slice(0, 5).join(', ')} }`
      : `a ${type}`;
  } catch {
    return `a ${typeof value} that cannot be shown`;
  }
}

/** Bad input: says which argument, what was expected and what came. */
export function invalidArgument(
  property: string,
  expected: string,
  got: unknown,
  fields: FaultFields = {},
): Fault {
  return new Fault('InvalidArgument', `Expected ${property} to be ${expected}, got ${show(got)}.`, {
    invalidProperty: property,
    ...fields,
  });
}

/** The key names no task of this store. */
export function notFound(key: string): Fault {
  return new Fault('ManagedObjectNotFound', `Expected the key of a task in this store, got ${show(key)}.`, {
    obj: key,
  });
}
