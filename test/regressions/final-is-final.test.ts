import { describe, expect, test } from 'vitest';
import { type TaskRecord, memoryStore } from '../../src/index.ts';
import { answerOf, faultOf } from '../support/fault.ts';
import { gatedStore } from '../support/gated-store.ts';
import { heldBody } from '../support/held-body.ts';
import { quiet } from '../support/quiet.ts';
import { heldWorld, world } from '../support/world.ts';

describe('a canceled task never becomes a success, and keeps its error', () => {
  // vcsim, DBOS #1264, Sidequest #181, Hatchet #2655

  test.for(['commit', 'read'] as const)(
    'when the cancel crosses its start, and every %s is slow',
    async (method) => {
      const store = gatedStore();
      const body = heldBody();
      await using at = await world({ tasks: [body.definition], store });
      await at.supervisor.pause();
      const task = await at.supervisor.submit(body.definition);
      store.hold(method);
      const resuming = at.supervisor.resume();
      const receipt = answerOf(() => task.cancel());
      await quiet();
      store.release();
      await resuming;
      await quiet();
      body.runs[0]?.resolve('done');
      await quiet();
      const canceled = { state: 'error', error: { fault: { name: 'RequestCanceled' } }, runs: 0 };
      const requested = { state: 'success', runs: 1 };
      const outcomes: Record<string, object> = { canceled, requested };
      const info = { ...(await task.info()), runs: body.runs.length };
      expect(info).toMatchObject({ cancelled: true, ...outcomes[await receipt] });
      expect(body.runs.every(({ signal }) => signal.aborted)).toBe(true);
    },
  );

  test('by anything that anybody asks of it afterwards', async () => {
    await using at = await heldWorld();
    const created = await at.supervisor.createTask({ type: 'created', cancelable: true });
    await created.cancel();
    await at.task.cancel();
    at.run.reject(at.run.signal.reason);
    await at.task.ended();
    for (const task of [created, at.task]) {
      const before = await task.info();
      expect(before).toMatchObject({
        state: 'error',
        cancelled: true,
        error: { fault: { name: 'RequestCanceled' } },
      });
      for (const ask of [
        () => task.setState('success', { result: 1 }),
        () => task.setState('running'),
        () => task.setState('queued'),
        () => task.cancel(),
        () => task.updateProgress(1),
        () => task.setDescription('late'),
        () => task.setCancelable(false),
        () => task.setCustomValue('a', 'b'),
      ]) {
        expect(await answerOf(ask)).toBe('InvalidState');
      }
      expect(await task.info()).toEqual(before);
    }
  });

  test('although its body returns after it', async () => {
    await using at = await heldWorld();
    const queued = await at.supervisor.submit(at.body.definition, 2, { delayMs: 1 });
    await queued.cancel();
    await at.clock.advance(1_000);
    expect(at.body.runs.length).toBe(1);
    await faultOf(queued.result(), 'RequestCanceled');
  });
});

describe('progress never comes after the end, nor out of order', () => {
  // BullMQ #2186, bull #951

  test('although its commits are slow', async () => {
    const store = gatedStore();
    await using at = await heldWorld({ store });
    const seen: (number | undefined)[] = [];
    const watching = (async () => {
      for await (const { progress } of at.task.watch()) seen.push(progress);
    })();
    store.hold('commit');
    for (const percentDone of [10, 20, 30]) at.run.task.updateProgress(percentDone);
    await quiet();
    for (const percentDone of [40, 50, 60]) at.run.task.updateProgress(percentDone);
    at.run.resolve('done');
    at.run.task.updateProgress(99);
    await quiet();
    store.release();
    await watching;
    expect(await at.task.info()).not.toHaveProperty('progress');
    const reported = seen.filter((progress) => progress !== undefined);
    expect(reported).toEqual(reported.toSorted((a, b) => a - b));
    expect([seen.at(-1), reported.includes(99)]).toEqual([undefined, false]);
  });
});

test('a finished task is overwritten by nobody who has not seen its end', async () => {
  // River #1302
  const store = memoryStore();
  await using at = await heldWorld({ store });
  const [seen] = await store.records.read([at.task.key]);
  if (!seen) throw new Error('Expected a record.');
  at.run.resolve('done');
  const before = await at.task.ended();
  const { sequence, life } = seen;
  const lost: TaskRecord = {
    ...seen,
    leaf: 'queued',
    sequence: sequence + 1,
    life: { ...life, fence: life.fence + 1 },
  };
  const rescue = [{ kind: 'replace', record: lost, sequence, fence: life.fence }] as const;
  const [verdict] = await store.records.commit([rescue], 'the rescuer', at.clock.now());
  expect(verdict).toMatchObject({ ok: false, records: [{ leaf: 'success' }] });
  await quiet();
  expect(await at.task.info()).toEqual(before);
  expect(at.body.runs.length).toBe(1);
});

test('a task that is not cancelable is not canceled', async () => {
  // vcsim
  const body = heldBody({ cancelable: false });
  await using at = await world({ tasks: [body.definition], concurrency: 1 });
  const [running, queued] = [
    await at.supervisor.submit(body.definition),
    await at.supervisor.submit(body.definition),
  ];
  const run = await body.started();
  for (const task of [running, queued]) await faultOf(task.cancel(), 'NotSupported');
  expect(run.signal.aborted).toBe(false);
  run.resolve('done');
  expect(await running.ended()).toMatchObject({ state: 'success', cancelled: false });
  (await body.started(1)).resolve('done');
  expect(await queued.ended()).toMatchObject({ state: 'success', cancelled: false });
});
