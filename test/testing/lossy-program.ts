import fc from 'fast-check';
import type { LossyProgram } from './lossy-scenario.ts';

export type { LossyProgram };

/** The last one stays. */
const process = fc.nat({ max: 1 });
const percent = fc.constantFrom(0, 0, 10);

const job = fc.record({
  atMs: fc.oneof(fc.nat({ max: 3_000 }), fc.nat({ max: 40_000 })),
  ms: fc.constantFrom(0, 2_000, 24_000, 60_000, 60_000),
  cancelMs: fc.constantFrom(undefined, undefined, undefined, 1_000, 12_000),
  createdBy: fc.option(fc.nat({ max: 2 }), { nil: undefined, freq: 4 }),
});

/** Who is lost, when, and what there is to do meanwhile. */
export const lossyPrograms: fc.Arbitrary<LossyProgram> = fc.record({
  faults: fc.record({ refused: percent, lost: percent }),
  losses: fc.uniqueArray(
    fc.record({
      process,
      atMs: fc.integer({ min: 2_000, max: 20_000 }),
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
  takerCrashes: fc.option(fc.nat({ max: 6 }), { nil: undefined, freq: 1 }),
  // Often so few that most have nothing to do.
  jobs: fc.oneof(
    fc.array(job, { minLength: 1, maxLength: 2 }),
    fc.array(job, { minLength: 3, maxLength: 8, size: 'max' }),
  ),
});
