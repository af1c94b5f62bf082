import { heapUsed, measuredEvery } from './heap.ts';
import { type SoakOptions, soakOptions, usage } from './options.ts';
import {
  type Report,
  circumstancesOf,
  newReport,
  openReport,
  saveReport,
  withHeap,
  withRound,
} from './report.ts';
import { Resident, playRound } from './round.ts';
import { Surroundings } from './surroundings.ts';

const secondsBetweenLines = 3;

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Ends the process before anything has begun. */
function refuse(error: unknown): never {
  process.stderr.write(`${(error as Error).message}\n\n${usage}\n`);
  process.exit(2);
}

function options(): SoakOptions {
  try {
    return soakOptions(process.argv.slice(2));
  } catch (error) {
    return refuse(error);
  }
}

function opened({ out, seed, round }: SoakOptions): Report {
  const circumstances = circumstancesOf(seed);
  try {
    return round === undefined ? openReport(out, circumstances) : newReport(circumstances);
  } catch (error) {
    return refuse(error);
  }
}

function counted(counts: Readonly<Record<string, number>>): string {
  const entries = Object.entries(counts).toSorted(([, a], [, b]) => b - a);
  return entries.map(([name, count]) => `${name} ${count}`).join(', ') || 'none';
}

function line({ rounds, tasks, bodies, cancels, outcomes, heap, failed }: Report): string {
  const bytes = heap.samples.at(-1)?.bytes;
  const mebibytes = bytes === undefined ? 'unknown' : `${(bytes / 2 ** 20).toFixed(1)} MiB`;
  const counts = `${rounds} rounds, ${tasks} tasks, ${bodies} bodies, ${cancels} cancels`;
  return `${counts}; ${counted(outcomes)}; heap ${mebibytes}; ${failed} failed`;
}

function summary(report: Report, out: string): string {
  const { heap, failures, seed, failed } = report;
  const slope = heap.bytesPerRound === null ? '' : ` (${heap.bytesPerRound} bytes a round)`;
  const told = failures.slice(0, 10).map(({ law, message, replay }) => `  ${law}: ${message}\n    ${replay}`);
  return [
    '',
    line(report),
    `refused: ${counted(report.refusals)}; the store again: ${report.storeRetries}`,
    `heap: ${heap.verdict}${slope}, the limit is ${heap.limitBytesPerRound}`,
    ...(failures.length > 0 ? [`${failed} rounds failed:`, ...told] : ['no round failed']),
    `The report is in ${out}. Go on: npm run soak -- --seed ${seed} --out ${out}`,
  ].join('\n');
}

function isBad({ failed, heap }: Report): boolean {
  return failed > 0 || heap.verdict === 'growing';
}

/** Plays one round again, and tells all of it. */
async function replay({ seed, round = 0 }: SoakOptions, surroundings: Surroundings): Promise<number> {
  const result = await playRound(seed, round, new Resident(), surroundings);
  say(JSON.stringify(result, undefined, 2));
  return result.breaches.length > 0 ? 1 : 0;
}

/** A promise on which a round waits may never settle, and then Node ends of itself. */
function endsOfItself(round: () => number | undefined): void {
  process.on('exit', () => {
    const present = round();
    if (present === undefined) return;
    process.stderr.write(`Expected round ${present} to end, but it waits for what never comes.\n`);
    process.exitCode = 1;
  });
}

function begun({ seed, commit, dirty, rounds }: Report): string {
  const what = `seed ${seed}, commit ${commit}${dirty ? ' and changes' : ''}`;
  return rounds > 0 ? `${what}; goes on after ${rounds} rounds` : what;
}

async function soak(wanted: SoakOptions, opening: Report, surroundings: Surroundings): Promise<Report> {
  const resident = new Resident();
  let report: Report = { ...opening, sessions: opening.sessions + 1 };
  let [isInterrupted, shownAt, present] = [false, performance.now(), undefined as number | undefined];
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => (isInterrupted = true));
  endsOfItself(() => present);
  say(begun(opening));
  const endsAt = performance.now() + wanted.minutes * 60_000;
  for (
    let done = 1;
    report.rounds < wanted.rounds && performance.now() < endsAt && !isInterrupted;
    done += 1
  ) {
    const startedAt = performance.now();
    present = report.rounds;
    const result = await playRound(wanted.seed, present, resident, surroundings);
    present = undefined;
    const bytes = done % measuredEvery === 0 ? heapUsed() : undefined;
    report = withRound(report, result, Math.round(performance.now() - startedAt));
    if (bytes !== undefined) report = withHeap(report, done, bytes);
    saveReport(wanted.out, report);
    if (performance.now() - shownAt < secondsBetweenLines * 1_000) continue;
    shownAt = performance.now();
    say(line(report));
  }
  return report;
}

async function main(wanted: SoakOptions): Promise<number> {
  if ((wanted.programs ?? wanted.program) !== undefined) {
    // Only now: rounds need none of all that it loads.
    const { replayProgram, soakPrograms } = await import('./programs.ts');
    return wanted.program === undefined
      ? soakPrograms(wanted, say).catch(refuse)
      : replayProgram(wanted, say);
  }
  const surroundings = new Surroundings();
  const opening = opened(wanted);
  surroundings.listen();
  if (wanted.round !== undefined) return replay(wanted, surroundings);
  const report = await soak(wanted, opening, surroundings);
  say(summary(report, wanted.out));
  return isBad(report) ? 1 : 0;
}

// Kills have their own program, and its options.
if (process.argv.some((arg) => /^--kills\b/.test(arg))) await import('../crash/main.ts');
else {
  const wanted = options();
  // A timer that is left, which is a finding, would keep the process alive.
  if (!wanted.help) process.exit(await main(wanted));
  say(usage);
}
