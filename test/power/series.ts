import { Chance, seedOfRound } from '../soak/chance.ts';
import type { Breach, Law } from './breach.ts';
import { type Judged, judgeCut } from './cuts.ts';
import { judgeSyncs } from './sync-law.ts';
import { type Outcome, type Site, type Trial, run } from './trial.ts';

/** Trials of one kind, and what is promised of them. */
export interface Series {
  readonly name: string;
  readonly trial: Omit<Trial, 'seed' | 'killAfter'>;
  /** How much is said, at least and at most, before the power fails. */
  readonly length: readonly [number, number];
  /** These are not promised. */
  readonly mayBreak: readonly Law[];
  /** One of these has to be found broken: else the cuts show nothing. */
  readonly mustBreak: readonly Law[];
}

const records = { workload: 'records', synchronous: 'full' } as const;
const everything: readonly Law[] = ['whole', 'kept', 'inOrder', 'undivided', 'goesOn', 'synced'];
const lossOfTail: readonly Law[] = ['kept', 'synced'];
const none = { length: [100, 900], mayBreak: [], mustBreak: [] } as const;

export const seriesByName = {
  full: { ...none, name: 'full', trial: { ...records, patches: ['small log'] } },
  'full, as it ships': { ...none, name: 'full, as it ships', trial: records, length: [100, 2_500] },
  normal: {
    ...none,
    name: 'normal',
    trial: { ...records, synchronous: 'normal', patches: ['small log'] },
    mayBreak: lossOfTail,
  },
  tasks: { ...none, name: 'tasks', trial: { ...records, workload: 'tasks' }, length: [40, 300] },
  backups: { ...none, name: 'backups', trial: { ...records, workload: 'backups' }, length: [20, 120] },
  OFF: {
    ...none,
    name: 'OFF',
    trial: { ...records, patches: ['small log', 'off'] },
    mayBreak: everything,
    // What `normal` promises, too.
    mustBreak: everything.filter((law) => !lossOfTail.includes(law)),
  },
  'early answer': {
    ...none,
    name: 'early answer',
    trial: { ...records, patches: ['early answer'] },
    mayBreak: lossOfTail,
    mustBreak: ['synced'],
  },
} as const satisfies Readonly<Record<string, Series>>;

export interface Round {
  readonly seed: number;
  readonly acknowledged: number;
  /** Of the log as a whole. */
  readonly late: readonly Breach[];
  readonly cuts: readonly Judged[];
}

export const breachesOf = ({ late, cuts }: Round): Breach[] => [
  ...late,
  ...cuts.flatMap(({ breaches }) => breaches),
];

/** The breaches that are none of what the series may break. */
export function brokenPromises({ mayBreak }: Series, round: Round): Breach[] {
  return breachesOf(round).filter(({ law }) => !mayBreak.includes(law));
}

const said = ['acknowledged', 'submitted', 'ended', 'canceled', 'copied'];

/** Whether something was found broken that has to be. */
export function isFound({ mustBreak }: Series, breaches: readonly Breach[]): boolean {
  return breaches.some(({ law }) => mustBreak.includes(law));
}

async function cutOften(
  site: Site,
  series: Series,
  log: Outcome,
  seed: number,
  count: number,
): Promise<Judged[]> {
  const judged: Judged[] = [];
  for (let number = 0; number < count; number += 1) {
    const cut = await judgeCut(site, series.trial.workload, log, seedOfRound(seed, number));
    judged.push(cut);
    if (isFound(series, cut.breaches)) break;
  }
  return judged;
}

/**
 * One process, killed at a moment that the seed chooses, and so many power cuts at moments of its life; fewer where one
 * finds what has to be found.
 */
export async function playRound(site: Site, series: Series, seed: number, count: number): Promise<Round> {
  const [least, most] = series.length;
  const killAfter = least + new Chance(seedOfRound(seed, 0)).below(most - least);
  const log = await run(site, { ...series.trial, seed, killAfter });
  return {
    seed,
    acknowledged: log.marks.filter(({ word }) => said.includes(word)).length,
    late: series.trial.workload === 'records' ? judgeSyncs(log) : [],
    cuts: await cutOften(site, series, log, seed, count),
  };
}
