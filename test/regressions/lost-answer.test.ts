import { expect, test } from 'vitest';
import { type BodyContext, type Store, createSupervisor, defineTask, memoryStore } from '../../src/index.ts';
import { simulatedClock } from '../../src/testing/index.ts';
import { seen } from '../properties/seen-store.ts';
import { heldBody } from '../support/held-body.ts';

/** A store whose answer to the commit that inserts a task of this type is lost, once. */
function losing(inner: Store, type: string) {
  const told = { lost: false, commits: 0 };
  const store = seen(inner, {
    commit: async (groups, ...rest) => {
      if ((told.commits += 1) > 1_000) return new Promise(() => {});
      const verdicts = await inner.records.commit(groups, ...rest);
      const inserts = groups
        .flat()
        .some((write) => write.kind === 'insert' && write.record.creation.type === type);
      if (!inserts || told.lost) return verdicts;
      told.lost = true;
      throw new Error('The answer was lost.');
    },
  });
  return { store, told };
}

const child = defineTask({ type: 'child', run: () => 'child' });
const parent = defineTask({
  type: 'parent',
  run: async ({ task }: BodyContext): Promise<string> => (await task.spawn(child)).result(),
});
const tasks = [parent, child];

test('a spawn whose answer was lost is answered, though another supervisor ran the child meanwhile', async () => {
  const clock = simulatedClock();
  const inner = memoryStore();
  const { store, told } = losing(inner, 'child');
  const first = await createSupervisor({ tasks, concurrency: 1, store, clock });
  const task = await first.submit(parent);
  await clock.advance(0);
  expect(told.lost).toBe(true);
  // It finds the child, and runs it, before the first tries its commit again.
  await createSupervisor({ tasks, concurrency: 1, store: inner, clock });
  await clock.advance(10_000);
  // Got: more than 1,000 commits, one after the other, and the parent runs for ever.
  expect({ state: (await task.info()).state, busy: told.commits > 1_000 }).toEqual({
    state: 'success',
    busy: false,
  });
});

test('a submit whose answer was lost is answered, though another supervisor ran the task meanwhile', async () => {
  const clock = simulatedClock();
  const inner = memoryStore();
  const { store } = losing(inner, 'child');
  const first = await createSupervisor({ tasks, run: false, store, clock });
  const submitted = first.submit(child).then(
    (task) => task.result(),
    (fault: Error) => fault.message,
  );
  await clock.advance(0);
  await createSupervisor({ tasks, concurrency: 1, store: inner, clock });
  await clock.advance(10_000);
  expect(await submitted).toBe('child'); // got SystemError: Expected a new key, got …
});

test('a cancel whose answer was lost is answered, though another supervisor ended the task meanwhile', async () => {
  const clock = simulatedClock();
  const inner = memoryStore();
  const body = heldBody();
  const there = await createSupervisor({ tasks: [body.definition], store: inner, clock });
  let isLost = false;
  const store = seen(inner, {
    commit: async (...given) => {
      const verdicts = await inner.records.commit(...given);
      if (isLost) return verdicts;
      isLost = true;
      throw new Error('The answer was lost.');
    },
  });
  const here = await createSupervisor({ tasks: [body.definition], run: false, store, clock });
  const { key } = await there.submit(body.definition);
  const run = await body.started();
  const asked = (await here.task(key)).cancel();
  await clock.advance(0);
  run.reject(run.signal.reason);
  await clock.advance(1_000);
  expect(await asked).toBe('requested');
});
