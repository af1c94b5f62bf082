import fc from 'fast-check';
import assert from 'node:assert/strict';
import { test, vi } from 'vitest';
import { createSupervisor, defineTask, isFault, memoryStore, type Store } from '../../src/index.ts';
import { simulatedClock, simulatedRandom } from '../../src/testing/index.ts';
import { numRuns, timeout } from './checking.ts';
import { Turns } from './turns.ts';

interface Loss {
  readonly seed: number;
  /** The store is gone after so many calls: what is asked then is refused, or never answered. */
  readonly calls: number;
  readonly isSilent: boolean;
  readonly tasks: number;
  /** When it is stopped: before it may have noticed, or after. */
  readonly stopsAfterMs: number;
}

const losses: fc.Arbitrary<Loss> = fc.record({
  seed: fc.nat(),
  calls: fc.integer({ min: 3, max: 30 }),
  isSilent: fc.boolean(),
  tasks: fc.integer({ min: 1, max: 5 }),
  stopsAfterMs: fc.constantFrom(0, 500, 5_000),
});

function losing(inner: Store, { calls, isSilent }: Loss, turns: Turns): Store {
  let left = calls;
  const call = <T>(happen: () => PromiseLike<T>): Promise<T> => {
    left -= 1;
    if (left >= 0) return turns.call(happen);
    return isSilent ? new Promise(() => {}) : Promise.reject(new Error('The store is gone.'));
  };
  const { records, dispatch } = inner;
  return {
    dispatch,
    records: {
      commit: (...given) => call(() => records.commit(...given)),
      read: (...given) => call(() => records.read(...given)),
      query: (...given) => turns.call(() => records.query(...given)),
      counts: () => call(() => records.counts()),
      control: () => turns.call(() => records.control()),
      setControl: (...given) => call(() => records.setControl(...given)),
      changes: (...given) => records.changes(...given),
      prune: (...given) => call(() => records.prune(...given)),
    },
  };
}

/** Everything that may be awaited of a supervisor whose store is lost on the way; what of it has not settled at the end. */
async function unsettled(loss: Loss): Promise<string[]> {
  const turns = new Turns(loss.seed);
  const clock = simulatedClock({ settle: () => turns.all() });
  const work = defineTask({ type: 'work', run: ({ sleep }) => sleep(10) });
  const waiting = new Set<string>();
  const ask = (what: string, promise: PromiseLike<unknown>): void => {
    waiting.add(what);
    const settled = () => void waiting.delete(what);
    const failed = (error: unknown) => (
      settled(),
      assert.ok(isFault(error) || /gone/.test(String(error)), String(error))
    );
    promise.then(settled, failed);
  };
  const store = losing(memoryStore(), loss, turns);
  const opening = createSupervisor({
    tasks: [work],
    concurrency: 2,
    store,
    storeRetryMs: 1_000,
    clock,
    random: simulatedRandom(1),
    turns,
  });
  await turns.all();
  const supervisor = await opening;
  for (let index = 0; index < loss.tasks; index += 1) {
    const submitted = supervisor.submit(work);
    ask(`submit ${index}`, submitted);
    submitted.then(
      (task) => {
        for (const what of ['result', 'ended', 'cancel', 'info'] as const)
          ask(`${what} ${index}`, task[what]());
      },
      () => {},
    );
    await turns.some(index * 3);
  }
  ask('idle', supervisor.idle());
  await clock.advance(loss.stopsAfterMs);
  ask('stop', supervisor.stop());
  await clock.advance(60_000);
  // What asks the store itself, and nothing else, waits as long as the store does.
  return [...waiting].filter((what) => !(loss.isSilent && what.startsWith('info')));
}

test('every promise settles, though the store is lost for good', { timeout }, async () => {
  const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
  try {
    await fc.assert(
      fc.asyncProperty(losses, async (loss) => assert.deepEqual(await unsettled(loss), [])),
      { numRuns },
    );
  } finally {
    warned.mockRestore();
  }
});
