import { parseArgs } from 'node:util';
import { circumstances } from './circumstances.ts';
import * as bugs from './comparison/bugs/bugs.ts';
import * as comparison from './comparison/comparison.ts';
import * as durable from './comparison/durable/durable.ts';
import * as durableScale from './comparison/durable/durable-scale.ts';
import { installPeers } from './install.ts';
import * as latency from './latency.ts';
import * as memory from './memory.ts';
import * as oracle from './oracle.ts';
import { type Result, type Rows, save, table } from './report.ts';
import * as scale from './scale.ts';
import * as throughput from './throughput.ts';

interface Bench {
  readonly title: string;
  readonly method: string;
  /** Where its peers are pinned, unless that is bench/. */
  readonly folder?: URL;
  measure(quick: boolean): Promise<Rows>;
}

const benches: Readonly<Record<string, Bench>> = {
  throughput,
  memory,
  latency,
  scale,
  oracle,
  comparison,
  bugs,
  durable,
  'durable-scale': durableScale,
};

const usage = `Usage: npm run bench [-- [${Object.keys(benches).join('] [')}] [--quick]]
Without a name: all of them. --quick: few tasks, to see that everything runs; nothing is written.`;

function wanted(): { names: readonly string[]; quick: boolean } {
  const { values, positionals } = parseArgs({
    options: { quick: { type: 'boolean' } },
    allowPositionals: true,
  });
  const unknown = positionals.find((name) => !Object.hasOwn(benches, name));
  if (unknown !== undefined) throw new Error(`There is no bench ${unknown}.`);
  return { names: positionals.length > 0 ? positionals : Object.keys(benches), quick: values.quick ?? false };
}

/** What the bench found, printed; undefined when it, or a peer of it, did not run. */
async function run(name: string, bench: Bench, quick: boolean): Promise<Result | undefined> {
  const { title, method, folder } = bench;
  console.log(`\n${title}`);
  try {
    installPeers(folder);
    const where = circumstances(folder);
    console.log(where.versions);
    const rows = await bench.measure(quick);
    console.log(table(rows));
    return { title, method, command: `npm run bench -- ${name}`, ...where, rows };
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
    return undefined;
  }
}

async function main(): Promise<void> {
  const { names, quick } = wanted();
  const { commit, machine } = circumstances();
  console.log(`${commit}\n${machine}`);
  for (const name of names) {
    const bench = benches[name];
    const result = bench && (await run(name, bench, quick));
    if (result && !quick) save({ [name]: result });
  }
}

try {
  await main();
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
  process.exitCode = 1;
}
