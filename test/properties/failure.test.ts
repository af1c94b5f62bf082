import fc from 'fast-check';
import assert from 'node:assert/strict';
import { describe, test, vi } from 'vitest';
import { defineTask, isFault } from '../../src/index.ts';
import { type Simulation, simulate } from '../../src/testing/index.ts';
import { rest } from '../support/rest.ts';
import { type StoreKind, onStore, stores } from '../support/stores.ts';
import { runsOn, timeout } from './checking.ts';
import { schedules } from './schedules.ts';

interface Loss {
  readonly seed: number;
  readonly schedule: readonly number[];
  /** The store is gone after so many moments: what is asked then is refused, or never answered. */
  readonly moments: number;
  readonly isSilent: boolean;
  readonly tasks: number;
  /** When it is stopped: before it may have noticed, or after. */
  readonly stopsAfterMs: number;
}

const losses: fc.Arbitrary<Loss> = fc.record({
  seed: fc.nat(),
  schedule: schedules,
  moments: fc.nat({ max: 12 }),
  isSilent: fc.boolean(),
  tasks: fc.integer({ min: 1, max: 5 }),
  stopsAfterMs: fc.constantFrom(0, 500, 5_000),
});

/** What is waited for, until it settles. */
class Waiting {
  readonly names = new Set<string>();

  ask(what: string, promise: PromiseLike<unknown>): void {
    this.names.add(what);
    const settled = () => void this.names.delete(what);
    promise.then(settled, (error: unknown) => {
      settled();
      assert.ok(isFault(error), String(error));
    });
  }
}

const work = defineTask({ type: 'work', run: ({ sleep }) => sleep(10) });

/** Everything that may be awaited of a supervisor whose store is lost on the way, in this order of events. */
async function lose(loss: Loss, simulation: Simulation, waiting: Waiting): Promise<void> {
  const { supervisor, line } = await simulation.start({ tasks: [work], concurrency: 2, storeRetryMs: 1_000 });
  const losing = (async () => {
    for (let moment = 0; moment < loss.moments; moment += 1) await simulation.sleep(0);
    if (loss.isSilent) line.silence();
    else line.disconnect();
  })();
  for (let index = 0; index < loss.tasks; index += 1) {
    const submitted = supervisor.submit(work);
    waiting.ask(`submit ${index}`, submitted);
    submitted.then(
      (task) => {
        for (const what of ['result', 'ended', 'cancel', 'info'] as const)
          waiting.ask(`${what} ${index}`, task[what]());
      },
      () => {},
    );
    await simulation.sleep(0);
  }
  waiting.ask('idle', supervisor.idle());
  await losing;
  // Who asks for an end when the supervisor has failed asks the store itself, and a silent one for ever.
  if (loss.isSilent) await rest(simulation, 0);
  await simulation.sleep(loss.stopsAfterMs);
  waiting.ask('stop', supervisor.stop());
  await rest(simulation, 60_000);
}

/** What has not settled when all is over. */
async function unsettled(loss: Loss, kind: StoreKind): Promise<string[]> {
  const waiting = new Waiting();
  const scenario = (simulation: Simulation) => lose(loss, simulation, waiting);
  const { seed, schedule } = loss;
  await onStore(kind, (store) =>
    simulate(seed, scenario, { schedule, shrinkRuns: 0, openStore: () => store }),
  );
  // What asks the store itself, and nothing else, waits as long as the store does.
  return [...waiting.names].filter((what) => !(loss.isSilent && what.startsWith('info')));
}

describe.for(stores)('on the store $name', { timeout }, (kind) => {
  test('every promise settles, though the store is lost for good', async () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    try {
      await fc.assert(
        fc.asyncProperty(losses, async (loss) => assert.deepEqual(await unsettled(loss, kind), [])),
        { numRuns: runsOn(kind) },
      );
    } finally {
      warned.mockRestore();
    }
  });
});
