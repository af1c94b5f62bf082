import fc from 'fast-check';
import type { HistoryLaw } from './laws-of-records.ts';
import { type Program, programs } from './program.ts';
import { runProgram } from './run-program.ts';

/** How many random programs each law is tried on; more with PROPERTY_RUNS. */
/** One seed for the gate, another for whoever searches: `PROPERTY_SEED=$RANDOM PROPERTY_RUNS=5000`. */
fc.configureGlobal({ seed: Number(process.env['PROPERTY_SEED'] ?? 1) });

export const numRuns = Number(process.env['PROPERTY_RUNS'] ?? 200);

/** Time for that many, on a slow machine. */
export const timeout = 20_000 + numRuns * 100;

/** Runs the program and asserts that its history obeys the law. */
export async function assertLaw(program: Program, law: HistoryLaw): Promise<void> {
  const history = await runProgram(program);
  const broken = [...law(history)];
  if (broken.length > 0) throw new Error(`${broken.join('\n')}\n\nThe history:\n${history.toString()}`);
}

/** Asserts the law of random programs; what fails is shown with its seed, its path and its history. */
export function checkLaw(law: HistoryLaw, options?: Parameters<typeof programs>[0]): Promise<void> {
  const property = fc.asyncProperty(programs(options), (program) => assertLaw(program, law));
  // What was found so far is told in time, instead of what the runner says when its own time is over.
  return fc.assert(property, {
    numRuns,
    interruptAfterTimeLimit: timeout - 5_000,
    markInterruptAsFailure: true,
  });
}
