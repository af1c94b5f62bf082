// Hundreds of orders and bad lines in a second: what can come next is chosen by a seed, and a failure comes back.
import { defineTask, isFault } from '../src/index.ts'; // in your project: from 'taskchart'
import { type Simulation, SimulationFailure, simulate } from '../src/testing/index.ts'; // 'taskchart/testing'

// #region scenario
const quick = defineTask({ type: 'quick', run: () => 'done' });

/** A program that takes for granted that it is faster than the task. */
async function hasty(simulation: Simulation) {
  const { supervisor } = await simulation.start({ tasks: [quick] });
  const task = await supervisor.submit(quick);
  for await (const { state } of task.watch()) if (state === 'running') break;
  await task.cancel();
}

/** The same, without that. */
async function careful(simulation: Simulation) {
  const { supervisor } = await simulation.start({
    tasks: [quick],
    faults: { refused: 10, lost: 10 }, // of a hundred calls of the store
  });
  const task = await supervisor.submit(quick);
  await task.cancel().catch((error: unknown) => {
    if (!isFault(error, 'InvalidState')) throw error;
  });
  return (await task.ended()).state;
}
// #endregion

async function failureOf(scenario: (simulation: Simulation) => Promise<unknown>) {
  for (let seed = 1; seed <= 200; seed += 1) {
    try {
      await simulate(seed, scenario);
    } catch (error) {
      if (error instanceof SimulationFailure) return error;
      throw error;
    }
  }
  return undefined;
}

const failure = await failureOf(hasty);
console.log('hasty fails:', isFault(failure?.cause, 'InvalidState'));
const again = simulate(failure?.seed ?? 0, hasty, { schedule: failure?.schedule ?? [] });
console.log(
  'and again:',
  await again.catch((error: unknown) => isFault((error as Error).cause, 'InvalidState')),
);
console.log('careful fails:', (await failureOf(careful)) !== undefined);
const [one, other] = [await simulate(7, careful), await simulate(7, careful)];
console.log('the same seed is the same run:', one.hash === other.hash);

/* Prints:
hasty fails: true
and again: true
careful fails: false
the same seed is the same run: true
*/
