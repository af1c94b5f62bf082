import { installedVersion } from '../../install.ts';
import { type Rows, table } from '../../report.ts';
import type { NotRun } from '../apart.ts';
import { folder } from '../comparison.ts';
import { type Redis, startRedis } from '../redis.ts';
import { type Asked, type Finding, hunt, linesOf, mostLines } from './hunt.ts';
import { type Hunt, hunts } from './hunts.ts';
import { laws } from './laws.ts';

export { folder };

export const title = 'Bugs: what random programs find in published packages';

export const method =
  '`checkModel` of `taskchart/testing` sends the same random commands (add, cancel, a body ends by a return or a throw, ' +
  'time passes) to a queue and to one chart of what a queue promises ([chart.ts](comparison/bugs/chart.ts)), and compares ' +
  'after each whose bodies run, and how often each was started. What is specific to a queue is its adapter, of at most ' +
  `${mostLines} lines. The search knows nothing of what is to be found: which law a difference breaks is looked at afterwards, and ` +
  'the command fails when it is another, or none was found. Columns: the program in which it was found, with the seeds 1, 2 and 3; the steps of the ' +
  'shortest sequence, the creation of the queue included; as a control, how the same peer does when one command is left out, which shows ' +
  'that nothing else in it is taken for a bug; and how Taskchart does, set alike, with all commands. plainjob knows of no cancel, keeps its default timeout of half an ' +
  'hour, and sees a `Date` that the test moves.';

type Found = Finding | NotRun;

/** What one command is about. */
interface Search {
  readonly redis: Redis | Error;
  readonly isQuick: boolean;
  readonly troubles: string[];
}

function label({ peer, below, needsRedis }: Hunt, redis: Redis | Error): string {
  const names = [peer, ...below].map((name) => `${name} ${installedVersion(name, folder) ?? '(missing)'}`);
  if (needsRedis && !(redis instanceof Error)) names.push(`Redis ${redis.version}`);
  const [first = '', ...others] = names;
  return others.length > 0 ? `${first} on ${others.join(', ')}` : first;
}

/** What comes of so many random programs, sent to the peer itself. */
async function ofPeer(each: Hunt, redis: Redis | Error, program: Partial<Asked>): Promise<Found> {
  const { peer: name, needsRedis, setting, leftOut, runs } = each;
  if (needsRedis && redis instanceof Error) return { error: redis.message };
  const redisPort = redis instanceof Error ? 0 : redis.port;
  return await hunt({ name, setting, leftOut, redisPort, seed: 1, runs, ...program });
}

/** Empty when the known bug was found. */
function troublesOf({ law, runs }: Hunt, who: string, seed: number, found: Found): string[] {
  const start = `With seed ${seed}: expected ${who} to be found breaking “${laws[law]}”`;
  if ('error' in found) return [`Expected ${who} to run, but: ${found.error}`];
  if (!('message' in found)) return [`${start} within ${runs} programs, but it was not.`];
  return found.law === law ? [] : [`${start}, but this was found:\n${found.message}`];
}

/** The bug, found with each seed. What is found with the first is printed, as `checkModel` does. */
async function findings(each: Hunt, who: string, { redis, isQuick, troubles }: Search): Promise<Found[]> {
  const all: Found[] = [];
  for (const seed of isQuick ? [1] : [1, 2, 3]) {
    const found = await ofPeer(each, redis, { seed });
    troubles.push(...troublesOf(each, who, seed, found));
    if ('message' in found && all.length === 0)
      console.log(`\n${who}, seed ${seed}, program ${found.programs}:\n${found.message}\n`);
    all.push(found);
  }
  return all;
}

/** How a system did that is to be as the chart. */
function passed(who: string, found: Found, troubles: string[]): string {
  if ('commands' in found)
    return `passes ${found.programs} programs, ${found.commands.toLocaleString('en')} commands`;
  const why = 'error' in found ? found.error : found.message;
  troubles.push(`Expected ${who} to be as the chart, but: ${why}`);
  return 'error' in found ? 'did not run' : `FAILS after ${found.programs} programs`;
}

const listed = (all: readonly Found[], of: (finding: Finding) => number | string) =>
  all.map((found) => ('error' in found ? 'did not run' : of(found))).join(', ');

async function row(each: Hunt, who: string, search: Search): Promise<Rows[string]> {
  const { redis, isQuick, troubles } = search;
  const { setting, leftOut, trigger } = each;
  const all = await findings(each, who, search);
  const harmless = { leftOut: [...leftOut, trigger], runs: isQuick ? 10 : 50 };
  const ours = { name: 'taskchart', setting, leftOut, redisPort: 0, seed: 1, runs: isQuick ? 50 : 500 };
  return {
    'law that is broken': laws[each.law],
    'found in program': listed(all, (found) => ('message' in found ? found.programs : 'none')),
    steps: listed(all, (found) => ('steps' in found ? found.steps : '–')),
    'lines of its adapter': linesOf(each.peer),
    control: `without ${trigger} ${passed(`${who} without ${trigger}`, await ofPeer(each, redis, harmless), troubles)}`,
    [`Taskchart (${linesOf('taskchart')} lines)`]: passed('Taskchart', await hunt(ours), troubles),
  };
}

function troublesOfLines(): string[] {
  return ['taskchart', ...hunts.map(({ peer }) => peer)].flatMap((name) => {
    const lines = linesOf(name);
    if (lines <= mostLines) return [];
    return [`Expected the adapter of ${name} to have at most ${mostLines} lines, got ${lines}.`];
  });
}

/** @throws Error when a bug was not found, a peer did not run, or Taskchart is not as the chart; what was found is printed first. */
export async function measure(isQuick: boolean): Promise<Rows> {
  const troubles = troublesOfLines();
  const redis = await startRedis().catch((error: Error) => error);
  const rows: Rows = {};
  try {
    for (const each of hunts) {
      const who = label(each, redis);
      rows[who] = await row(each, who, { redis, isQuick, troubles });
    }
  } finally {
    if (!(redis instanceof Error)) await redis[Symbol.asyncDispose]();
  }
  if (troubles.length === 0) return rows;
  console.log(table(rows));
  throw new Error(troubles.join('\n'));
}
