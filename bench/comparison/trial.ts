import { type NotRun, apart } from './apart.ts';
import type { Outcome } from './scenario.ts';

/** An outcome, or why there is none. */
export type Verdict = Outcome | NotRun;

/** For one side of one scenario, start of the process included: ten times what the slowest one takes. */
const deadlineMs = 90_000;

/** Runs one side of the scenario at that place in the list, in a process and a folder of its own. Both are gone after it. */
export function trial(index: number, side: 'peer' | 'taskchart', redisPort: number): Promise<Verdict> {
  const args = (folder: string) => [String(index), side, folder, String(redisPort)];
  return apart<Outcome>('trial-worker.ts', args, deadlineMs);
}
