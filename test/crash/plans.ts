import { Chance, seedOfRound } from '../soak/chance.ts';
import type { Death } from './dying-store.ts';
import type { RoundPlan } from './round.ts';

/** So many die on one file: each finds what the ones before it left. */
export const deathsPerRound = 4;

/** Beyond these a workload has done all that it does, and begins to repeat itself. */
const calls = 60;
const whens = ['before', 'sent', 'answered'] as const;

/** How those of this round die. Most at a call of their store, one call after the other; the rest anywhere. */
export function planOf(seed: number, round: number, deaths = deathsPerRound): RoundPlan {
  const first = round * (deathsPerRound - 1);
  const chance = new Chance(seedOfRound(seed, round));
  const inTurn = Array.from({ length: deaths - 1 }, (_, index) => deathAt(seed + first + index));
  return { seed: chance.seed(), deaths: [...inTurn, undefined], beside: chance.percent(50) };
}

function deathAt(turn: number): Death {
  const when = whens[turn % whens.length] ?? 'before';
  return { call: 1 + (Math.floor(turn / whens.length) % calls), when };
}
