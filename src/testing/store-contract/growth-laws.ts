import assert from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Store } from '../../index.ts';
import {
  insert,
  keepNone,
  next,
  offer,
  pruning,
  queued,
  replace,
  start,
  type StoreLaw,
  taken,
  worker,
} from './samples.ts';

const rounds = 100_000;
/** A record costs a store more than an offer does. */
const recordRounds = 50_000;
const batch = 1_000;

/** What may come and go between two looks at the heap without being growth: so many bytes a round. */
const noisePerRound = 2;

function heapUsed(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  // Twice: what the first frees may hold, by weak references, what only the second can.
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}

/** So many rounds are looked at where one has grown: what leaks does so in all of them, what was compiled late was once. */
const looks = 4;

/**
 * Asserts that further rounds of work leave nothing behind; the first ones make what is made once. One round that has grown
 * is looked at again with those after it, by the same bound for each: also what grows in steps, as a table does.
 */
async function assertNoGrowth(of: number, work: (round: number) => Promise<void>): Promise<void> {
  await work(0);
  await work(1);
  const before = heapUsed();
  await work(2);
  const first = heapUsed() - before;
  if (first < of * noisePerRound) return;
  for (let round = 3; round < 2 + looks; round += 1) await work(round);
  const all = heapUsed() - before;
  assert.ok(
    all < looks * of * noisePerRound,
    `Expected nothing to grow in ${looks} times ${of} rounds, but the heap grew by ${all} bytes, by ${first} in the first.`,
  );
}

async function offerAndWithdraw({ dispatch }: Store, round: number): Promise<void> {
  for (let first = 0; first < rounds; first += batch) {
    const keys = Array.from({ length: batch }, (_, index) => `${round} ${first + index}`);
    await dispatch.offer(
      keys.map((key, index) => offer(key, index % 2 === 0 ? {} : { startAt: start + 1e9 })),
    );
    await dispatch.withdraw(keys);
  }
}

async function insertAndPrune({ records }: Store, round: number): Promise<void> {
  for (let first = 0; first < recordRounds; first += batch) {
    const all = Array.from({ length: batch }, (_, index) => queued(`${round} ${first + index}`));
    await records.commit(
      all.flatMap((record) => [
        [insert(record)],
        [replace(record, next(record, 'success', { completedAt: start }))],
      ]),
      worker,
      start,
    );
    await records.prune(pruning({ success: keepNone, limit: batch }));
  }
}

export const growthLaws: readonly StoreLaw[] = [
  {
    name: 'what was offered and withdrawn leaves nothing behind',
    async run(store) {
      await store.dispatch.offer([offer('stays')]);
      await assertNoGrowth(rounds, (round) => offerAndWithdraw(store, round));
      assert.deepEqual(await taken(store, 9, start + 2e9), ['stays']);
    },
  },
  {
    name: 'what was offered and taken leaves nothing behind',
    async run(store) {
      await assertNoGrowth(rounds, async (round) => {
        for (let first = 0; first < rounds; first += batch) {
          await store.dispatch.offer(
            Array.from({ length: batch }, (_, index) => offer(`${round} ${first + index}`)),
          );
          assert.equal((await taken(store, batch)).length, batch);
        }
      });
    },
  },
  {
    name: 'what has ended and was pruned leaves nothing behind, though an older task still runs',
    async run(store) {
      await store.records.commit([[insert(queued('stays'))]], worker, start);
      await assertNoGrowth(recordRounds, (round) => insertAndPrune(store, round));
      assert.deepEqual(await store.records.counts(), { queued: 1, running: 0, success: 0, error: 0 });
    },
  },
];
