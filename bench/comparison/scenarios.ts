import { bullmqCancel } from './bullmq-cancel.ts';
import { bullmqProgress } from './bullmq-progress.ts';
import { pQueueAbort } from './p-queue-abort.ts';
import { pQueueClear } from './p-queue-clear.ts';
import { pgBossCancel } from './pg-boss-cancel.ts';
import { piscinaAbort } from './piscina-abort.ts';
import { plainjobWait } from './plainjob-wait.ts';
import type { Scenario } from './scenario.ts';

/** All of them, in the order of the table. Each loads its peer when that runs, so that a missing one takes no other along. */
export const scenarios: readonly Scenario[] = [
  pQueueAbort,
  pQueueClear,
  bullmqCancel,
  bullmqProgress,
  pgBossCancel,
  plainjobWait,
  piscinaAbort,
];
