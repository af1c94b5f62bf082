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
  /** So many random programs on each seed, instead of rounds. */
  readonly programs: number | undefined;
  readonly seeds: number;
  /** Only this one, and nothing is written. */
  readonly program: number | undefined;
  readonly help: boolean;
}

export const usage = `Usage: npm run soak -- [--seed N] [--rounds N] [--minutes N] [--out FILE] [--round K]
       npm run soak -- --programs N [--seeds N] [--seed N] [--out FILE] [--program K]
       npm run soak -- --kills N [--seed N] [--out FILE] [--round K]

Plays rounds of random tasks, with everything at once, and looks for what is stuck, lost or left over.

--seed N      where chance comes from; default: a fresh one, which is printed
--rounds N    ends when N rounds are done, those of earlier sessions included
--minutes N   ends after N minutes of this session; default 10, or none where --rounds is given
--out FILE    the report, and what a soak goes on from; default soak.json
--round K     plays round K alone, to repeat a failure; writes nothing
--programs N  instead: N random programs on each seed, those by which mutants are judged; one that breaks a law ends its seed
--seeds N     how many seeds, of which --seed is the first; default 20
--program K   plays program K of the seed alone, to repeat a failure; writes nothing
--kills N     instead: kills N processes that work on a file, as \`npm run crash\` does
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
  const ofRounds = { rounds: text, minutes: text, round: text };
  const ofPrograms = { programs: text, seeds: text, program: text };
  const options = { seed: text, out: text, ...ofRounds, ...ofPrograms };
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
  const { programs, program, seeds } = values;
  const ofRounds = (['rounds', 'minutes', 'round'] as const).filter((name) => values[name] !== undefined);
  const ofPrograms = [programs, program, seeds].some((value) => value !== undefined);
  if (ofPrograms && ofRounds[0])
    throw new Error(`Expected rounds or programs, got --${ofRounds[0]} besides those of programs.`);
  const rounds = number('rounds', values.rounds, 1);
  const forever = Number.POSITIVE_INFINITY;
  return {
    seed: number('seed', values.seed, 0) ?? Math.floor(Math.random() * most),
    rounds: rounds ?? forever,
    minutes: number('minutes', values.minutes, 0) ?? (rounds === undefined ? 10 : forever),
    round: number('round', values.round, 0),
    programs: number('programs', programs, 1),
    seeds: number('seeds', seeds, 1) ?? 20,
    program: number('program', program, 0),
    out,
    help,
  };
}
