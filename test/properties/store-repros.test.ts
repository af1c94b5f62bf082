import { expect, test } from 'vitest';
import { type RecordStore, type Store, createSupervisor, defineTask, memoryStore } from '../../src/index.ts';
import { simulatedClock } from '../../src/testing/index.ts';
import { seen } from './seen-store.ts';
import { settled } from '../../src/testing/settle.ts';

// What random programs found, as small as it gets. Each names the law that it broke.

const noop = defineTask({ type: 'noop', run: () => {} });

test('an event tells of a change only where something has changed', async () => {
  const store = memoryStore();
  await using supervisor = await createSupervisor({ tasks: [noop], store, run: false });
  const told: number[] = [];
  const listening = (async () => {
    for await (const event of supervisor.events()) if (event.kind === 'changed') told.push(event.sequence);
  })();
  const task = await supervisor.submit(noop);
  await Promise.all([
    task.setDescription({ key: 'k', message: 'm' }),
    task.setCustomValue('none'),
    task.setCustomValue('a', 'b'),
  ]);
  const { sequence } = await task.info();
  await supervisor.stop();
  await listening;
  expect([sequence, told]).toEqual([3, [1, 2, 3]]);
});

test.for(['counts', 'prune', 'take', 'offer', 'withdraw'] as const)(
  'one refusal of %s is no end of anything',
  async (method) => {
    const clock = simulatedClock();
    const store = memoryStore();
    let isRefused = false;
    const refuse =
      <A extends unknown[], R>(name: string, call: (...given: A) => PromiseLike<R>) =>
      (...given: A) => {
        if (name !== method || isRefused) return call(...given);
        isRefused = true;
        return Promise.reject(new Error('Not now.'));
      };
    const { records, dispatch } = store;
    const troubled: Store = {
      ...seen(store, {
        counts: refuse('counts', () => records.counts()),
        prune: refuse('prune', (request) => records.prune(request)),
      }),
      dispatch: {
        take: refuse('take', (request) => dispatch.take(request)),
        offer: refuse('offer', (offers) => dispatch.offer(offers)),
        withdraw: refuse('withdraw', (keys) => dispatch.withdraw(keys)),
        offers: (hint) => dispatch.offers(hint),
      },
    };
    const supervisor = await createSupervisor({ tasks: [noop], store: troubled, clock, concurrency: 1 });
    const outcome = (async () => {
      const late = await supervisor.submit(noop, undefined, { delayMs: 10 });
      await late.cancel();
      await supervisor.submit(noop);
      await supervisor.idle();
      return 'idle';
    })().catch((error: Error) => error.name);
    await clock.advance(100_000);
    expect(isRefused).toBe(true);
    expect([
      await Promise.race([outcome, settled().then(() => 'waits')]),
      supervisor.actor.getSnapshot().value,
    ]).toEqual(['idle', 'running']);
  },
);

test('a task that is due starts, though its record could not be read at first', async () => {
  const clock = simulatedClock();
  const store = memoryStore();
  let refused = 0;
  const read: RecordStore['read'] = (keys) =>
    (refused += 1) === 1 ? Promise.reject(new Error('Not now.')) : store.records.read(keys);
  // Another supervisor submits it: what is created elsewhere has to be read.
  const web = await createSupervisor({ tasks: [noop], store, clock, run: false });
  await createSupervisor({ tasks: [noop], store: seen(store, { read }), clock });
  const task = await web.submit(noop);
  await clock.advance(100_000);
  expect((await task.info()).state).toBe('success');
  expect(refused).toBeGreaterThan(0);
});

test('a wall clock that was set back does not stop retention', async () => {
  const clock = simulatedClock();
  const store = memoryStore();
  const none = { maxCount: 0, maxAgeMs: 0 };
  const retention = { minAgeMs: 0, success: none, error: none };
  await using supervisor = await createSupervisor({ tasks: [noop], clock, store, retention });
  const end = async () => (await supervisor.submit(noop)).ended();
  const now = clock.now();
  clock.setWall(now + 86_400_000);
  await end();
  clock.setWall(now);
  for (let index = 0; index < 10; index += 1) await end();
  await clock.advance(3_600_000);
  expect((await store.records.counts()).success).toBeLessThanOrEqual(1);
});

test('a task for which a slot is free is not offered, and one that waits is offered once', async () => {
  const { records, dispatch } = memoryStore();
  const offered: string[] = [];
  const noted: Store['dispatch'] = {
    offer: (offers) => (offered.push(...offers.map(({ key }) => key)), dispatch.offer(offers)),
    withdraw: (keys) => dispatch.withdraw(keys),
    take: (request) => dispatch.take(request),
    offers: (hint) => dispatch.offers(hint),
  };
  const store = { records, dispatch: noted };
  await using supervisor = await createSupervisor({ tasks: [noop], store, concurrency: 1 });
  const [, second] = await Promise.all([supervisor.submit(noop), supervisor.submit(noop)]);
  await supervisor.idle();
  await supervisor.submit(noop);
  await supervisor.idle();
  await settled();
  expect(offered).toEqual([second.key]);
});
