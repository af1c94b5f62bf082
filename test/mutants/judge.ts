import fc from 'fast-check';
import { runTree } from '../life/tree-world.ts';
import type { History } from '../properties/history.ts';
import type { HistoryLaw } from '../properties/laws-of-records.ts';
import { runLife } from '../properties/run-life.ts';
import { runProgram } from '../properties/run-program.ts';
import { runSupervisor } from '../properties/ruled-supervisor.ts';
import { type Law, SimulationFailure, simulate } from '../../src/testing/index.ts';
import { busyScenario } from '../testing/busy-scenario.ts';
import { lossyScenario } from '../testing/lossy-scenario.ts';
import { contract } from './contract.ts';
import { without } from './injectors.ts';
import { lawsOfPrograms, lawsOfSingles, lawsOfTrees, lawsOfTreesWithoutStop, lookAt } from './laws.ts';
import { shortened, sizeOf } from './shortening.ts';
import { type Trial, trials } from './trials.ts';

/** How a trial is judged: without some laws, and without some of what is brought into it. */
export interface Switches {
  readonly without: readonly string[];
}

/** What a trial breaks. */
interface Breach {
  readonly law: string;
  readonly what: string;
}

class Broken extends Error {
  override readonly name = 'Broken';
  readonly law: string;

  constructor({ law, what }: Breach) {
    super(what);
    this.law = law;
  }
}

type Laws = Readonly<Record<string, HistoryLaw>>;

/** A law that is left out is not asked: of a history that is wrong by others it may throw. */
function* breachesOf(history: History, left: readonly string[], ...all: readonly Laws[]): Iterable<Breach> {
  for (const laws of all)
    for (const [law, check] of Object.entries(laws).filter(([name]) => !left.includes(name)))
      for (const what of check(history)) yield { law, what };
}

/** A law that waits for what never comes is broken. */
const patienceMs = 5_000;

async function* breachesOfContract({ name, run }: Law): AsyncIterable<Breach> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error('It never came to its end.')), patienceMs);
  try {
    await Promise.race([run(), late.promise]);
  } catch (error) {
    yield { law: 'storeContract', what: `${name}: ${(error as Error).message.split('\n')[0]}` };
  } finally {
    clearTimeout(timer);
  }
}

type Scenario = Parameters<typeof simulate>[1];

async function* breachesOfScenario(law: string, seed: number, scenario: Scenario): AsyncIterable<Breach> {
  try {
    await simulate(seed, scenario, { shrinkRuns: 0 });
  } catch (error) {
    if (!(error instanceof SimulationFailure)) throw error;
    yield { law, what: error.message };
  }
}

/** What the trial breaks, law by law, some left out. @throws Error when the run itself fails. */
async function* breaches(trial: Trial, left: readonly string[]): AsyncIterable<Breach> {
  switch (trial.kind) {
    case 'program':
    case 'crowd':
    case 'keeping': {
      const ofSingles = trial.program.supervisors === 1 ? [lawsOfSingles] : [];
      return yield* breachesOf(await runProgram(trial.program), left, lawsOfPrograms, ...ofSingles);
    }
    case 'tree': {
      const { history, found } = await runTree(trial.program);
      yield* found.map((what) => ({ law: lookAt, what }));
      const withoutStop = trial.program.stopMs === undefined ? [lawsOfTreesWithoutStop] : [];
      return yield* breachesOf(history, left, lawsOfTrees, ...withoutStop);
    }
    case 'lives':
      for (const program of trial.programs) yield* runLife(program);
      return;
    case 'supervisors':
      for (const program of trial.programs) yield* runSupervisor(program);
      return;
    case 'store':
      for (const number of trial.laws) yield* breachesOfContract(contract[number] as Law);
      return;
    case 'simulation':
      return yield* breachesOfScenario('busyScenario', trial.seed, busyScenario(trial.faults));
    case 'losses':
      yield* breachesOfScenario('lossyScenario', trial.seed, lossyScenario(trial.program));
  }
}

/** What judges these trials, and nothing else does. */
const onlyLawOf: Partial<Record<Trial['kind'], string>> = {
  simulation: 'busyScenario',
  losses: 'lossyScenario',
  store: 'storeContract',
};

/** @throws Broken when it breaks a law that is not left out. */
async function judge(trial: Trial, { without: left }: Switches): Promise<void> {
  if (left.includes(onlyLawOf[trial.kind] ?? '')) return;
  for await (const breach of breaches(trial, left)) if (!left.includes(breach.law)) throw new Broken(breach);
}

/** Which law was broken, in which run, and how that is repeated. */
export interface Judgement {
  readonly seed: number;
  readonly law: string | undefined;
  readonly message: string | undefined;
  readonly runs: number;
  readonly path: string | undefined;
  /** What was run, and how many steps of it were left that break a law: only where it was shortened, and has steps. */
  readonly kind?: string | undefined;
  readonly steps?: number | undefined;
}

export interface Trials extends Switches {
  readonly runs: number;
  /** The first of them is the one of this number; default 0. */
  readonly from?: number;
  /** Whether what is found is shortened. */
  readonly shrink: boolean;
}

/** Runs the trials until one breaks a law, or all are over. `tell` hears which run begins. */
export async function judged(
  seed: number,
  { runs, from = 0, shrink, ...switches }: Trials,
  tell: (run: number) => void,
): Promise<Judgement> {
  let run = 0;
  const property = fc.asyncProperty(trials, async (drawn) => {
    tell((run += 1));
    const trial = without(drawn, switches.without);
    if (trial) await judge(trial, switches);
  });
  const parameters = { seed, numRuns: runs, endOnFailure: true, path: from === 0 ? '' : String(from) };
  const { failed, counterexample, counterexamplePath, errorInstance } = await fc.check(property, parameters);
  const error = errorInstance as Error | undefined;
  const trial = counterexample?.[0] && without(counterexample[0], switches.without);
  const short =
    failed && shrink && trial ? await shortened(trial, (one) => isBroken(one, switches, tell)) : undefined;
  return {
    seed,
    law: failed ? lawOf(error) : undefined,
    message: failed ? error?.message.split('\n')[0] : undefined,
    runs: run,
    path: counterexamplePath ?? undefined,
    kind: trial?.kind,
    steps: short && sizeOf(short),
  };
}

async function isBroken(trial: Trial, switches: Switches, tell: (run: number) => void): Promise<boolean> {
  // Whoever listens for life hears of every try.
  tell(0);
  try {
    await judge(trial, switches);
    return false;
  } catch {
    return true;
  }
}

function lawOf(error: Error | undefined): string {
  return error instanceof Broken ? error.law : 'the run itself';
}
