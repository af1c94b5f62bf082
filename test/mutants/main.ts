// Makes mistakes in the code, one at a time, and tells which law finds each: `npm run mutants`.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { supervisorMachine } from '../../machines/supervisor.ts';
import { taskMachine } from '../../machines/task.ts';
import { simulatedRandom } from '../../src/testing/index.ts';
import { mutantsOf } from './chart-mutants.ts';
import { type MutantOptions, isWanted, mutantOptions, usage } from './options.ts';
import { patches } from './patches.ts';
import { type Report, killersOf, openReport, readReport, saveReport, summary, table } from './report.ts';
import { switchPairs } from './switch-pairs.ts';
import { switchTable, trySwitches, withoutPair } from './switches.ts';
import { Bench, type Tries, type Verdict, isKill, nobody } from './trial.ts';
import { writePage } from './page.ts';
import { seedsFrom } from './seeds.ts';

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function commit(): string {
  const root = join(import.meta.dirname, '../..');
  return execFileSync('git', ['describe', '--always', '--dirty'], { cwd: root, encoding: 'utf8' }).trim();
}

function options(): MutantOptions {
  try {
    return mutantOptions(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${usage}\n`);
    process.exit(2);
  }
}

const byHand = patches.map(({ name }) => name);
const generated = [taskMachine, supervisorMachine].flatMap((machine) =>
  mutantsOf(machine).map(({ name }) => name),
);
const all = [...byHand, ...generated];

/** So many of them, by the seed alone. */
function sampled(names: readonly string[], count: number, seed: number): readonly string[] {
  const random = simulatedRandom(seed);
  const drawn = names.map((name) => ({ name, at: random.fraction() })).toSorted((a, b) => a.at - b.at);
  const chosen = new Set(drawn.slice(0, count).map(({ name }) => name));
  return names.filter((name) => chosen.has(name));
}

function line(verdict: Verdict): string {
  const { name, judgements, ms } = verdict;
  const kills = judgements.filter(isKill);
  const [first] = kills;
  const what = first ? `${killersOf(verdict).join(', ')}: ${first.message}`.slice(0, 140) : 'SURVIVED';
  return `${name}: ${kills.length} of ${judgements.length}, ${what} (${(ms / 1_000).toFixed(1)} s)`;
}

/** Tries these, so many at once; `tell` is called with each verdict as it comes. */
async function tryAll(
  names: readonly string[],
  jobs: number,
  tries: Tries,
  tell: (verdict: Verdict) => void,
): Promise<void> {
  const left = [...names];
  const work = async () => {
    const bench = new Bench();
    for (let name = left.shift(); name !== undefined; name = left.shift())
      tell(await bench.tried(name, tries));
    bench.close();
  };
  await Promise.all(Array.from({ length: jobs }, work));
}

async function main(wanted: MutantOptions): Promise<number> {
  let report: Report = { commit: commit(), ...openReport(wanted) };
  const { runs, seconds, without, shrink } = wanted;
  const tries = { seeds: seedsFrom(report.seed, wanted.seeds), runs, seconds, without, shrink };
  say(`seed ${report.seed}: ${wanted.seeds} seeds, ${runs} runs for each of ${all.length} mutants`);
  // Where the code as it is breaks a law, no mutant is killed by it.
  if (!report.plain) {
    const bench = new Bench();
    const plain = await bench.tried(nobody, { ...tries, seeds: tries.seeds.slice(0, 1) });
    bench.close();
    say(line(plain));
    // Where the code as it is breaks a law, no mutant is killed by it.
    if (plain.judgements.some(isKill)) return 2;
    report = { ...report, plain };
    saveReport(wanted.json, report);
  }
  const pool = [...byHand, ...sampled(generated, wanted.sample ?? generated.length, report.seed)];
  const chosen = pool.filter((name) => isWanted(wanted, name));
  const isKnown = (name: string) => report.verdicts.some((verdict) => verdict.name === name);
  const left = chosen.filter((name) => !isKnown(name));
  let count = chosen.length - left.length;
  await tryAll(left, wanted.jobs, tries, (verdict) => {
    report = { ...report, verdicts: [...report.verdicts, verdict] };
    saveReport(wanted.json, report);
    say(`${(count += 1)}/${chosen.length} ${line(verdict)}`);
  });
  const verdicts = chosen.flatMap((name) => report.verdicts.find((verdict) => verdict.name === name) ?? []);
  const { lines, isGood } = summary({ ...report, verdicts }, isByHand, all);
  say(['', table(verdicts), '', ...lines].join('\n'));
  return isGood ? 0 : 1;
}

const isByHand = (name: string) => byHand.includes(name);

async function switches(wanted: MutantOptions): Promise<number> {
  let report: Report = { commit: commit(), ...openReport(wanted) };
  await trySwitches({ ...wanted, seed: report.seed }, report.switches ?? [], (verdict) => {
    const { off, mutant, livesWithout, killer } = verdict;
    say(`without ${off}: ${mutant} ${livesWithout ? 'lives' : `is killed by ${killer}`}`);
    report = { ...report, switches: [...(report.switches ?? []), verdict] };
    saveReport(wanted.json, report);
  });
  const verdicts = (report.switches ?? []).filter(({ off, mutant }) => switchPairs[off] === mutant);
  say(`\n${switchTable(verdicts)}`);
  for (const name of withoutPair()) say(`No mutant is known that needs "${name}".`);
  return verdicts.every(({ isKilled, livesWithout }) => isKilled && livesWithout) ? 0 : 1;
}

const wanted = options();
if (wanted.help) say(usage);
else if (wanted.write) writePage(wanted.reports.map(readReport), isByHand, all);
else process.exitCode = await (wanted.switches ? switches(wanted) : main(wanted));
