import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { circumstancesOf } from '../soak/report.ts';
import type { Breach } from './laws.ts';
import type { RoundResult } from './round.ts';

export interface Failure extends Breach {
  readonly round: number;
  /** What repeats it, by chance: what real processes do differs from time to time. */
  readonly replay: string;
}

/** What the command writes, and goes on from. */
export interface CrashReport {
  readonly seed: number;
  readonly commit: string;
  readonly node: string;
  /** How many are done; the next one has this number. */
  readonly rounds: number;
  readonly kills: number;
  readonly tasks: number;
  readonly bodies: number;
  readonly acknowledgements: number;
  /** How often a process was found lost. */
  readonly takeovers: number;
  /** Where they died, and how often. */
  readonly diedAt: Readonly<Record<string, number>>;
  readonly durationMs: number;
  readonly failures: readonly Failure[];
}

const sums = ['kills', 'tasks', 'bodies', 'acknowledgements', 'takeovers'] as const;

/** The report in the file, to go on from, or a new one. @throws Error where the file is of another seed. */
export function openReport(file: string, seed: number): CrashReport {
  const { commit, node } = circumstancesOf(seed);
  const zeros = { rounds: 0, kills: 0, tasks: 0, bodies: 0, acknowledgements: 0, takeovers: 0 };
  const fresh = { seed, commit, node, ...zeros, diedAt: {}, durationMs: 0, failures: [] };
  if (!existsSync(file)) return fresh;
  const found = JSON.parse(readFileSync(file, 'utf8')) as CrashReport;
  for (const member of ['seed', 'commit', 'node'] as const)
    if (found[member] !== fresh[member])
      throw new Error(
        `Expected ${file} to be of ${member} ${fresh[member]}, got ${found[member]}. Remove it, or write elsewhere with --out.`,
      );
  return found;
}

/** The file holds this report, or still the one before. */
export function saveReport(file: string, report: CrashReport): void {
  writeFileSync(`${file}.part`, `${JSON.stringify(report, undefined, 2)}\n`);
  renameSync(`${file}.part`, file);
}

/** The report after another round. */
export function withRound(report: CrashReport, result: RoundResult, tookMs: number): CrashReport {
  const { seed, rounds: round } = report;
  const replay = `npm run crash -- --seed ${seed} --round ${round}`;
  const diedAt = { ...report.diedAt };
  for (const place of result.diedAt) diedAt[place] = (diedAt[place] ?? 0) + 1;
  return {
    ...report,
    ...Object.fromEntries(sums.map((sum) => [sum, report[sum] + result[sum]])),
    rounds: round + 1,
    diedAt,
    durationMs: report.durationMs + tookMs,
    failures: [...report.failures, ...result.breaches.map((breach) => ({ round, ...breach, replay }))],
  };
}
