// Cuts the power of many processes: `npm run power`.
import { writeFileSync } from 'node:fs';
import { seedOfRound } from '../soak/chance.ts';
import { type PowerOptions, powerOptions, usage } from './options.ts';
import { type Row, emptyRow, isGood, table, withRound } from './report.ts';
import { type Series, playRound, seriesByName } from './series.ts';
import { Site } from './trial.ts';

/** Power cuts of one process. */
const cutsEach = 20;

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function options(): PowerOptions {
  try {
    return powerOptions(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${usage}\n`);
    process.exit(2);
  }
}

async function play(site: Site, series: Series, { seed, cuts }: PowerOptions): Promise<Row> {
  let row = emptyRow(series);
  while (row.cuts < cuts && !row.isFound) {
    const round = await playRound(
      site,
      series,
      seedOfRound(seed, row.processes),
      Math.min(cutsEach, cuts - row.cuts),
    );
    row = withRound(row, series, round);
    say(`${row.name}: ${row.processes} processes, ${row.cuts} cuts, ${row.broken.length} promises broken`);
  }
  return row;
}

async function main(wanted: PowerOptions): Promise<number> {
  const chosen = Object.values<Series>(seriesByName).filter(({ name }) => name.includes(wanted.only));
  if (chosen.length === 0) throw new Error(`Expected --only to be part of a name, got ${wanted.only}.`);
  say(`seed ${wanted.seed}, ${wanted.cuts} cuts of each series`);
  using site = new Site();
  const rows: Row[] = [];
  for (const series of chosen) rows.push(await play(site, series, wanted));
  if (wanted.json !== undefined)
    writeFileSync(wanted.json, `${JSON.stringify({ seed: wanted.seed, rows }, undefined, 2)}\n`);
  say(`\n${table(rows)}`);
  return rows.every(isGood) ? 0 : 1;
}

const wanted = options();
if (wanted.help) say(usage);
else {
  // A supervisor that waits for a lease to end keeps no process alive.
  const alive = setInterval(() => {}, 60_000);
  process.exitCode = await main(wanted).finally(() => clearInterval(alive));
}
