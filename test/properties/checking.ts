import fc from 'fast-check';
import { randomInt } from 'node:crypto';
import { type StoreKind, stores } from '../support/stores.ts';
import type { History } from './history.ts';
import type { HistoryLaw } from './laws-of-records.ts';
import { type Program, programs } from './program.ts';
import { runProgram } from './run-program.ts';

/** One seed for the gate, another for whoever searches: `PROPERTY_SEED=$RANDOM PROPERTY_RUNS=5000`. */
export const seed = Number(process.env['PROPERTY_SEED'] ?? 1);

fc.configureGlobal({ seed });

/** How many random programs each law is tried on; more with PROPERTY_RUNS. */
export const numRuns = Number(process.env['PROPERTY_RUNS'] ?? 200);

/** How many of them on this store. */
export function runsOn({ share }: StoreKind): number {
  return Math.ceil((numRuns * share) / 100);
}

/** Time for that many, on a slow machine. */
export const timeout = 60_000 + numRuns * 200;

/** A seed that no run had before, said so that it can be had again. */
export function freshSeed(): number {
  const fresh = process.env['PROPERTY_SEED'] === undefined ? randomInt(2 ** 30) : seed;
  console.log(`Programs from seed ${fresh}; again with PROPERTY_SEED=${fresh}.`);
  return fresh;
}

/** So many histories are kept: some 50 MB. */
const mostKept = 500;

const kept = new Map<string, Promise<History>>();

/** The history of a program on the first of the stores: a run is the same every time, so one is enough for all laws. */
function historyOf(program: Program): Promise<History> {
  const name = JSON.stringify(program);
  const known = kept.get(name);
  if (known) return known;
  const history = runProgram(program);
  if (kept.size < mostKept) kept.set(name, history);
  return history;
}

/** Runs the program and asserts that its history obeys the laws. */
export async function assertLaws(
  program: Program,
  laws: Readonly<Record<string, HistoryLaw>>,
  kind: StoreKind = stores[0],
): Promise<void> {
  const history = await (kind === stores[0] ? historyOf(program) : runProgram(program, kind));
  const broken = Object.entries(laws).flatMap(([name, law]) =>
    [...law(history)].map((what) => `${name}: ${what}`),
  );
  if (broken.length > 0) throw new Error(`${broken.join('\n')}\n\nThe history:\n${history.toString()}`);
}

// What was found so far is told in time, instead of what the runner says when its own time is over.
const limits = { interruptAfterTimeLimit: timeout - 5_000, markInterruptAsFailure: true };

/** Asserts the law of random programs; what fails is shown with its seed, its path and its history. */
export function checkLaw(law: HistoryLaw, options?: Parameters<typeof programs>[0]): Promise<void> {
  const property = fc.asyncProperty(programs(options), (program) => assertLaws(program, { [law.name]: law }));
  return fc.assert(property, { numRuns, ...limits });
}

/** Asserts all of these laws of random programs, or of these, on a store, from this seed on. */
export function checkLaws(
  laws: Readonly<Record<string, HistoryLaw>>,
  kind: StoreKind,
  parameters: { readonly seed: number; readonly numRuns: number },
  of: fc.Arbitrary<Program> = programs(),
): Promise<void> {
  const property = fc.asyncProperty(of, (program) => assertLaws(program, laws, kind));
  return fc.assert(property, { ...parameters, ...limits });
}
