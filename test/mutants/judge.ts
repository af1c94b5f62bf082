import fc from 'fast-check';
import * as trees from '../life/tree-laws.ts';
import { type TreeProgram, treePrograms } from '../life/tree-program.ts';
import { runTree } from '../life/tree-world.ts';
import type { History } from '../properties/history.ts';
import * as life from '../properties/laws-of-life.ts';
import * as records from '../properties/laws-of-records.ts';
import type { HistoryLaw } from '../properties/laws-of-records.ts';
import * as rules from '../properties/laws-of-rules.ts';
import { type Program, programs } from '../properties/program.ts';
import { runProgram } from '../properties/run-program.ts';
import { simulate } from '../../src/testing/index.ts';
import { busyScenario } from '../testing/busy-scenario.ts';

/** What is run: a program of concurrent operations, a tree of tasks, or two busy supervisors. */
type Trial =
  | { readonly kind: 'program'; readonly program: Program }
  | { readonly kind: 'tree'; readonly program: TreeProgram }
  | { readonly kind: 'simulation'; readonly seed: number; readonly isTroubled: boolean };

/** One configuration for all: none of this knows a mutant. */
export const trials: fc.Arbitrary<Trial> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('program' as const), program: programs() }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('tree' as const), program: treePrograms }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('simulation' as const),
      seed: fc.nat(),
      isTroubled: fc.boolean(),
    }),
  },
);

class Broken extends Error {
  override readonly name = 'Broken';
  readonly law: string;

  constructor(law: string, message: string) {
    super(message);
    this.law = law;
  }
}

function assertLaws(laws: Readonly<Record<string, HistoryLaw>>, history: History): void {
  for (const [law, check] of Object.entries(laws))
    for (const what of check(history)) throw new Broken(law, what);
}

const { eventsTellEachStep, ...others } = life;
const lawsOfPrograms = { ...records, ...others, ...rules };
const lawsOfTrees = { ...trees.lawsOfTrees, ...rules };
const lawsOfSingles = { eventsTellEachStep };

export async function judge(trial: Trial): Promise<void> {
  if (trial.kind === 'program') {
    const history = await runProgram(trial.program);
    assertLaws(lawsOfPrograms, history);
    if (trial.program.supervisors === 1) assertLaws(lawsOfSingles, history);
  } else if (trial.kind === 'tree') {
    const { history, found } = await runTree(trial.program);
    for (const what of found) throw new Broken('lookAt', what);
    assertLaws(lawsOfTrees, history);
    if (trial.program.stopMs === undefined) assertLaws(trees.lawsWithoutStop, history);
  } else {
    const faults = trial.isTroubled ? { refused: 15, lost: 15, torn: 15, duplicated: 15 } : {};
    await simulate(trial.seed, busyScenario(faults), { shrinkRuns: 0 });
  }
}

/** Which law was broken, in which run, and how that is repeated. */
export interface Judgement {
  readonly law: string | undefined;
  readonly message: string | undefined;
  readonly runs: number;
  readonly seed: number;
  readonly path: string | undefined;
}

/** Runs the trials until one breaks a law, or all are over. `tell` hears which run begins. */
export async function judged(seed: number, numRuns: number, tell: (run: number) => void): Promise<Judgement> {
  let run = 0;
  const property = fc.asyncProperty(trials, (trial) => {
    tell((run += 1));
    return judge(trial);
  });
  const { failed, counterexamplePath, errorInstance } = await fc.check(property, {
    seed,
    numRuns,
    endOnFailure: true,
  });
  const error = errorInstance as Error | undefined;
  return {
    law: failed ? (error instanceof Broken ? error.law : lawOf(error)) : undefined,
    message: failed ? error?.message.split('\n')[0] : undefined,
    runs: run,
    seed,
    path: counterexamplePath ?? undefined,
  };
}

function lawOf(error: Error | undefined): string {
  return error?.name === 'SimulationFailure' ? 'busyScenario' : 'the run itself';
}
