import type { FailurePolicy } from '../../src/index.ts';
import type { Chance } from './chance.ts';

export const taskTypes = [
  'plain',
  'firm',
  'retried',
  'timed',
  'deadlined',
  'picky',
  'noted',
  'moody',
] as const;
export type TaskType = (typeof taskTypes)[number];

/** Times are in units: as many milliseconds as the round says. */
export type Step =
  | { readonly do: 'sleep' | 'stall'; readonly units: number }
  | { readonly do: 'report'; readonly percents: readonly number[] }
  | { readonly do: 'describe' | 'log' | 'info' | 'cancel' }
  | { readonly do: 'setCancelable'; readonly to: boolean }
  | { readonly do: 'checkpoint'; readonly page: number }
  | {
      readonly do: 'spawn';
      readonly type: TaskType;
      readonly script: Script;
      readonly name: string | undefined;
      readonly weight: number;
      readonly detached: boolean;
      readonly delayUnits: number;
      readonly awaits: 'nothing' | 'result' | 'outcome';
    }
  | {
      readonly do: 'spawnAll';
      readonly type: TaskType;
      readonly scripts: readonly Script[];
      readonly onFailure: FailurePolicy;
    };

/** How an attempt ends, and how often. */
const ends = {
  returns: 40,
  'returns a function': 1,
  'returns, then reports': 4,
  throws: 7,
  'throws noRetry': 2,
  'throws a Fault': 2,
  'throws RequestCanceled': 1,
  'throws an AbortError': 2,
  'throws what cannot be read': 1,
  holds: 9,
  'holds, then returns': 3,
  'holds, then ends late': 3,
  'ignores its signal': 3,
  // Where a limit ends it; elsewhere it returns.
  'sleeps for days': 6,
};
export type End = keyof typeof ends;

export interface Plan {
  readonly steps: readonly Step[];
  readonly end: End;
}

/** What a body does; it is the input of its task. */
export interface Script {
  /** One for each attempt; the last one is for all that follow. */
  readonly plans: readonly Plan[];
  /** It never looks at its signal. */
  readonly isDeaf: boolean;
  /** What the schema of the input does with it, where there is one. */
  readonly schema: 'accepts' | 'accepts later' | 'refuses' | 'throws' | 'throws now and then';
}

const deepest = 2;

const steps = {
  sleep: 12,
  stall: 4,
  report: 10,
  describe: 4,
  log: 1,
  info: 2,
  cancel: 1,
  setCancelable: 2,
  checkpoint: 4,
  spawn: 10,
  spawnAll: 3,
};

function drawStep(chance: Chance, depth: number): Step {
  const what = chance.weighted(depth < deepest ? steps : { ...steps, spawn: 0, spawnAll: 0 });
  const type = chance.of(taskTypes);
  if (what === 'sleep' || what === 'stall') return { do: what, units: chance.of([0, 1, 3, 8, 20]) };
  if (what === 'report') return { do: what, percents: list(chance, 4, () => chance.below(120) - 5) };
  if (what === 'setCancelable') return { do: what, to: chance.percent(70) };
  if (what === 'checkpoint') return { do: what, page: chance.below(100) };
  if (what === 'spawnAll') {
    const onFailure = chance.of<FailurePolicy>(['fail', 'ignore', 'cancelSiblings']);
    return { do: what, type, scripts: list(chance, 4, () => drawScript(chance, depth + 1)), onFailure };
  }
  if (what !== 'spawn') return { do: what };
  return {
    do: what,
    type,
    script: drawScript(chance, depth + 1),
    name: chance.of([undefined, undefined, 'a', 'b']),
    weight: chance.of([1, 1, 2, 0]),
    detached: chance.percent(20),
    delayUnits: chance.of([0, 0, 0, 5]),
    awaits: chance.of(['nothing', 'result', 'outcome']),
  };
}

function list<T>(chance: Chance, most: number, draw: () => T): T[] {
  return Array.from({ length: chance.below(most + 1) }, draw);
}

/** A random body, and those of the children that it spawns. */
export function drawScript(chance: Chance, depth = 0): Script {
  const plan = (): Plan => ({
    steps: list(chance, depth === 0 ? 5 : 3, () => drawStep(chance, depth)),
    end: chance.weighted(ends),
  });
  return {
    plans: Array.from({ length: 1 + chance.below(2) }, plan),
    isDeaf: chance.percent(10),
    schema: chance.weighted({
      accepts: 70,
      'accepts later': 15,
      refuses: 5,
      throws: 3,
      'throws now and then': 7,
    }),
  };
}
