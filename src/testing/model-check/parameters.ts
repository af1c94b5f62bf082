import { Fault } from '../../index.ts';
import { invalid } from '../arguments.ts';

/** From where chance starts, and how often. */
export interface RepeatOptions {
  /** Repeats a check. A whole number; default: another each time, and a difference says which. */
  readonly seed?: number;
  /** Goes to the very run that differed, together with its seed. */
  readonly path?: string;
  readonly numRuns?: number;
  /** Further parameters of fast-check's `check`, as they are: `interruptAfterTimeLimit`, `endOnFailure`, and so on. */
  readonly parameters?: object;
}

/** The parameters of fast-check. */
export function parametersOf({ parameters, numRuns, seed, path }: RepeatOptions): object {
  return {
    numRuns: 100,
    ...parameters,
    ...(numRuns === undefined ? {} : { numRuns }),
    ...(seed === undefined ? {} : { seed }),
    ...(path === undefined ? {} : { path }),
  };
}

/** @throws InvalidArgument when a limit is no positive whole number, the seed no whole one, or the path is none. */
export function checkNumbers(
  limits: Readonly<Record<string, number>>,
  { numRuns = 100, seed = 0, path = '0', parameters = {} }: RepeatOptions,
): void {
  for (const [name, value] of Object.entries({ ...limits, numRuns }))
    if (!(Number.isSafeInteger(value) && value > 0))
      throw wrongNumber(name, 'a positive whole number', value);
  if (!Number.isSafeInteger(seed)) throw wrongNumber('seed', 'a whole number', seed);
  if (typeof path !== 'string' || !/^\d+(:\d+)*$/.test(path))
    throw invalid('path', 'the path of a difference', path);
  if (typeof parameters !== 'object' || parameters === null)
    throw invalid('parameters', 'an object of parameters', parameters);
}

export function wrongNumber(name: string, expected: string, value: unknown): Fault {
  return new Fault('InvalidArgument', `Expected ${name} to be ${expected}, got ${String(value)}.`, {
    invalidProperty: name,
  });
}
