import { expect, test } from 'vitest';
import { type Store, memoryStore } from '../src/index.ts';
import { simulatedClock } from '../src/testing/index.ts';
import { faultOf } from './support/fault.ts';
import { heldBody } from './support/held-body.ts';
import { quiet } from './support/quiet.ts';
import { world } from './support/world.ts';

/** A store that can be written, and whose records cannot be read while the test says so. */
function unreadable(inner: Store) {
  const state = { isUnreadable: false };
  const { records, dispatch } = inner;
  const own: Store['records'] = {
    commit: (...given) => records.commit(...given),
    read: (keys) => (state.isUnreadable ? Promise.reject(new Error('unreadable')) : records.read(keys)),
    query: (query) => records.query(query),
    journal: (key) => records.journal(key),
    counts: () => records.counts(),
    changes: (...given) => records.changes(...given),
    prune: (request) => records.prune(request),
    control: () => records.control(),
    setControl: (...given) => records.setControl(...given),
  };
  return { state, store: { dispatch, records: own } };
}

test('the end of a body is not lost where its record cannot be read for long', async () => {
  const inner = memoryStore();
  const clock = simulatedClock();
  const { state, store } = unreadable(inner);
  const body = heldBody();
  const tasks = [body.definition];
  await using web = await world({ tasks, store: inner, clock, run: false });
  await using at = await world({ tasks, store, clock, storeRetryMs: 1_000 });
  const task = await web.supervisor.submit(body.definition);
  const run = await body.started();
  const here = await at.supervisor.task(task.key);
  state.isUnreadable = true;
  await task.setDescription('a hint, and the worker reads');
  await quiet();
  const asked = faultOf(here.updateProgress(10), 'StoreFailed');
  run.resolve('done');
  await clock.advance(5_000);
  await asked;
  expect(await task.info()).toMatchObject({ state: 'success', result: 'done' });
  expect(at.supervisor.actor.getSnapshot().context.slots).toBe(0);
});
