import fc from 'fast-check';
import { test } from 'vitest';
import { simulate } from '../../src/testing/index.ts';
import { numRuns, timeout } from '../properties/checking.ts';
import { lossyPrograms } from './lossy-program.ts';
import { lossyScenario } from './lossy-scenario.ts';

test(
  'whoever is lost, what it held ends elsewhere, and no two bodies of a task are at work',
  { timeout },
  () =>
    fc.assert(
      fc.asyncProperty(fc.nat(), lossyPrograms, async (seed, program) => {
        await simulate(seed, lossyScenario(program), { shrinkRuns: 0 });
      }),
      // Each is as long as several programs.
      { numRuns: Math.ceil(numRuns / 4) },
    ),
);
