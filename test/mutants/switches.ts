import { injectors } from './injectors.ts';
import { lawNames } from './laws.ts';
import { type MutantOptions, isWanted } from './options.ts';
import { switchPairs } from './switch-pairs.ts';
import { Bench, type Tries, isKill } from './trial.ts';

export interface SwitchVerdict {
  /** The law, or what is brought into the trials. */
  readonly off: string;
  readonly mutant: string;
  readonly isKilled: boolean;
  readonly livesWithout: boolean;
  /** What kills it all the same. */
  readonly killer?: string | undefined;
}

/** What no mutant of the table needs. */
export function withoutPair(): string[] {
  return [...lawNames, ...Object.keys(injectors)].filter(
    (name) => !Object.keys(switchPairs).some((off) => off.split(' + ').includes(name)),
  );
}

export function switchTable(verdicts: readonly SwitchVerdict[]): string {
  const row = ({ off, mutant, isKilled, livesWithout, killer }: SwitchVerdict) => {
    const so =
      isKilled && livesWithout ? 'yes' : isKilled ? `**no: killed by ${killer}**` : '**no: it lives anyway**';
    return `| ${off} | ${mutant} | ${so} |`;
  };
  return ['| without | lives | only so |', '|---|---|---|', ...verdicts.map(row)].join('\n');
}

async function verdictOf(bench: Bench, off: string, mutant: string, tries: Tries): Promise<SwitchVerdict> {
  const whole = await bench.tried(mutant, tries);
  const part = await bench.tried(mutant, { ...tries, without: off.split(' + ') });
  const killer = part.judgements.find(isKill)?.law;
  return {
    off,
    mutant,
    isKilled: whole.judgements.every(isKill),
    livesWithout: killer === undefined,
    killer,
  };
}

/** Each pair that is not known yet: the mutant is killed, and lives without this one law, or this one trouble. */
export async function trySwitches(
  options: MutantOptions,
  known: readonly SwitchVerdict[],
  tell: (verdict: SwitchVerdict) => void,
): Promise<void> {
  const { seed, runs, seconds, jobs } = options;
  const isKnown = (off: string, mutant: string) =>
    known.some((one) => one.off === off && one.mutant === mutant);
  const left = Object.entries(switchPairs).filter(
    ([off, mutant]) => isWanted(options, off) && !isKnown(off, mutant),
  );
  const tries: Tries = { seeds: [seed], runs, seconds, without: [], shrink: false };
  const work = async () => {
    const bench = new Bench();
    for (let pair = left.shift(); pair; pair = left.shift()) tell(await verdictOf(bench, ...pair, tries));
    bench.close();
  };
  await Promise.all(Array.from({ length: jobs }, work));
}
