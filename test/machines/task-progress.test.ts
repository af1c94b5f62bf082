import { describe, expect, test } from 'vitest';
import { createSupervisor } from '../../src/index.ts';
import { answerOf, faultOf } from '../support/fault.ts';
import { heldBody } from '../support/held-body.ts';

async function running(options: { strictBounds?: boolean } = {}) {
  const supervisor = await createSupervisor({ tasks: [], ...options });
  const task = await supervisor.createTask({ type: 'created', cancelable: true });
  await task.setState('running');
  return { supervisor, task, [Symbol.asyncDispose]: () => supervisor.stop() };
}

describe('progress', () => {
  test.for([
    [-1, 0],
    [-0, 0],
    [0, 0],
    [0.999, 0],
    [1, 1],
    [33.9, 33],
    [99.999, 99],
    [100, 100],
    [100.5, 100],
    [1e9, 100],
    [Number.MAX_VALUE, 100],
    [-Number.MAX_VALUE, 0],
    [Number.MIN_VALUE, 0],
  ] as const)('%d is %d: clamped, and rounded down', async ([given, shown]) => {
    await using scene = await running();
    await scene.task.updateProgress(given);
    expect((await scene.task.info()).progress).toBe(shown);
  });

  test('may go down', async () => {
    await using scene = await running();
    for (const percentDone of [80, 20, 50, 0]) {
      await scene.task.updateProgress(percentDone);
      expect((await scene.task.info()).progress).toBe(percentDone);
    }
  });

  test('of 100 does not complete a task', async () => {
    await using scene = await running();
    await scene.task.updateProgress(100);
    expect(await scene.task.info()).toMatchObject({ state: 'running', progress: 100 });
  });

  test('that is the same again is accepted and is no change', async () => {
    await using scene = await running();
    await scene.task.updateProgress(40);
    const before = await scene.task.info();
    await scene.task.updateProgress(40.7);
    expect(await scene.task.info()).toEqual(before);
  });

  test.for(['queued', 'success', 'error'] as const)(
    'is unset before the first report, and again in %s',
    async (state) => {
      await using scene = await running();
      const { task } = scene;
      expect(await task.info()).not.toHaveProperty('progress');
      await task.updateProgress(40);
      expect(await task.info()).toHaveProperty('progress', 40);
      await task.setState(state);
      expect(await task.info()).not.toHaveProperty('progress');
      expect(await answerOf(() => task.updateProgress(50))).toBe('InvalidState');
      if (state !== 'queued') return;
      await task.setState('running');
      expect(await task.info()).not.toHaveProperty('progress');
    },
  );

  test("of a body is its task's, and goes with it", async () => {
    const body = heldBody();
    await using supervisor = await createSupervisor({ tasks: [body.definition] });
    const task = await supervisor.submit(body.definition);
    const run = await body.started();
    await run.task.updateProgress(12.5);
    expect(await task.info()).toHaveProperty('progress', 12);
    await task.cancel();
    await run.task.updateProgress(13);
    expect(await task.info()).toMatchObject({ progress: 13, cancelled: true });
    run.resolve();
    expect(await task.ended()).not.toHaveProperty('progress');
  });

  test.for([-1, -0.001, 100.001, 101, Number.MAX_VALUE])(
    'of %d is OutOfBounds with strictBounds',
    async (percentDone) => {
      await using scene = await running({ strictBounds: true });
      await scene.task.updateProgress(40);
      const before = await scene.task.info();
      const fault = await faultOf(scene.task.updateProgress(percentDone), 'OutOfBounds');
      expect(fault.message).toBe(`Expected percentDone to be from 0 to 100, got ${percentDone}.`);
      expect(fault).toHaveProperty('argumentName', 'percentDone');
      expect(await scene.task.info()).toEqual(before);
    },
  );

  test.for([0, 0.5, 99.9, 100])('of %d is within strict bounds', async (percentDone) => {
    await using scene = await running({ strictBounds: true });
    await scene.task.updateProgress(percentDone);
    expect(await scene.task.info()).toHaveProperty('progress', Math.floor(percentDone));
  });

  test('out of bounds in a state that takes no progress is InvalidState, even with strictBounds', async () => {
    await using scene = await running({ strictBounds: true });
    await scene.task.setState('queued');
    expect(await answerOf(() => scene.task.updateProgress(101))).toBe('InvalidState');
  });
});
