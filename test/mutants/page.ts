import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { equivalents } from './equivalents.ts';
import { type Report, summary, table } from './report.ts';
import { switchPairs } from './switch-pairs.ts';
import { switchTable, withoutPair } from './switches.ts';
import { type Verdict, isKill } from './trial.ts';

const root = join(import.meta.dirname, '../..');

/** How many kills each law has. */
function byLaw(verdicts: readonly Verdict[]): string {
  const kills = verdicts.flatMap(({ judgements }) => judgements.filter(isKill));
  const laws = [...Map.groupBy(kills, ({ law }) => law ?? '')];
  const rows = laws
    .toSorted(([, a], [, b]) => b.length - a.length)
    .map(([law, { length }]) => `| ${law} | ${length} |`);
  return ['| law | kills |', '|---|---|', ...rows].join('\n');
}

function survived(survivors: readonly Verdict[]): string {
  if (survivors.length === 0) return 'No mutant survived.';
  const rows = survivors.map(({ name }) => `| ${name} | ${equivalents[name] ?? '**no reason is known**'} |`);
  return ['| survivor | why nobody can see it |', '|---|---|', ...rows].join('\n');
}

function section(report: Report, isByHand: (name: string) => boolean, all: readonly string[]): string[] {
  const { seed, seeds, runs, verdicts } = report;
  const { lines, survivors } = summary(report, isByHand, all);
  const hours = verdicts.reduce((sum, { ms }) => sum + ms, 0) / 3_600_000;
  const hand = verdicts.filter(({ name }) => isByHand(name));
  const known = verdicts.filter(({ name }) => all.includes(name)).length;
  const gone = verdicts.length - known;
  const present = `${known} of the ${all.length} there are now${gone === 0 ? '' : `, and ${gone} that are none any more`}`;
  return [
    `## ${verdicts.length} mutants, ${seeds} ${seeds === 1 ? 'seed' : 'seeds'} each`,
    '',
    `${present}. Commit ${report.commit ?? 'not noted'}, first seed ${seed}, at most ${runs} trials in each; ${hours.toFixed(1)} hours on a busy machine.`,
    '',
    ...lines.map((line) => `- ${line}`),
    '',
    survived(survivors),
    '',
    ...(hand.length === 0 ? [] : [table(hand), '']),
    byLaw(verdicts),
    '',
  ];
}

/** Writes what the reports say as a page of the documentation. */
export function writePage(
  reports: readonly Report[],
  isByHand: (name: string) => boolean,
  all: readonly string[],
): void {
  // A pair that was given up says nothing of the present ones.
  const switches = reports
    .flatMap((report) => report.switches ?? [])
    .filter(({ off, mutant }) => switchPairs[off] === mutant);
  const ofSwitches = reports.find((report) => report.switches);
  const page = [
    '# Mutants',
    '',
    'Mistakes in the code, made one at a time, and which law finds each. Written by `npm run mutants -- --json FILE --write`;',
    'how it works: [testing.md](testing.md#mutants).',
    '',
    `${all.length} mutants in all, of which ${all.filter(isByHand).length} are made by hand. Each section says how many were tried, in how many`,
    'seeds, and at which commit: what has changed since, and what is in no section, is not measured.',
    '',
    ...reports
      .filter(({ verdicts }) => verdicts.length > 0)
      .flatMap((report) => section(report, isByHand, all)),
    '## What each law and each trouble is for',
    '',
    'Without it this mutant lives, which is killed with it: `npm run mutants -- --switches`.',
    ofSwitches
      ? `Commit ${ofSwitches.commit ?? 'not noted'}, ${ofSwitches.runs} trials each.`
      : 'Not measured.',
    `Of the ${Object.keys(switchPairs).length} pairs of \`test/mutants/switch-pairs.ts\` ${switches.length} were tried.`,
    '',
    switchTable(switches),
    '',
    withoutPair().length === 0
      ? 'Each law and each trouble is in one of the pairs.'
      : `Laws and troubles for which no such mutant is known: ${withoutPair().join(', ')}.`,
    '',
  ];
  writeFileSync(join(root, 'docs/mutants.md'), page.join('\n'));
}
