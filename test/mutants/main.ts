// Makes mistakes in the code, one at a time, and tells which law finds each: `npm run mutants`.
import { supervisorMachine } from '../../machines/supervisor.ts';
import { taskMachine } from '../../machines/task.ts';
import { mutantsOf } from './chart-mutants.ts';
import { type MutantOptions, mutantOptions, usage } from './options.ts';
import { patches } from './patches.ts';
import { openReport, saveReport, summary, table } from './report.ts';
import { type Verdict, nobody, tried } from './trial.ts';

function say(text: string): void {
  process.stdout.write(`${text}\n`);
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
const names = [
  ...byHand,
  ...[taskMachine, supervisorMachine].flatMap((machine) => mutantsOf(machine).map(({ name }) => name)),
];

function line({ name, law, message, runs, ms }: Verdict): string {
  const what = law === undefined ? 'SURVIVED' : `${law}: ${message}`.slice(0, 140);
  return `${name}: ${what} (${runs} runs, ${(ms / 1_000).toFixed(1)} s)`;
}

async function main(wanted: MutantOptions): Promise<number> {
  let report = openReport(wanted);
  const { seed } = report;
  const trials = { ...wanted, seed };
  say(`seed ${seed}, ${wanted.runs} runs for each of ${names.length} mutants`);
  const plain = await tried(nobody, trials);
  say(line(plain));
  // Where the code as it is breaks a law, no mutant is killed by it.
  if (plain.law !== undefined) return 2;
  const chosen = names.filter((name) => name.includes(wanted.only));
  for (const [index, name] of chosen.entries()) {
    if (report.verdicts.some((verdict) => verdict.name === name)) continue;
    const verdict = await tried(name, trials);
    report = { ...report, verdicts: [...report.verdicts, verdict] };
    saveReport(wanted.json, report);
    say(`${index + 1}/${chosen.length} ${line(verdict)}`);
  }
  const verdicts = report.verdicts.filter(({ name }) => chosen.includes(name));
  const { lines, isGood } = summary(verdicts, (name) => byHand.includes(name), names);
  say(['', table(verdicts), '', ...lines].join('\n'));
  return isGood ? 0 : 1;
}

const wanted = options();
if (wanted.help) say(usage);
else process.exitCode = await main(wanted);
