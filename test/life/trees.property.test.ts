import fc from 'fast-check';
import { describe, test, vi } from 'vitest';
import * as trees from './tree-laws.ts';
import { type TreeProgram, treePrograms } from './tree-program.ts';
import { runTree } from './tree-world.ts';

/** How many random trees are tried; more with PROPERTY_RUNS. */
const numRuns = Number(process.env['PROPERTY_RUNS'] ?? 200);

/** One seed for the gate, another for whoever searches: `PROPERTY_SEED=$RANDOM PROPERTY_RUNS=2000`. */
const seed = Number(process.env['PROPERTY_SEED'] ?? 1);

const timeout = 20_000 + numRuns * 300;

async function assertTree(program: TreeProgram, more: typeof trees.lawsOfTrees = {}): Promise<void> {
  const { history, found } = await runTree(program);
  const broken = [...found];
  for (const [name, law] of Object.entries({ ...trees.lawsOfTrees, ...more })) {
    for (const what of law(history)) broken.push(`${name}: ${what}`);
  }
  if (broken.length > 0) throw new Error(`${broken.join('\n')}\n\nThe history:\n${history.toString()}`);
}

describe('whatever trees of tasks do, and whatever is done to them', { timeout }, () => {
  const limits = { interruptAfterTimeLimit: timeout - 5_000, markInterruptAsFailure: true };

  test('every law of a life is kept, and whenever all is quiet the sums, slots and timers are right', () =>
    fc.assert(
      fc.asyncProperty(treePrograms, (program) =>
        assertTree({ ...program, stopMs: undefined }, trees.lawsWithoutStop),
      ),
      { numRuns, seed, ...limits },
    ));

  test('and so it is where the supervisor stops, and another takes up what it left', async () => {
    // XState says so when a body ends whose supervisor's actor has ended.
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    try {
      await fc.assert(
        fc.asyncProperty(treePrograms, (program) => assertTree({ ...program, stopMs: program.stopMs ?? 0 })),
        { numRuns, seed, ...limits },
      );
    } finally {
      warn.mockRestore();
    }
  });

  test('a parent ends last even where the supervisor stops', () =>
    fc.assert(
      fc.asyncProperty(treePrograms, (program) =>
        assertTree({ ...program, schedule: [], stopMs: program.stopMs ?? 0 }, trees.lawsWithoutStop),
      ),
      { numRuns, seed: 7, endOnFailure: true },
    ));
});
