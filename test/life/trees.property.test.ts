import fc from 'fast-check';
import { describe, test, vi } from 'vitest';
import * as life from '../properties/laws-of-life.ts';
import * as records from '../properties/laws-of-records.ts';
import * as trees from './tree-laws.ts';
import { type TreeProgram, treePrograms } from './tree-program.ts';
import { runTree } from './tree-world.ts';

/** How many random trees are tried; more with PROPERTY_RUNS. */
const numRuns = Number(process.env['PROPERTY_RUNS'] ?? 200);

/** What holds whether or not a supervisor stops in between. */
const laws: Readonly<Record<string, records.HistoryLaw>> = {
  'a task that has ended never changes its outcome': records.finalIsFinal,
  'an error and a result are there only in their own state': records.outcomesBelongToStates,
  'the stamps are in order, and the last is set exactly in a final state': records.stampsAreOrdered,
  'progress is an integer from 0 to 100, and set only while the task runs': records.progressBelongsToRunning,
  'cancelled never goes back, and nobody is canceled who was not asked to be': records.cancelledNeverGoesBack,
  'the sequence grows with every commit': records.sequencesGrow,
  'a watcher sees growing sequences': records.watchersSeeSequencesGrow,
  'a watcher never misses the end': records.finalIsNeverMissed,
  'an actor shows nothing that was not committed': records.actorsFollowTheCommitted,
  'however many cancels come, there is one change and one abort': life.oneCancelCounts,
  'a key that was returned is found at once': life.whatIsReturnedIsThere,
  'every promise settles': life.everythingSettles,
  'a task whose body still runs is never called ended': life.endedMeansGone,
  'two bodies of one task never run at once': life.bodiesNeverOverlap,
  'a cancel that was accepted leads to a final state': trees.cancelsEnd,
  'no attempt starts once a cancel was accepted': trees.nothingStartsOnceCanceled,
};

/** One seed for the gate, another for whoever searches: `PROPERTY_SEED=$RANDOM PROPERTY_RUNS=2000`. */
const seed = Number(process.env['PROPERTY_SEED'] ?? 1);

const timeout = 20_000 + numRuns * 300;

async function assertTree(program: TreeProgram, more: typeof laws = {}): Promise<void> {
  const { history, found } = await runTree(program);
  const broken = [...found];
  for (const [name, law] of Object.entries({ ...laws, ...more })) {
    for (const what of law(history)) broken.push(`${name}: ${what}`);
  }
  if (broken.length > 0) throw new Error(`${broken.join('\n')}\n\nThe history:\n${history.toString()}`);
}

const parentsEndLast = {
  'a parent is never final before its structured children': trees.parentsEndLast,
};

describe('whatever trees of tasks do, and whatever is done to them', { timeout }, () => {
  const limits = { interruptAfterTimeLimit: timeout - 5_000, markInterruptAsFailure: true };

  test('every law of a life is kept, and whenever all is quiet the sums, slots and timers are right', () =>
    fc.assert(
      fc.asyncProperty(treePrograms, (program) =>
        assertTree({ ...program, stopMs: undefined }, parentsEndLast),
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
        assertTree({ ...program, seed: 0, stopMs: program.stopMs ?? 0 }, parentsEndLast),
      ),
      { numRuns, seed: 7, endOnFailure: true },
    ));
});
