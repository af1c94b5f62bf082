import type { Stage } from '../scenario.ts';
import type { Setting } from './chart.ts';

/** A queue as its users drive it. Jobs are named by their numbers, counted from 1. */
export interface Queue {
  readonly add: (job: number) => unknown;
  /** Asks that the job end, whether it waits, runs or has ended. Left out: this queue knows of no cancel. */
  readonly cancel?: (job: number) => unknown;
  /** Time passes, for whoever looks at the clock. Left out: nothing in this queue does. */
  readonly pass?: (ms: number) => unknown;
  /** What was set in motion has come to rest, or has had the time to. */
  readonly rest: () => Promise<unknown>;
  /** Starts no more jobs, and waits for the bodies that run. */
  readonly close: () => unknown;
}

/** Opens an empty queue of that setting. All that it runs is `body`, which goes on until it is told to end. */
export type Adapter = (
  setting: Setting,
  body: (job: number) => Promise<void>,
  stage: Stage,
) => Queue | Promise<Queue>;
