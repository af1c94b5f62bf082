import { parseArgs } from 'node:util';

export interface SoakOptions {
  readonly seed: number;
  /** Until so many are done, in all sessions together. */
  readonly rounds: number;
  /** Of this session. */
  readonly minutes: number;
  readonly out: string;
  /** Only this one, and nothing is written. */
  readonly round: number | undefined;
  readonly help: boolean;
}

export const usage = `Usage: npm run soak -- [--seed N] [--rounds N] [--minutes N] [--out FILE] [--round K]

Plays rounds of random tasks, with everything at once, and looks for what is stuck, lost or left over.

--seed N      where chance comes from; default: a fresh one, which is printed
--rounds N    ends when N rounds are done, those of earlier sessions included
--minutes N   ends after N minutes of this session; default 10, or none where --rounds is given
--out FILE    the report, and what a soak goes on from; default soak.json
--round K     plays round K alone, to repeat a failure; writes nothing
--help        prints this

Ctrl-C ends after the present round. The same seed and file go on from there.`;

const most = 2 ** 31 - 1;

function number(name: string, text: string | undefined, least: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  const isRight = name === 'minutes' ? value > 0 && value <= most : Number.isInteger(value);
  if (text.trim() !== '' && isRight && value >= least && value <= most) return value;
  const what = name === 'minutes' ? 'a number above 0' : `an integer from ${least} to ${most}`;
  throw new Error(`Expected --${name} to be ${what}, got ${JSON.stringify(text)}.`);
}

function parsed(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const options = { seed: text, rounds: text, minutes: text, out: text, round: text };
  try {
    return parseArgs({ args: [...args], options: { ...options, help: { type: 'boolean' } } }).values;
  } catch (error) {
    throw new Error(`Expected the options below. ${(error as Error).message}`, { cause: error });
  }
}

/** What the command line asks for. @throws Error that says what was expected. */
export function soakOptions(args: readonly string[]): SoakOptions {
  const values = parsed(args);
  const { out = 'soak.json', help = false } = values;
  if (out === '') throw new Error('Expected --out to be the name of a file, got "".');
  const rounds = number('rounds', values.rounds, 1);
  const forever = Number.POSITIVE_INFINITY;
  return {
    seed: number('seed', values.seed, 0) ?? Math.floor(Math.random() * most),
    rounds: rounds ?? forever,
    minutes: number('minutes', values.minutes, 0) ?? (rounds === undefined ? 10 : forever),
    round: number('round', values.round, 0),
    out,
    help,
  };
}
