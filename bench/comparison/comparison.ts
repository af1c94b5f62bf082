import { installedVersion } from '../install.ts';
import { type Rows, table } from '../report.ts';
import { type Redis, startRedis } from './redis.ts';
import type { Scenario } from './scenario.ts';
import { scenarios } from './scenarios.ts';
import { type Verdict, trial } from './trial.ts';

export const title = 'Comparison: what is true when things go wrong';

const intro =
  'Each cell is one run of a published package, or of Taskchart, in a process of its own, with a real Redis, PGlite ' +
  'and SQLite. Both sides of a row run the same bodies; what is printed is what they and the records said, and a peer ' +
  'that keeps the law is shown to. Each scenario was chosen for a weakness of a peer, so that the number of failures ' +
  'says nothing about one: when to prefer a peer is in the [README](../README.md#when-not-to-use-it). Why each law matters, and where ' +
  'the weakness was seen:';

export const method = [
  `${intro}\n`,
  ...scenarios.map(({ name, why, source }) => `- *${name}*: ${why} Source: ${source}.`),
].join('\n');

/** Where the peers are pinned: apart, because they are many times larger than those of the other benches. */
export const folder = new URL('.', import.meta.url);

function label({ packages, needsRedis }: Scenario, redis: Redis | undefined): string {
  const [peer = '', ...below] = packages.map(
    (name) => `${name} ${installedVersion(name, folder) ?? '(missing)'}`,
  );
  if (needsRedis && redis) below.push(`Redis ${redis.version}`);
  return below.length > 0 ? `${peer} on ${below.join(', ')}` : peer;
}

function cell(verdict: Verdict): string {
  if ('error' in verdict) return 'did not run';
  return `${verdict.holds ? 'passes' : 'FAILS'}: ${verdict.observed}`;
}

const next =
  'Remove bench/comparison/node_modules, so that the peers are installed anew, and repeat the command.';

/** Both sides of a scenario. Taskchart’s failure and what did not run are troubles; a peer’s failure is a finding. */
async function row(index: number, scenario: Scenario, redis: Redis | Error, troubles: string[]) {
  const { name, law, needsRedis } = scenario;
  const server = redis instanceof Error ? undefined : redis;
  const peer = label(scenario, server);
  const missing = needsRedis && redis instanceof Error ? { error: redis.message } : undefined;
  const found = missing ?? (await trial(index, 'peer', server?.port ?? 0));
  if ('error' in found)
    troubles.push(`Expected ${peer} to run “${name}”, but: ${found.error}${missing ? '' : `\n${next}`}`);
  const ours = await trial(index, 'taskchart', 0);
  if ('error' in ours) troubles.push(`Expected Taskchart to run “${name}”, but: ${ours.error}`);
  else if (!ours.holds) troubles.push(`Expected Taskchart to keep the law “${law}”, but ${ours.observed}.`);
  return { law, peer: `${peer} ${cell(found)}`, Taskchart: cell(ours) };
}

/** @throws Error when a peer did not run, or Taskchart broke a law; what was found is printed first. */
export async function measure(): Promise<Rows> {
  const troubles: string[] = [];
  const redis = await startRedis().catch((error: Error) => error);
  const rows: Rows = {};
  try {
    for (const [index, scenario] of scenarios.entries())
      rows[scenario.name] = await row(index, scenario, redis, troubles);
  } finally {
    if (!(redis instanceof Error)) await redis[Symbol.asyncDispose]();
  }
  if (troubles.length === 0) return rows;
  console.log(table(rows));
  throw new Error(troubles.join('\n'));
}
