import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Chance, seedOfRound } from '../soak/chance.ts';
import type { Breach } from './breach.ts';
import { judgeCopies } from './copy-laws.ts';
import { type Cut, restore } from './disk.ts';
import { judgeImage } from './image.ts';
import type { Entry, Log } from './log.ts';
import { judgeRecords } from './record-laws.ts';
import { judgeTasks } from './task-laws.ts';
import type { Site, Workload } from './trial.ts';

/** A cut, and what was broken by it. */
export interface Judged extends Cut {
  readonly seed: number;
  readonly breaches: readonly Breach[];
}

/** Where the order of things matters most: around a sync, a name that changes, a file that gets shorter. */
const isTurn = ({ kind }: Entry) => kind !== 'written';

function momentOf({ entries, marks }: Log, chance: Chance): number {
  const turns = entries.flatMap((entry, at) => (isTurn(entry) ? [at] : []));
  const any = () => chance.below(entries.length + 1);
  const moments = {
    any,
    // While the file is made.
    early: () => chance.below(Math.min(entries.length, 150) + 1),
    turn: () => (chance.among(turns) ?? 0) + chance.below(3),
    acknowledged: () => chance.among(marks)?.at ?? any(),
    last: () => entries.length,
  };
  const chosen = chance.weighted({ any: 35, early: 10, turn: 30, acknowledged: 15, last: 10 });
  return Math.min(moments[chosen](), entries.length);
}

/** The cut that a seed chooses. */
export function cutOf(log: Log, seed: number): Cut {
  const chance = new Chance(seed);
  const at = momentOf(log, chance);
  const fate = chance.weighted({ nothing: 30, 'a beginning': 25, 'any sectors': 40, everything: 5 });
  return { at, fate };
}

/** Cuts the power once, and looks at what is left. */
export async function judgeCut(site: Site, workload: Workload, log: Log, seed: number): Promise<Judged> {
  const cut = cutOf(log, seed);
  const folder = join(site.path, `image ${seed}`);
  mkdirSync(folder);
  restore(folder, log.entries, cut, new Chance(seedOfRound(seed, 1)));
  const marks = log.marks.filter(({ at }) => at <= cut.at);
  const ofRecords = marks.filter(({ word }) => word === 'sent' || word === 'acknowledged');
  const breaches = await judgeImage(join(folder, 'tasks.db'), (store, records) =>
    workload === 'tasks' ? judgeTasks(marks, records, store) : judgeRecords(ofRecords, records),
  );
  const copies = workload === 'backups' ? await judgeCopies(folder, marks) : [];
  rmSync(folder, { recursive: true });
  return { ...cut, seed, breaches: [...breaches, ...copies] };
}
