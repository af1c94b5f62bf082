import type { Command, Setting } from './chart.ts';
import type { Law } from './laws.ts';

/** A published package, what it is set to, and what is known to be wrong with it. The search is told nothing of the latter. */
export interface Hunt {
  /** The npm package, and the name of its adapter. */
  readonly peer: string;
  readonly below: readonly string[];
  readonly needsRedis: boolean;
  readonly setting: Setting;
  /** What the peer does not offer. */
  readonly leftOut: readonly Command[];
  /** Without this command the peer is as the chart. */
  readonly trigger: Command;
  /** Expected to be found broken within so many random programs. */
  readonly law: Law;
  readonly runs: number;
}

export const hunts: readonly Hunt[] = [
  {
    peer: 'p-queue',
    below: [],
    needsRedis: false,
    setting: { slots: 1, attempts: 1 },
    leftOut: [],
    trigger: 'CANCEL',
    law: 'slots',
    runs: 100,
  },
  {
    peer: 'bullmq',
    below: [],
    needsRedis: true,
    setting: { slots: 2, attempts: 2 },
    leftOut: [],
    trigger: 'CANCEL',
    law: 'again',
    runs: 100,
  },
  {
    peer: 'plainjob',
    below: ['better-sqlite3'],
    needsRedis: false,
    setting: { slots: 2, attempts: 1 },
    leftOut: ['CANCEL'],
    trigger: 'WAIT',
    law: 'twice',
    runs: 200,
  },
];
