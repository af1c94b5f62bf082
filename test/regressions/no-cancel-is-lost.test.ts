import { describe, expect, test } from 'vitest';
import { taskMachine } from '../../machines/index.ts';
import { defineTask } from '../../src/index.ts';
import { faultOf } from '../support/fault.ts';
import { arrowsOf, stateNodes } from '../support/graph.ts';
import { quiet } from '../support/quiet.ts';
import { heldWorld, world } from '../support/world.ts';

describe('a failure after an accepted cancel is never retried', () => {
  // BullMQ (attempts: 2), Effect #7183

  test.for<[string, (reason: unknown) => unknown, string]>([
    ['its reason', (reason) => reason, 'RequestCanceled'],
    ['an error of its own', () => new Error('broken'), 'SystemError'],
  ])('when the body throws %s', async ([, thrown, name]) => {
    let runs = 0;
    const started = Promise.withResolvers<void>();
    const definition = defineTask({
      type: 'retried',
      retry: { maxAttempts: 5, backoff: { kind: 'exponential', baseMs: 1, maxMs: 10, jitter: 'none' } },
      async run({ signal }) {
        runs += 1;
        started.resolve();
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
        throw thrown(signal.reason);
      },
    });
    await using at = await world({ tasks: [definition] });
    const task = await at.supervisor.submit(definition);
    await started.promise;
    expect(await task.cancel()).toBe('requested');
    await at.clock.advance(60_000);
    expect(runs).toBe(1);
    expect(await task.info()).toMatchObject({ state: 'error', cancelled: true, error: { fault: { name } } });
  });

  test('nor is a task that waits for its next attempt run again once it is canceled', async () => {
    let runs = 0;
    const definition = defineTask({
      type: 'retried',
      retry: {
        maxAttempts: 5,
        backoff: { kind: 'exponential', baseMs: 1_000, maxMs: 1_000, jitter: 'none' },
      },
      run() {
        runs += 1;
        throw new Error('broken');
      },
    });
    await using at = await world({ tasks: [definition] });
    const task = await at.supervisor.submit(definition);
    await quiet();
    expect(await task.info()).toMatchObject({ state: 'queued', attempt: 2 });
    expect(await task.cancel()).toBe('canceled');
    await at.clock.advance(60_000);
    expect(runs).toBe(1);
    await faultOf(task.result(), 'RequestCanceled');
  });
});

describe('every state that is not final takes a cancel', () => {
  // Trigger.dev #3421: a new state was forgotten

  const leaves = stateNodes(taskMachine).filter(({ type }) => type === 'atomic');
  test.for(leaves.map((leaf) => [leaf.id, leaf] as const))('%s', ([, leaf]) => {
    const answers = [];
    for (let node: typeof leaf | undefined = leaf; node; node = node.parent as typeof leaf | undefined) {
      answers.push(...arrowsOf(node).filter(({ event }) => event === 'CANCEL'));
    }
    const accepted = answers.filter(({ outcome }) =>
      ['canceled', 'requested', 'alreadyRequested'].includes(outcome ?? ''),
    );
    expect(accepted.length).toBeGreaterThan(0);
    // The last one is taken whatever the guards before it say.
    expect(answers.at(-1)).toMatchObject({ guard: undefined, outcome: accepted.at(-1)?.outcome });
  });

  test('and there is no other state', () => {
    const final = stateNodes(taskMachine).filter(({ type }) => type === 'final');
    expect(final.map(({ key }) => key)).toEqual(['success', 'error']);
  });
});

test('a cancel that a client of another handle asks for reaches the body', async () => {
  await using at = await heldWorld();
  const other = await at.supervisor.task(at.task.key);
  expect(await other.cancel()).toBe('requested');
  expect(at.run.signal.aborted).toBe(true);
});
