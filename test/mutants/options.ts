import { parseArgs } from 'node:util';
import type { Trials } from './trial.ts';

export interface MutantOptions extends Trials {
  /** Only those whose name contains it. */
  readonly only: string;
  readonly json: string | undefined;
  readonly isSeedGiven: boolean;
  readonly help: boolean;
}

export const usage = `Usage: npm run mutants -- [--seed N] [--runs N] [--seconds N] [--only NAME] [--json FILE]

Makes the mistakes of test/mutants, one at a time, and prints which law finds each.

--seed N      where chance comes from; default: a fresh one, which is printed
--runs N      how many random programs a mutant has to survive; default 1000
--seconds N   how long it may take; then it hangs, and counts as killed; default 120
--only NAME   only the mutants whose name contains this
--json FILE   what came of each, written as it comes; the same seed and runs go on from there
--help        prints this

The exit code is 1 when a mutant made by hand survives, when fewer than 95 of 100 generated ones are
killed, or when a reason in test/mutants/equivalents.ts is outdated.`;

function number(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  const least = name === 'seed' ? 0 : 1;
  if (/^\d+$/.test(text) && value >= least && value < 2 ** 31) return value;
  throw new Error(`Expected --${name} to be an integer from ${least}, got ${JSON.stringify(text)}.`);
}

/** What the command line asks for. @throws Error that says what was expected. */
export function mutantOptions(args: readonly string[]): MutantOptions {
  const text = { type: 'string' } as const;
  const options = { seed: text, runs: text, seconds: text, only: text, json: text };
  const { values } = parseArgs({ args: [...args], options: { ...options, help: { type: 'boolean' } } });
  return {
    seed: number('seed', values.seed) ?? Math.floor(Math.random() * 2 ** 31),
    runs: number('runs', values.runs) ?? 1_000,
    seconds: number('seconds', values.seconds) ?? 120,
    only: values.only ?? '',
    json: values.json,
    isSeedGiven: values.seed !== undefined,
    help: values.help ?? false,
  };
}
