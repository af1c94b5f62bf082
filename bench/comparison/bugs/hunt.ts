import { readFileSync } from 'node:fs';
import { type NotRun, apart } from '../apart.ts';
import type { Command, Setting } from './chart.ts';
import type { Law } from './laws.ts';

export interface Asked {
  /** Of the adapter. */
  readonly name: string;
  readonly setting: Setting;
  readonly leftOut: readonly Command[];
  readonly redisPort: number;
  readonly seed: number;
  readonly runs: number;
}

/** A difference, after so many programs and in so few steps, or how much was tried in vain. */
export type Finding =
  | {
      readonly message: string;
      readonly law: Law | undefined;
      readonly programs: number;
      readonly steps: number;
    }
  | { readonly programs: number; readonly commands: number };

/** Most of it goes into making the sequence shorter; ten times what that takes. */
const deadlineMs = 600_000;

/** Sends random programs to what is behind the adapter and to the chart, in a process of its own. */
export function hunt(asked: Asked): Promise<Finding | NotRun> {
  return apart<Finding>('bugs/hunt-worker.ts', (folder) => [JSON.stringify(asked), folder], deadlineMs);
}

/** So long may an adapter be, all of its file counted. */
export const mostLines = 40;

export function linesOf(name: string): number {
  return readFileSync(new URL(`${name}.ts`, import.meta.url), 'utf8')
    .trimEnd()
    .split('\n').length;
}
