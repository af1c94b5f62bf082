import { parseArgs } from 'node:util';

export interface PowerOptions {
  readonly seed: number;
  /** Of each series. */
  readonly cuts: number;
  /** Series whose names contain this. */
  readonly only: string;
  readonly json: string | undefined;
  readonly help: boolean;
}

export const usage = `Usage: npm run power -- [--seed N] [--cuts K] [--only NAME] [--json FILE]

Kills processes that keep tasks in a file, cuts the power at moments of their lives, and looks at what is left.

--seed N     where chance comes from; default: a fresh one, which is printed
--cuts K     power cuts of each series; default 100
--only NAME  only the series whose names contain this
--json FILE  the table as JSON, with every promise that was broken
--help       prints this`;

const most = 2 ** 31 - 1;

function integer(name: string, text: string | undefined, least: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() !== '' && Number.isInteger(value) && value >= least && value <= most) return value;
  throw new Error(
    `Expected --${name} to be an integer from ${least} to ${most}, got ${JSON.stringify(text)}.`,
  );
}

function parsed(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const options = { seed: text, cuts: text, only: text, json: text, help: { type: 'boolean' } } as const;
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new Error(`Expected the options below. ${(error as Error).message}`, { cause: error });
  }
}

/** What the command line asks for. @throws Error that says what was expected. */
export function powerOptions(args: readonly string[]): PowerOptions {
  const { seed, cuts, only = '', json, help = false } = parsed(args);
  return {
    seed: integer('seed', seed, 0) ?? Math.floor(Math.random() * most),
    cuts: integer('cuts', cuts, 1) ?? 100,
    only,
    json,
    help,
  };
}
