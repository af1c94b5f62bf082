import { expect, test } from 'vitest';
import { type BodyContext, createSupervisor, defineTask } from '../src/index.ts';
import { simulatedClock } from '../src/testing/index.ts';
import { faultOf } from './support/fault.ts';
import { onStore, stores } from './support/stores.ts';

const work = defineTask({
  type: 'work',
  async run({ task, sleep }: BodyContext) {
    await task.updateProgress(10);
    await task.updateProgress(20);
    await sleep(1_000);
  },
});

const begun = [
  ['START', 'ok', 'running.active'],
  ['UPDATE_PROGRESS', 'ok', 'running.active'],
  ['UPDATE_PROGRESS', 'ok', 'running.active'],
];
const ended = [
  ['CANCEL', 'requested', 'running.canceling'],
  ['BODY_THREW', 'ok', 'error'],
];

test.for([
  ['none', []],
  ['transitions', [begun[0], ...ended]],
  ['all', [...begun, ...ended]],
] as const)(
  'with `journal: %s` the journal of a task says how it came to its end',
  async ([journal, expected]) => {
    for (const kind of stores)
      await onStore(kind, async (store) => {
        await using supervisor = await createSupervisor({ tasks: [work], store, journal });
        const task = await supervisor.submit(work);
        for await (const { progress } of task.watch()) if (progress === 20) break;
        await task.cancel();
        const info = await task.ended();
        const steps = await task.journal();
        expect(steps.map(({ event, outcome, leaf }) => [event, outcome, leaf])).toEqual(expected);
        expect(steps.at(-1)?.sequence ?? info.sequence).toBe(info.sequence);
        for (const { at } of steps) expect(at).toBeInstanceOf(Date);
      });
  },
);

test('a wrong `journal` is refused, and that of a task that is not there as well', async () => {
  await faultOf(createSupervisor({ tasks: [], journal: 'some' as never }), 'InvalidArgument');
  const clock = simulatedClock();
  const retention = { success: { maxCount: 0 }, minAgeMs: 0 };
  const quick = defineTask({ type: 'quick', run: () => 1 });
  await using supervisor = await createSupervisor({ tasks: [quick], clock, retention });
  const task = await supervisor.submit(quick);
  await task.ended();
  await clock.advance(10_000);
  await faultOf(task.journal(), 'ManagedObjectNotFound');
});
