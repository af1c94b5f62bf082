import fc from 'fast-check';
import { afterEach, beforeEach, describe, test, vi } from 'vitest';
import { numRuns, runsOn, seed } from '../properties/checking.ts';
import { type StoreKind, stores } from '../support/stores.ts';
import * as trees from './tree-laws.ts';
import { type TreeProgram, treePrograms } from './tree-program.ts';
import { runTree } from './tree-world.ts';

const timeout = 20_000 + numRuns * 300;

async function assertTree(
  program: TreeProgram,
  more: typeof trees.lawsOfTrees = {},
  kind?: StoreKind,
): Promise<void> {
  const { history, found } = await runTree(program, kind);
  const broken = [...found];
  for (const [name, law] of Object.entries({ ...trees.lawsOfTrees, ...more })) {
    for (const what of law(history)) broken.push(`${name}: ${what}`);
  }
  if (broken.length > 0) throw new Error(`${broken.join('\n')}\n\nThe history:\n${history.toString()}`);
}

describe('whatever trees of tasks do, and whatever is done to them', { timeout }, () => {
  // XState says so when a body ends whose supervisor's actor has ended.
  beforeEach(() => void vi.spyOn(console, 'warn').mockImplementation(() => {}));
  afterEach(() => void vi.restoreAllMocks());

  const limits = { interruptAfterTimeLimit: timeout - 5_000, markInterruptAsFailure: true };

  test('every law of a life is kept, and whenever all is quiet the sums, slots and timers are right', () =>
    fc.assert(
      fc.asyncProperty(treePrograms, (program) =>
        assertTree({ ...program, stopMs: undefined }, trees.lawsWithoutStop),
      ),
      { numRuns, seed, ...limits },
    ));

  test('and so it is where the supervisor stops, and another takes up what it left', () =>
    fc.assert(
      fc.asyncProperty(treePrograms, (program) => assertTree({ ...program, stopMs: program.stopMs ?? 0 })),
      { numRuns, seed, ...limits },
    ));

  test.for(stores.slice(1))('every law is kept on the store $name', (kind) =>
    fc.assert(
      fc.asyncProperty(treePrograms, (program) => assertTree(program, {}, kind)),
      { numRuns: runsOn(kind), seed, ...limits },
    ),
  );

  test('a parent ends last even where the supervisor stops', () =>
    fc.assert(
      fc.asyncProperty(treePrograms, (program) =>
        assertTree({ ...program, schedule: [], stopMs: program.stopMs ?? 0 }, trees.lawsWithoutStop),
      ),
      { numRuns, seed: 7, endOnFailure: true },
    ));
});
