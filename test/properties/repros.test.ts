import { expect, test } from 'vitest';
import { type RecordStore, createSupervisor, defineTask, memoryStore } from '../../src/index.ts';
import { type SimulatedClock, simulatedClock } from '../../src/testing/index.ts';
import { seen } from './seen-store.ts';
import { settled } from '../../src/testing/settle.ts';

// What random programs found, as small as it gets. Each names the law that it broke.

const work = defineTask({ type: 'work', run: ({ sleep }) => sleep(10) });
const noop = defineTask({ type: 'noop', run: () => {} });

/** Whether a promise settles once nothing goes on any more. */
async function settles(promise: PromiseLike<unknown>, clock: SimulatedClock): Promise<boolean> {
  let isSettled = false;
  const note = () => void (isSettled = true);
  promise.then(note, note);
  await clock.advance(120_000);
  return isSettled;
}

test('a watcher never misses the end, though it comes while the record is being read', async () => {
  const clock = simulatedClock();
  const store = memoryStore();
  const held = Promise.withResolvers<void>();
  let isHeld = false;
  // The reading happens at once, its answer comes late.
  const read: RecordStore['read'] = async (keys) => {
    const records = await store.records.read(keys);
    if (isHeld) await held.promise;
    return records;
  };
  const a = await createSupervisor({ tasks: [noop], store, clock, run: false });
  const b = await createSupervisor({ tasks: [noop], store: seen(store, { read }), clock, run: false });
  const { key } = await a.submit(noop);
  const watched = await b.task(key);
  isHeld = true;
  const ended = watched.ended();
  await settled();
  await (await a.task(key)).cancel();
  held.resolve();
  expect(await settles(ended, clock)).toBe(true);
});

test('nothing starts after a stop has resolved, though its claim was under way', async () => {
  const clock = simulatedClock();
  const store = memoryStore();
  const held = Promise.withResolvers<void>();
  const commit: RecordStore['commit'] = async (groups, ...given) => {
    const verdicts = await store.records.commit(groups, ...given);
    if (groups.some((group) => group.some(({ kind }) => kind === 'replace'))) await held.promise;
    return verdicts;
  };
  let runs = 0;
  const counted = defineTask({ type: 'counted', run: () => void (runs += 1) });
  const supervisor = await createSupervisor({
    tasks: [counted],
    store: seen(store, { commit }),
    clock,
    concurrency: 1,
  });
  await supervisor.submit(counted);
  await settled();
  const stopped = supervisor.stop({ waitMs: 0 });
  await clock.advance(1);
  await stopped;
  held.resolve();
  await clock.advance(1_000);
  expect(runs).toBe(0);
});

test('a slot is taken as long as there is a body, though the answer to its claim was lost', async () => {
  const clock = simulatedClock();
  const store = memoryStore();
  let isLost = false;
  const commit: RecordStore['commit'] = async (groups, ...given) => {
    const verdicts = await store.records.commit(groups, ...given);
    const isClaim = verdicts.some(({ ok, records }) => ok && records[0]?.leaf === 'running.active');
    if (isClaim && !isLost) {
      isLost = true;
      throw new Error('The answer is lost.');
    }
    return verdicts;
  };
  const other = await createSupervisor({ tasks: [work], store, clock, run: false });
  const supervisor = await createSupervisor({
    tasks: [work],
    store: seen(store, { commit }),
    clock,
    concurrency: 1,
  });
  const { key } = await other.submit(work);
  await settled();
  await (await other.task(key)).cancel();
  await clock.advance(1_000);
  expect(supervisor.actor.getSnapshot().context.slots).toBe(0);
});

test('stop settles, though the store is lost on the way', async () => {
  const clock = simulatedClock();
  const store = memoryStore();
  let isGone = false;
  const commit: RecordStore['commit'] = (...given) =>
    isGone ? Promise.reject(new Error('It is gone.')) : store.records.commit(...given);
  const supervisor = await createSupervisor({
    tasks: [work],
    store: seen(store, { commit }),
    clock,
    storeRetryMs: 1_000,
  });
  await supervisor.submit(work);
  await settled();
  isGone = true;
  expect(await settles(supervisor.stop(), clock)).toBe(true);
});

test('nothing starts after a pause has resolved, though an older reading of the controls is answered later', async () => {
  const clock = simulatedClock();
  const store = memoryStore();
  const held = Promise.withResolvers<void>();
  let isHeld = false;
  const control: RecordStore['control'] = async () => {
    const found = await store.records.control();
    if (isHeld) {
      isHeld = false;
      await held.promise;
    }
    return found;
  };
  const supervisor = await createSupervisor({ tasks: [noop], store: seen(store, { control }), clock });
  isHeld = true;
  const resumed = supervisor.resume('noop');
  await settled();
  await supervisor.pause();
  held.resolve();
  await resumed;
  const task = await supervisor.submit(noop);
  await clock.advance(100);
  expect((await task.info()).state).toBe('queued');
});

test('a slot is taken once, though the record that the claim was to make was changed elsewhere meanwhile', async () => {
  const clock = simulatedClock();
  const store = memoryStore();
  let isLost = false;
  const commit: RecordStore['commit'] = async (groups, ...given) => {
    const verdicts = await store.records.commit(groups, ...given);
    const isClaim = verdicts.some(({ ok, records }) => ok && records[0]?.leaf === 'running.active');
    if (!isClaim || isLost) return verdicts;
    isLost = true;
    throw new Error('The answer is lost.');
  };
  const other = await createSupervisor({ tasks: [work], store, clock, run: false });
  const slots: number[] = [];
  const supervisor = await createSupervisor({
    tasks: [work],
    store: seen(store, { commit }),
    clock,
    concurrency: 1,
  });
  supervisor.actor.subscribe(({ context }) => void slots.push(context.slots));
  const { key } = await other.submit(work);
  await settled();
  await (await other.task(key)).updateProgress(50);
  await clock.advance(1_000);
  expect((await (await other.task(key)).info()).state).toBe('success');
  expect(Math.max(...slots)).toBe(1);
});
