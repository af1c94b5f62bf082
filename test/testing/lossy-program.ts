import fc from 'fast-check';
import type { Job, LossyProgram } from './lossy-scenario.ts';

export type { LossyProgram };

/** The last one stays. */
const process = fc.nat({ max: 1 });
const percent = fc.constantFrom(0, 0, 10);

const never = fc.constant(undefined);

/** At work while somebody is lost. */
const longJob: fc.Arbitrary<Job> = fc.record({
  atMs: fc.nat({ max: 3_000 }),
  onceJoined: never,
  ms: fc.constantFrom(24_000, 60_000),
  cancelMs: fc.constantFrom(undefined, undefined, undefined, 12_000),
  createdBy: never,
});

const anyJob: fc.Arbitrary<Job> = fc.record({
  atMs: fc.nat({ max: 40_000 }),
  onceJoined: never,
  ms: fc.constantFrom(0, 2_000, 24_000, 60_000),
  cancelMs: fc.constantFrom(undefined, undefined, 1_000),
  createdBy: never,
});

/** Its creator is often lost while it has nothing else to do. */
const createdJob: fc.Arbitrary<Job> = fc.record({
  atMs: fc.oneof({ weight: 3, arbitrary: fc.nat({ max: 3_000 }) }, fc.nat({ max: 40_000 })),
  onceJoined: never,
  ms: fc.constantFrom(2_000, 60_000, 60_000, 60_000),
  cancelMs: never,
  createdBy: fc.nat({ max: 2 }),
});

/** Comes just when somebody is back. */
const joinedJob: fc.Arbitrary<Job> = fc.record({
  atMs: fc.constant(0),
  onceJoined: process,
  ms: fc.constantFrom(0, 2_000),
  cancelMs: never,
  createdBy: never,
});

const job = fc.oneof(longJob, anyJob, createdJob, joinedJob);

/** Who is lost, when, and what there is to do meanwhile. */
export const lossyPrograms: fc.Arbitrary<LossyProgram> = fc.record({
  faults: fc.record({ refused: percent, lost: percent }),
  losses: fc.uniqueArray(
    fc.record({
      process,
      // Also later than a lease lasts that nobody needs any more.
      atMs: fc.oneof(fc.integer({ min: 2_000, max: 20_000 }), fc.integer({ min: 12_000, max: 30_000 })),
      how: fc.constantFrom(
        'crash' as const,
        'crash at a commit' as const,
        'short cut' as const,
        'long cut' as const,
        'long cut, then crash' as const,
      ),
    }),
    { minLength: 1, maxLength: 2, size: 'max', selector: (loss) => loss.process },
  ),
  lastComesMs: fc.constantFrom(0, 45_000),
  takerCrashes: fc.option(fc.nat({ max: 4 }), { nil: undefined, freq: 2 }),
  // Often so few that most have nothing to do, that some only drive what they created, or so many that all are busy.
  jobs: fc.oneof(
    fc.array(job, { minLength: 1, maxLength: 2 }),
    { weight: 2, arbitrary: fc.array(createdJob, { minLength: 1, maxLength: 3 }) },
    fc.array(fc.oneof(longJob, joinedJob), { minLength: 4, maxLength: 8, size: 'max' }),
    fc.array(job, { minLength: 3, maxLength: 8, size: 'max' }),
  ),
});
