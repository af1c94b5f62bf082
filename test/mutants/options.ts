import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { injectors } from './injectors.ts';
import { lawNames } from './laws.ts';

export interface MutantOptions {
  readonly seed: number;
  readonly seeds: number;
  readonly runs: number;
  readonly seconds: number;
  readonly jobs: number;
  /** Only those whose name contains one of these; empty: all. */
  readonly only: readonly string[];
  /** So many, chosen by the seed; undefined: all. */
  readonly sample: number | undefined;
  readonly without: readonly string[];
  readonly shrink: boolean;
  readonly switches: boolean;
  readonly write: boolean;
  readonly json: string | undefined;
  /** All files of `--json`: what `--write` writes of. */
  readonly reports: readonly string[];
  readonly isSeedGiven: boolean;
  readonly help: boolean;
}

export const usage = `Usage: npm run mutants -- [--seed N] [--seeds N] [--runs N] [--jobs N] [--only NAME] [--json FILE] …

Makes the mistakes of test/mutants, one at a time, and prints which law finds each.

--seed N        where chance comes from; default: a fresh one, which is printed
--seeds N       how many seeds each mutant has to be killed in (19 of 20); default 1
--runs N        how many random trials a mutant has to survive in each; default 1000
--seconds N     how long one run may take; then it hangs, and the mutant is killed by that; default 20
--jobs N        how many are tried at once; default: as many as there are processors
--only NAME     only the mutants whose name contains this; may be given more than once
--sample N      only so many of the generated ones, by chance
--without NAME  leaves out a law, or what is brought into the trials; may be given more than once
--shrink        shortens what is found, and says how many steps are left
--switches      instead: tries the mutants that live without one law or one injector, and only those
--json FILE     what came of each, written as it comes; the same seed, seeds and runs go on from there
--write         instead: writes docs/mutants.md of what is in the files of --json, which may be given more than once
--help          prints this

The exit code is 1 when a mutant made by hand survives, when fewer than 95 of 100 generated ones are
killed, when a reason in test/mutants/equivalents.ts is outdated, or when what was shortened has more than
2 steps above the fewest: of another seed by the same kind of trial, or known (test/mutants/shortest.ts).`;

function number(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  const least = name === 'seed' || name === 'sample' ? 0 : 1;
  if (/^\d+$/.test(text) && value >= least && value < 2 ** 31) return value;
  throw new Error(`Expected --${name} to be an integer from ${least}, got ${JSON.stringify(text)}.`);
}

function switchable(names: readonly string[] = []): readonly string[] {
  const all = [...lawNames, ...Object.keys(injectors)];
  for (const name of names)
    if (!all.includes(name))
      throw new Error(`Expected --without to be one of ${all.join(', ')}, got ${JSON.stringify(name)}.`);
  return names;
}

/** What the command line asks for. @throws Error that says what was expected. */
export function mutantOptions(args: readonly string[]): MutantOptions {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const texts = { seed: text, seeds: text, runs: text, seconds: text, jobs: text, sample: text };
  const flags = { shrink: flag, switches: flag, write: flag, help: flag };
  const several = { type: 'string', multiple: true } as const;
  const { values } = parseArgs({
    args: [...args],
    options: { ...texts, ...flags, json: several, without: several, only: several },
  });
  const { shrink, switches, write, help } = values;
  if (write && values.json === undefined) throw new Error('Expected --write to come with --json.');
  return {
    seed: number('seed', values.seed) ?? Math.floor(Math.random() * 2 ** 31),
    seeds: number('seeds', values.seeds) ?? 1,
    runs: number('runs', values.runs) ?? 1_000,
    seconds: number('seconds', values.seconds) ?? 20,
    jobs: number('jobs', values.jobs) ?? availableParallelism(),
    only: values.only ?? [],
    sample: number('sample', values.sample),
    without: switchable(values.without),
    json: values.json?.[0],
    reports: values.json ?? [],
    isSeedGiven: values.seed !== undefined,
    shrink,
    switches,
    write,
    help,
  };
}

/** Whether `--only` names it. */
export function isWanted({ only }: MutantOptions, name: string): boolean {
  return only.length === 0 || only.some((part) => name.includes(part));
}
