import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { equivalents } from './equivalents.ts';
import type { MutantOptions } from './options.ts';
import { shortest, tolerance } from './shortest.ts';
import type { SwitchVerdict } from './switches.ts';
import { type Verdict, isKill, leastKills } from './trial.ts';

/** What came of the mutants so far. */
export interface Report {
  /** Of which code; where it is unknown, nothing is said of it. */
  readonly commit?: string;
  readonly seed: number;
  readonly seeds: number;
  readonly runs: number;
  readonly verdicts: readonly Verdict[];
  /** What came of the code as it is. */
  readonly plain?: Verdict;
  /** What came of `--switches`. */
  readonly switches?: readonly SwitchVerdict[];
}

export function readReport(file: string): Report {
  return JSON.parse(readFileSync(file, 'utf8')) as Report;
}

/** The report of the file, if it goes on from there; or a new one. */
export function openReport({ json, seed, seeds, runs, isSeedGiven }: MutantOptions): Report {
  const fresh = { seed, seeds, runs, verdicts: [] };
  if (json === undefined || !existsSync(json)) return fresh;
  const kept = readReport(json);
  const isSame = kept.runs === runs && kept.seeds === seeds && (!isSeedGiven || kept.seed === seed);
  return isSame ? kept : fresh;
}

export function saveReport(json: string | undefined, report: Report): void {
  if (json === undefined) return;
  writeFileSync(`${json}.new`, `${JSON.stringify(report, undefined, 2)}\n`);
  renameSync(`${json}.new`, json);
}

function median(numbers: readonly number[]): number | undefined {
  return numbers.toSorted((a, b) => a - b)[Math.floor((numbers.length - 1) / 2)];
}

const killsOf = ({ judgements }: Verdict) => judgements.filter(isKill);

/** The laws that killed, the most frequent first. */
export function killersOf(verdict: Verdict): string[] {
  const byLaw = Map.groupBy(killsOf(verdict), ({ law }) => law ?? '');
  return [...byLaw].toSorted(([, a], [, b]) => b.length - a.length).map(([law]) => law);
}

/** What was left in each seed, beside the fewest that are known: by thinking, or of another seed by the same kind of trial. */
function lengths(verdict: Verdict): { steps: number; fewest: number }[] {
  const known = shortest[verdict.name] ?? Number.POSITIVE_INFINITY;
  const kinds = Map.groupBy(killsOf(verdict), ({ kind }) => kind);
  return [...kinds.values()].flatMap((kills) => {
    const all = kills.flatMap(({ steps }) => steps ?? []);
    const fewest = Math.min(known, ...all);
    return all.map((steps) => ({ steps, fewest }));
  });
}

/** Of the seed where the most were left above the fewest. */
function shownSteps(verdict: Verdict): string {
  const [most] = lengths(verdict).toSorted(
    (a, b) => b.steps - b.fewest - (a.steps - a.fewest) || b.steps - a.steps,
  );
  return most ? `${most.steps} (${most.fewest})` : '–';
}

const isTooLong = (verdict: Verdict) =>
  lengths(verdict).some(({ steps, fewest }) => steps > fewest + tolerance);

function row(verdict: Verdict): string {
  const { name, judgements } = verdict;
  const kills = killsOf(verdict);
  const [first, ...others] = killersOf(verdict);
  const more = others.length === 0 ? '' : `, and ${others.length} more`;
  const runs = median(kills.map((one) => one.runs)) ?? '–';
  const steps = shownSteps(verdict);
  return `| ${name} | ${kills.length} of ${judgements.length} | ${first ?? 'nothing'}${more} | ${runs} | ${steps} |`;
}

export function table(verdicts: readonly Verdict[]): string {
  const head = [
    '| mutant | killed in seeds | by | median of runs | most steps (fewest) |',
    '|---|---|---|---|---|',
  ];
  return [...head, ...verdicts.map(row)].join('\n');
}

/** How many of 100 generated mutants have to be killed, those that have a reason aside. */
const leastPercent = 95;

export interface Judged {
  readonly lines: readonly string[];
  readonly survivors: readonly Verdict[];
  readonly isGood: boolean;
}

/** `all`: the names of all mutants there are: a reason for another is outdated. */
export function summary(
  { verdicts, seeds }: Report,
  isByHand: (name: string) => boolean,
  all: readonly string[],
): Judged {
  const isKilled = (verdict: Verdict) => killsOf(verdict).length >= leastKills(seeds);
  const isEquivalent = ({ name }: Verdict) => Object.hasOwn(equivalents, name);
  const counted = (what: string, some: readonly Verdict[]) => {
    const killed = some.filter(isKilled).length;
    const reasons = some.filter((one) => !isKilled(one) && isEquivalent(one)).length;
    const survived = some.length - killed - reasons;
    return `${what}: ${killed} of ${some.length} killed, ${reasons} equivalent, ${survived} survived`;
  };
  const byHand = verdicts.filter(({ name }) => isByHand(name));
  const generated = verdicts.filter(({ name }) => !isByHand(name));
  const counting = generated.filter((one) => isKilled(one) || !isEquivalent(one));
  const percent = counting.length === 0 ? 100 : (counting.filter(isKilled).length / counting.length) * 100;
  const stale = [
    ...verdicts.filter((one) => killsOf(one).length > 0 && isEquivalent(one)).map(({ name }) => name),
    ...Object.keys(equivalents).filter((name) => !all.includes(name)),
  ];
  const long = verdicts.filter(isTooLong);
  const survivors = verdicts.filter((one) => !isKilled(one));
  const lost = survivors.filter((one) => isByHand(one.name) && !isEquivalent(one));
  return {
    survivors,
    lines: [
      counted('made by hand', byHand),
      `${counted('generated', generated)} (${percent.toFixed(1)} %, at least ${leastPercent})`,
      ...survivors.filter((one) => !isEquivalent(one)).map(({ name }) => `"${name}" survived.`),
      ...long.map(({ name }) => `"${name}" is found by more than ${tolerance} steps too many.`),
      ...stale.map(
        (name) => `The reason for "${name}" is outdated: it is killed, or there is no such mutant.`,
      ),
    ],
    isGood: lost.length + stale.length + long.length === 0 && percent >= leastPercent,
  };
}
