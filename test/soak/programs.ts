import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { type Judgement, judged } from '../mutants/judge.ts';
import { seedsFrom } from '../mutants/seeds.ts';
import type { SoakOptions } from './options.ts';
import { type Circumstances, circumstancesOf, differing } from './report.ts';

/** What came of the programs of one seed. */
export interface OfSeed {
  readonly seed: number;
  /** How many are done; the next one has this number. */
  readonly programs: number;
  readonly durationMs: number;
  /** The first that broke a law: the seed ends with it. */
  readonly failure?: { readonly program: number; readonly law: string; readonly message: string };
}

/** What is written, and gone on from. */
export interface ProgramReport extends Circumstances {
  readonly ofSeeds: readonly OfSeed[];
}

/** So many between two writings of the report: some ten seconds. */
const pieceSize = 250;

/** The report in the file, to go on from, or a new one. @throws Error where the file is of something else. */
function opened({ out, seed, seeds }: SoakOptions): ProgramReport {
  const circumstances = circumstancesOf(seed);
  const kept = existsSync(out) ? (JSON.parse(readFileSync(out, 'utf8')) as ProgramReport) : undefined;
  if (kept) {
    const wrong = kept.ofSeeds ? differing(out, circumstances, kept) : `Expected ${out} to be of programs.`;
    if (wrong !== undefined) throw new Error(`${wrong} Remove it, or write elsewhere with --out.`);
  }
  const ofSeeds = seedsFrom(seed, seeds).map(
    (one) => kept?.ofSeeds.find((known) => known.seed === one) ?? { seed: one, programs: 0, durationMs: 0 },
  );
  return { ...circumstances, ofSeeds };
}

function save(file: string, report: ProgramReport): void {
  writeFileSync(`${file}.part`, `${JSON.stringify(report, undefined, 2)}\n`);
  renameSync(`${file}.part`, file);
}

/** The next programs of this seed, up to so many in all. */
async function played(before: OfSeed, count: number): Promise<OfSeed> {
  const startedAt = performance.now();
  const { seed, programs: from } = before;
  const trials = { runs: count - from, from, shrink: false, without: [] };
  const judgement: Judgement = await judged(seed, trials, () => {});
  const { law, message = '', runs } = judgement;
  const program = from + runs - 1;
  return {
    seed,
    programs: from + runs,
    durationMs: before.durationMs + Math.round(performance.now() - startedAt),
    ...(law === undefined ? {} : { failure: { program, law, message } }),
  };
}

function line({ seed, programs, durationMs, failure }: OfSeed): string {
  const took = `seed ${seed}: ${programs} programs in ${(durationMs / 1_000).toFixed(1)} s`;
  if (!failure) return `${took}, no law is broken`;
  const replay = `npm run soak -- --seed ${seed} --program ${failure.program}`;
  return `${took}; ${failure.law}: ${failure.message}\n  ${replay}`;
}

/**
 * Plays so many random programs on each of several seeds: those by which mutants are judged, here on the code as it is.
 * Resolves with the exit code.
 */
export async function soakPrograms(options: SoakOptions, say: (text: string) => void): Promise<number> {
  const { programs = 0, out } = options;
  let report = opened(options);
  let isInterrupted = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => (isInterrupted = true));
  say(`seed ${report.seed}, commit ${report.commit}${report.dirty ? ' and changes' : ''}`);
  for (const [index, first] of report.ofSeeds.entries()) {
    let present = first;
    while (present.programs < programs && !present.failure && !isInterrupted) {
      present = await played(present, Math.min(programs, present.programs + pieceSize));
      report = { ...report, ofSeeds: report.ofSeeds.with(index, present) };
      save(out, report);
    }
    if (present.programs > 0) say(line(present));
  }
  const failed = report.ofSeeds.filter(({ failure }) => failure).length;
  const done = report.ofSeeds.filter((one) => one.programs >= programs && !one.failure).length;
  say(
    `${done} of ${report.ofSeeds.length} seeds passed ${programs} programs, ${failed} failed. The report is in ${out}.`,
  );
  return failed > 0 ? 1 : 0;
}

/** Plays one program again, and tells what it breaks. */
export async function replayProgram(
  { seed, program = 0 }: SoakOptions,
  say: (text: string) => void,
): Promise<number> {
  const judgement = await judged(seed, { runs: 1, from: program, shrink: false, without: [] }, () => {});
  const { law, message, kind } = judgement;
  say(
    law === undefined
      ? `program ${program}: no law is broken`
      : `program ${program} (${kind}): ${law}: ${message}`,
  );
  return law === undefined ? 0 : 1;
}
