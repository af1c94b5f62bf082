import { describe, expect, test } from 'vitest';
import { type BodyContext, defineTask } from '../src/index.ts';
import { answerOf, faultOf } from './support/fault.ts';
import { heldBody } from './support/held-body.ts';
import { quiet, standing } from './support/quiet.ts';
import { heldWorld, world } from './support/world.ts';

/** Deeper than any stack. */
const deep = 100_000;

describe('a call from inside of what a call set in motion', () => {
  test('by a watcher that cancels is taken, and the watcher sees its own cancel', async () => {
    await using at = await heldWorld();
    const seen: string[] = [];
    const watching = (async () => {
      for await (const { state, cancelled, progress } of at.task.watch()) {
        seen.push(`${state} ${cancelled}`);
        if (progress === 50) await at.task.cancel();
      }
    })();
    await at.task.updateProgress(50);
    await quiet();
    at.run.reject(at.run.signal.reason);
    await watching;
    expect(seen.slice(-2)).toEqual(['running true', 'error true']);
  });

  test('by an abort listener that cancels again is answered alreadyRequested', async () => {
    await using at = await heldWorld();
    const answers: Promise<string>[] = [];
    at.run.signal.addEventListener('abort', () => answers.push(at.task.cancel(), at.task.cancel()));
    expect(await at.task.cancel()).toBe('requested');
    expect(await Promise.all(answers)).toEqual(['alreadyRequested', 'alreadyRequested']);
  });

  test('by an abort listener that cancels another task is taken', async () => {
    await using at = await heldWorld({ concurrency: 2 });
    const other = await at.supervisor.submit(at.body.definition);
    const run = await at.body.started(1);
    at.run.signal.addEventListener('abort', () => void other.cancel());
    await at.task.cancel();
    await quiet();
    expect(run.signal.aborted).toBe(true);
  });

  test('by an inspection observer that cancels is taken', async () => {
    const body = heldBody();
    let left = 0;
    const answers: Promise<string>[] = [];
    const inspect = () => {
      if (left === 0) return;
      left -= 1;
      answers.push(answerOf(() => task.cancel()));
    };
    await using at = await world({ tasks: [body.definition], inspect });
    const task = await at.supervisor.submit(body.definition);
    const run = await body.started();
    left = 3;
    await task.updateProgress(1);
    await quiet();
    expect((await Promise.all(answers)).toSorted()).toEqual([
      'alreadyRequested',
      'alreadyRequested',
      'requested',
    ]);
    expect(run.signal.aborted).toBe(true);
  });

  test('by an inspection observer that stops the supervisor is taken, and leaves no promise pending', async () => {
    let isTold = false;
    let stopped: Promise<void> | undefined;
    const inspect = () => {
      if (!isTold) return;
      isTold = false;
      stopped = at.supervisor.stop();
    };
    const at = await world({ inspect });
    isTold = true;
    const creating = at.supervisor.createTask({ type: 'created', cancelable: true });
    creating.catch(() => {});
    await stopped;
    expect(await standing(creating)).not.toBe('pending');
  });
});

describe('a body that cancels itself', () => {
  const canceling = (end: (context: BodyContext) => unknown, isAwaited: boolean) =>
    defineTask({
      type: 'self',
      async run(context: BodyContext) {
        const receipt = context.task.cancel();
        if (isAwaited) expect(await receipt).toBe('requested');
        return end(context);
      },
    });

  test.for([true, false])('and returns, is a success (awaited: %s)', async (isAwaited) => {
    const definition = canceling(() => 'done', isAwaited);
    await using at = await world({ tasks: [definition] });
    const task = await at.supervisor.submit(definition);
    expect(await task.ended()).toMatchObject({ state: 'success', cancelled: true, result: 'done' });
  });

  test('and throws its reason, ends RequestCanceled', async () => {
    const definition = canceling(({ signal }) => signal.throwIfAborted(), true);
    await using at = await world({ tasks: [definition] });
    await faultOf((await at.supervisor.submit(definition)).result(), 'RequestCanceled');
  });

  test('and throws something else, ends with that', async () => {
    const definition = canceling(() => Promise.reject(new Error('broken')), true);
    await using at = await world({ tasks: [definition] });
    await faultOf((await at.supervisor.submit(definition)).result(), 'SystemError');
  });

  test('though it is not cancelable is refused, and goes on', async () => {
    const definition = defineTask({
      type: 'self',
      cancelable: false,
      run: async ({ task }: BodyContext) => answerOf(() => task.cancel()),
    });
    await using at = await world({ tasks: [definition] });
    expect(await (await at.supervisor.submit(definition)).result()).toBe('NotSupported');
  });
});

describe(`${deep} calls, each from inside of the one before,`, () => {
  test('of an observer overflow no stack', async () => {
    let left = 0;
    const refusals: unknown[] = [];
    const inspect = () => {
      if (left === 0) return;
      left -= 1;
      at.task.updateProgress(left % 100).catch((error: unknown) => {
        left = 0;
        refusals.push(error);
      });
    };
    const at = await heldWorld({ inspect });
    left = deep;
    const first = at.task.updateProgress(1);
    first.catch(() => {});
    expect([await standing(first), left, refusals]).toEqual(['fulfilled', 0, []]);
  });

  test('of a body are all answered, in order', async () => {
    await using at = await heldWorld();
    for (let index = 0; index < deep; index += 1) at.run.task.updateProgress(index % 100);
    await at.run.task.updateProgress(7);
    expect(await at.task.info()).toMatchObject({ progress: 7 });
  });

  test('of one cancel after the other are one abort', async () => {
    await using at = await heldWorld();
    let aborts = 0;
    at.run.signal.addEventListener('abort', () => (aborts += 1));
    const receipts = await Promise.all(Array.from({ length: deep }, () => at.task.cancel()));
    expect(receipts.filter((receipt) => receipt === 'requested').length).toBe(1);
    expect([aborts, (await at.task.info()).sequence]).toEqual([1, 3]);
  });

  test('of abort listeners overflow no stack: each cancels the next task', async () => {
    const length = 2_000;
    const body = heldBody();
    await using at = await world({ tasks: [body.definition], concurrency: length });
    const tasks = await Promise.all(Array.from({ length }, () => at.supervisor.submit(body.definition)));
    await quiet();
    body.runs.forEach((run, index) => {
      run.signal.addEventListener('abort', () => {
        void tasks[index + 1]?.cancel();
        run.reject(run.signal.reason);
      });
    });
    await tasks[0]?.cancel();
    await at.supervisor.idle();
    expect((await tasks.at(-1)?.info())?.state).toBe('error');
  });
});
