import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { equivalents } from './equivalents.ts';
import type { MutantOptions } from './options.ts';
import type { Verdict } from './trial.ts';

/** What came of the mutants so far. */
export interface Report {
  readonly seed: number;
  readonly runs: number;
  readonly verdicts: readonly Verdict[];
}

/** The report of the file, if it goes on from there; or a new one. */
export function openReport({ json, seed, runs, isSeedGiven }: MutantOptions): Report {
  const fresh = { seed, runs, verdicts: [] };
  if (json === undefined || !existsSync(json)) return fresh;
  const kept = JSON.parse(readFileSync(json, 'utf8')) as Report;
  return kept.runs === runs && (!isSeedGiven || kept.seed === seed) ? kept : fresh;
}

export function saveReport(json: string | undefined, report: Report): void {
  if (json === undefined) return;
  writeFileSync(`${json}.new`, `${JSON.stringify(report, undefined, 2)}\n`);
  renameSync(`${json}.new`, json);
}

function row({ name, law, runs }: Verdict): string {
  const reason = equivalents[name];
  const survived = `**SURVIVED**${reason === undefined ? '' : `: ${reason}`}`;
  return `| ${name} | ${law ?? survived} | ${runs} |`;
}

export function table(verdicts: readonly Verdict[]): string {
  return ['| mutant | killed by | after runs |', '|---|---|---|', ...verdicts.map(row)].join('\n');
}

const isKilled = ({ law }: Verdict) => law !== undefined;
const isEquivalent = ({ name }: Verdict) => Object.hasOwn(equivalents, name);

/** How many of 100 generated mutants have to be killed, those that have a reason aside. */
const leastPercent = 95;

export interface Judged {
  readonly lines: readonly string[];
  readonly isGood: boolean;
}

function counted(what: string, verdicts: readonly Verdict[]): string {
  const reasons = verdicts.filter((one) => !isKilled(one) && isEquivalent(one)).length;
  const killed = verdicts.filter(isKilled).length;
  return `${what}: ${killed} of ${verdicts.length} killed, ${reasons} equivalent, ${verdicts.length - killed - reasons} survived`;
}

/** `all`: the names of all mutants there are: a reason for another is outdated. */
export function summary(
  verdicts: readonly Verdict[],
  isByHand: (name: string) => boolean,
  all: readonly string[],
): Judged {
  const byHand = verdicts.filter(({ name }) => isByHand(name));
  const generated = verdicts.filter(({ name }) => !isByHand(name));
  const counting = generated.filter((one) => isKilled(one) || !isEquivalent(one));
  const percent = counting.length === 0 ? 100 : (counting.filter(isKilled).length / counting.length) * 100;
  const stale = [
    ...verdicts.filter((one) => isKilled(one) && isEquivalent(one)).map(({ name }) => name),
    ...Object.keys(equivalents).filter((name) => !all.includes(name)),
  ];
  const lost = byHand.filter((one) => !isKilled(one) && !isEquivalent(one));
  return {
    lines: [
      counted('made by hand', byHand),
      `${counted('generated', generated)} (${percent.toFixed(1)} %, at least ${leastPercent})`,
      ...lost.map(({ name }) => `"${name}" survived.`),
      ...stale.map(
        (name) => `The reason for "${name}" is outdated: it is killed, or there is no such mutant.`,
      ),
    ],
    isGood: lost.length === 0 && stale.length === 0 && percent >= leastPercent,
  };
}
