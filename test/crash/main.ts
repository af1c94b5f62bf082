import { parseArgs } from 'node:util';
import { planOf } from './plans.ts';
import { type CrashReport, openReport, saveReport, withRound } from './report.ts';
import { playRound } from './round.ts';

const usage = `Usage: npm run crash -- [--seed N] [--kills N] [--out FILE] [--round K]

Kills processes that work on a file, and looks whether anything is lost, stuck, or done twice.

--seed N      where chance comes from; default: a fresh one, which is printed
--kills N     ends when so many are dead, those of earlier sessions included; default 300
--out FILE    the report, and what is gone on from; default crash.json
--round K     plays round K alone, and tells all of it; writes nothing
--help        prints this

Ctrl-C ends after the present round. The same seed and file go on from there.`;

const text = { type: 'string' } as const;
const most = 2 ** 31 - 1;

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Ends the process before anything has begun. */
function refuse(error: unknown): never {
  process.stderr.write(`${(error as Error).message}\n\n${usage}\n`);
  process.exit(2);
}

function number(name: string, value: string | undefined, byDefault: number): number {
  if (value === undefined) return byDefault;
  const parsed = Number(value);
  if (value.trim() !== '' && Number.isInteger(parsed) && parsed >= 0 && parsed <= most) return parsed;
  throw new Error(`Expected --${name} to be an integer from 0 to ${most}, got ${JSON.stringify(value)}.`);
}

function wanted() {
  const options = { seed: text, kills: text, out: text, round: text, help: { type: 'boolean' } } as const;
  const { seed, kills, out = 'crash.json', round, help = false } = parseArgs({ options }).values;
  return {
    seed: number('seed', seed, Math.floor(Math.random() * most)),
    kills: number('kills', kills, 300),
    round: round === undefined ? undefined : number('round', round, 0),
    out,
    help,
  };
}

async function kill(opening: CrashReport, kills: number, out: string): Promise<CrashReport> {
  let [report, isInterrupted] = [opening, false];
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => (isInterrupted = true));
  while (report.kills < kills && !isInterrupted) {
    const startedAt = performance.now();
    const result = await playRound(planOf(report.seed, report.rounds));
    report = withRound(report, result, Math.round(performance.now() - startedAt));
    saveReport(out, report);
    for (const { law, message } of result.breaches) say(`  ${law}: ${message}`);
    say(`${report.kills} kills, ${report.tasks} tasks, ${report.failures.length} breaches`);
  }
  return report;
}

function options() {
  try {
    return wanted();
  } catch (error) {
    return refuse(error);
  }
}

function opened(out: string, seed: number): CrashReport {
  try {
    return openReport(out, seed);
  } catch (error) {
    return refuse(error);
  }
}

/** Plays one round again, and tells all of it. */
async function replay(seed: number, round: number): Promise<number> {
  const result = await playRound(planOf(seed, round));
  say(JSON.stringify(result, undefined, 2));
  return result.breaches.length > 0 ? 1 : 0;
}

async function main(): Promise<number> {
  const { seed, kills, out, round, help } = options();
  if (help) say(usage);
  if (help) return 0;
  if (round !== undefined) return replay(seed, round);
  const opening = opened(out, seed);
  say(`seed ${seed}, commit ${opening.commit}, after ${opening.kills} kills`);
  const report = await kill(opening, kills, out);
  const { bodies, acknowledgements, takeovers, failures } = report;
  say(`${bodies} bodies, ${acknowledgements} acknowledgements, ${takeovers} takeovers`);
  say(`The report is in ${out}. Go on: npm run crash -- --seed ${seed} --out ${out}`);
  return failures.length > 0 ? 1 : 0;
}

process.exitCode = await main();
