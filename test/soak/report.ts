import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { type HeapReport, heapReport, withSample } from './heap.ts';
import type { RoundResult } from './round.ts';
import type { Kind } from './site.ts';

export interface Failure {
  readonly round: number;
  readonly roundSeed: number;
  readonly kind: Kind;
  readonly law: string;
  readonly message: string;
  /** What repeats it. */
  readonly replay: string;
}

/** What is soaked, and by which seed. */
export interface Circumstances {
  readonly commit: string;
  /** The code was not what was committed. */
  readonly dirty: boolean;
  readonly node: string;
  readonly xstate: string;
  readonly seed: number;
}

/** What a soak writes, and goes on from. */
export interface Report extends Circumstances {
  /** How many are done; the next one has this number. */
  readonly rounds: number;
  readonly tasks: number;
  readonly bodies: number;
  readonly cancels: number;
  readonly watched: number;
  readonly storeRetries: number;
  /** When it was started first. */
  readonly startedAt: string;
  /** Of all its sessions together. */
  readonly durationMs: number;
  /** How often it was started. */
  readonly sessions: number;
  readonly kinds: Readonly<Record<string, number>>;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly refusals: Readonly<Record<string, number>>;
  /** The first ones; `failed` counts all rounds with any. */
  readonly failures: readonly Failure[];
  readonly failed: number;
  readonly heap: HeapReport;
}

const mostFailures = 100;
const root = new URL('../..', import.meta.url);

function git(...args: string[]): string | undefined {
  try {
    const stdio = ['ignore', 'pipe', 'ignore'] as ['ignore', 'pipe', 'ignore'];
    return execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio }).trim();
  } catch {
    return undefined;
  }
}

/** What of the project has a part in a soak. */
const soaked = [
  'src',
  'machines',
  ...['soak', 'properties', 'life', 'testing', 'mutants'].map((folder) => `test/${folder}`),
  'package-lock.json',
];

export function circumstancesOf(seed: number): Circumstances {
  const xstate = new URL('node_modules/xstate/package.json', root);
  return {
    commit: git('rev-parse', 'HEAD') ?? 'unknown',
    dirty: git('status', '--porcelain', '--', ...soaked) !== '',
    node: process.versions.node,
    xstate: (JSON.parse(readFileSync(xstate, 'utf8')) as { version: string }).version,
    seed,
  };
}

export function newReport(circumstances: Circumstances): Report {
  return {
    ...circumstances,
    rounds: 0,
    tasks: 0,
    bodies: 0,
    cancels: 0,
    watched: 0,
    storeRetries: 0,
    startedAt: new Date().toISOString(),
    durationMs: 0,
    sessions: 0,
    kinds: {},
    outcomes: {},
    refusals: {},
    failures: [],
    failed: 0,
    heap: heapReport([]),
  };
}

/** The report in the file, to go on from, or a new one. @throws Error where the file is of another soak. */
export function openReport(file: string, circumstances: Circumstances): Report {
  if (!existsSync(file)) return newReport(circumstances);
  const advice = `Remove it, or write elsewhere with --out.`;
  let found: Report;
  try {
    found = JSON.parse(readFileSync(file, 'utf8')) as Report;
  } catch {
    throw new Error(`Expected ${file} to be the report of a soak, but it is no JSON. ${advice}`);
  }
  const wrong = differing(file, circumstances, found);
  if (wrong !== undefined) throw new Error(`${wrong} ${advice}`);
  return found;
}

/** In what a report that was found differs from one of these circumstances; undefined: in nothing. */
export function differing(
  file: string,
  circumstances: Circumstances,
  found: Circumstances,
): string | undefined {
  for (const member of ['seed', 'commit', 'dirty', 'node', 'xstate'] as const) {
    const [wanted, got] = [circumstances[member], found[member]];
    if (wanted === got) continue;
    const goOn = member === 'seed' && Number.isInteger(got) ? ` Go on with it by --seed ${got}.` : '';
    return `Expected ${file} to be of ${member} ${wanted}, got ${got}.${goOn}`;
  }
  return undefined;
}

/** The file holds this report, or still the one before: never a part of it. */
export function saveReport(file: string, report: Report): void {
  writeFileSync(`${file}.part`, `${JSON.stringify(report, undefined, 2)}\n`);
  renameSync(`${file}.part`, file);
}

function plus(
  a: Readonly<Record<string, number>>,
  b: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  const sum = { ...a };
  for (const [name, count] of Object.entries(b)) sum[name] = (sum[name] ?? 0) + count;
  return sum;
}

/** The report after another round. */
export function withRound(report: Report, result: RoundResult, tookMs: number): Report {
  const { round, roundSeed, kind, breaches } = result;
  const replay = `npm run soak -- --seed ${report.seed} --round ${round}`;
  const failures = breaches.map((breach) => ({ round, roundSeed, kind, ...breach, replay }));
  return {
    ...report,
    rounds: report.rounds + 1,
    tasks: report.tasks + result.tasks,
    bodies: report.bodies + result.bodies,
    cancels: report.cancels + result.cancels,
    watched: report.watched + result.watched,
    storeRetries: report.storeRetries + result.storeRetries,
    durationMs: report.durationMs + tookMs,
    kinds: plus(report.kinds, { [kind]: 1 }),
    outcomes: plus(report.outcomes, result.outcomes),
    refusals: plus(report.refusals, result.refusals),
    failures: [...report.failures, ...failures].slice(0, mostFailures),
    failed: report.failed + (failures.length > 0 ? 1 : 0),
  };
}

/** The report with another measurement of the heap; `rounds`: how many this process has done. */
export function withHeap(report: Report, rounds: number, bytes: number): Report {
  const sample = { session: report.sessions, rounds, bytes };
  return { ...report, heap: heapReport(withSample(report.heap.samples, sample)) };
}
