import type { Reply } from './child.ts';
import { cancelLatency, submitLatency } from './latency-worker.ts';
import { bytesPerQueued, heapAfterRounds } from './memory-worker.ts';
import { oracle } from './oracle-worker.ts';
import { perReport, perTaskBesideTimers } from './scale-worker.ts';
import type { SystemName } from './systems.ts';
import { rate } from './throughput-worker.ts';

type Measure = (system: SystemName) => Promise<(asked: never) => Promise<unknown>>;

const jobs: Readonly<Record<string, Measure>> = {
  rate,
  bytesPerQueued,
  heapAfterRounds,
  submitLatency,
  cancelLatency,
  perReport,
  perTaskBesideTimers,
  oracle,
};

const [job = '', system = ''] = process.argv.slice(2);
const opened = jobs[job]?.(system as SystemName) ?? Promise.reject(new Error(`There is no job ${job}.`));
// Told with the first answer.
opened.catch(() => {});

process.on('message', (asked) => {
  opened
    .then((measure) => measure(asked as never))
    .then(
      (value): Reply<unknown> => ({ value }),
      (error: unknown): Reply<unknown> => ({ error: String(error instanceof Error ? error.stack : error) }),
    )
    .then((reply) => process.send?.(reply));
});
process.on('disconnect', () => process.exit());
