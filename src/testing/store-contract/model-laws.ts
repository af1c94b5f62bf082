import assert from 'node:assert/strict';
import type { Random } from '../../index.ts';
import { simulatedRandom } from '../simulated-random.ts';
import { DispatchModel } from './dispatch-model.ts';
import { RecordModel } from './record-model.ts';
import { insert, next, offer, pruning, queued, replace, start, type StoreLaw, worker } from './samples.ts';
import type { Group, Store, Write } from '../../index.ts';

const seeds = [1, 2, 3, 4, 5, 6, 7, 8];
const steps = 250;

/** Draws from a small world, so that what is drawn meets what was drawn before. */
class Draw {
  readonly #random: Random;

  constructor(seed: number) {
    this.#random = simulatedRandom(seed);
  }

  below(limit: number): number {
    return Math.floor(this.#random.fraction() * limit);
  }

  of<T>(values: readonly T[]): T {
    return values[this.below(values.length)] as T;
  }

  some<T>(values: readonly T[]): T[] | undefined {
    return this.of([undefined, undefined, values.filter(() => this.below(2) === 0)]);
  }
}

const types = ['x', 'y', 'z'];
const leaves = ['queued', 'running.active', 'running.canceling', 'success', 'error'];

function write(draw: Draw, model: RecordModel, key: string, now: number): Write {
  const present = model.read(key);
  const kind = draw.below(12);
  if (kind === 0)
    return { kind: 'add', key, open: draw.below(3) - 1, weight: draw.below(3), done: draw.below(90) };
  if (kind === 1)
    return {
      kind: 'reserve',
      name: `n${draw.below(6)}`,
      key,
      digest: undefined,
      expiresAt: now + draw.below(90),
      owner: undefined,
    };
  if (!present || kind === 2) {
    const tag = draw.of([undefined, 't', 'u']);
    return insert(queued(key, { type: draw.of(types), changeTag: tag, entity: draw.of([undefined, 'e']) }));
  }
  const leaf = draw.of(leaves);
  const isFinal = leaf === 'success' || leaf === 'error';
  const step = replace(
    present,
    next(present, leaf, { fence: draw.below(3), completedAt: isFinal ? now : undefined }),
  );
  const late = draw.below(5);
  const seen = {
    sequence: present.sequence - Number(late === 0),
    fence: present.life.fence + Number(late === 1),
  };
  return kind === 3 ? { kind: 'check', key, ...seen } : { ...step, ...seen };
}

/** Up to three writes of different keys, none of which has ended: a final record is never replaced, nor its key given again. */
function group(draw: Draw, model: RecordModel, now: number): Group {
  const keys = Array.from(
    { length: 1 + draw.below(3) },
    () => `k${draw.below(40) + Math.floor((now - start) / 8)}`,
  );
  const open = [...new Set(keys)].filter((key) => !model.hasEnded(key));
  return open.map((key) => write(draw, model, key, now));
}

async function recordStep(store: Store, model: RecordModel, draw: Draw, now: number): Promise<void> {
  const { records } = store;
  const kind = draw.below(10);
  if (kind < 6) {
    const groups = [group(draw, model, now)];
    const verdicts = await records.commit(groups, worker, now);
    // Members that are unset and members that are left out are the same here.
    const whole = verdicts.map(({ ok, records: shown, refused, reservations }) => ({
      ok,
      records: shown,
      refused,
      reservations,
    }));
    assert.deepEqual(whole, model.commit(groups, now));
  } else if (kind < 8) {
    const states = draw.some(['queued', 'running', 'success', 'error'] as const);
    const filter = {
      states,
      types: draw.some(types),
      tags: draw.some(['', 't', 'u']),
      entities: draw.some(['e']),
    };
    const query = { filter, after: draw.below(60), limit: 1 + draw.below(20) };
    assert.deepEqual(await records.query(query), model.query(query));
  } else if (kind < 9) {
    assert.deepEqual(await records.counts(), model.counts());
  } else {
    const keep = () => ({ maxCount: draw.below(6), maxAgeMs: draw.below(50) });
    const request = pruning({
      now,
      success: keep(),
      error: keep(),
      recent: keep(),
      minAgeMs: draw.below(30),
    });
    const { count, nextAt } = await records.prune(request);
    assert.deepEqual({ count, nextAt }, model.prune(request));
  }
}

async function dispatchStep(
  { dispatch }: Store,
  model: DispatchModel,
  draw: Draw,
  now: number,
): Promise<void> {
  const kind = draw.below(8);
  const keys = Array.from({ length: draw.below(5) }, () => `k${draw.below(30)}`);
  if (kind < 4) {
    const startAt = () => draw.of([undefined, now + draw.below(40)]);
    // The type of a task never changes: it goes by the key.
    const typed = (key: string) => types[Number(key.slice(1)) % types.length] ?? '';
    const offers = keys.map((key) =>
      offer(key, {
        type: typed(key),
        priority: draw.below(3),
        startAt: startAt(),
        isChild: key.length % 2 === 0,
      }),
    );
    model.offer(offers);
    await dispatch.offer(offers);
  } else if (kind < 5) {
    model.withdraw(keys);
    await dispatch.withdraw(keys);
  } else {
    const childrenOnly = draw.below(4) === 0;
    const request = { limit: draw.below(4), types: draw.some(types) ?? types, childrenOnly, now };
    const { keys: got, nextAt, otherTypes } = await dispatch.take(request);
    assert.deepEqual({ keys: got, nextAt, otherTypes: otherTypes.toSorted() }, model.take(request));
  }
}

async function saying(what: string, step: () => Promise<void>): Promise<void> {
  try {
    await step();
  } catch (error) {
    throw new assert.AssertionError({ message: `${what}: ${(error as Error).message}` });
  }
}

export const modelLaws: readonly StoreLaw[] = seeds.flatMap((seed) => [
  {
    name: `records do what a naive list does, whatever is asked of them (seed ${seed})`,
    async run(store) {
      const draw = new Draw(seed);
      const model = new RecordModel();
      for (let index = 0, now = start; index < steps; index += 1, now += draw.below(10)) {
        await saying(`Step ${index} of seed ${seed}`, () => recordStep(store, model, draw, now));
      }
    },
  },
  {
    name: `the dispatch does what a naive list does, whatever is asked of it (seed ${seed})`,
    async run(store) {
      const draw = new Draw(seed);
      const model = new DispatchModel();
      for (let index = 0, now = start; index < steps; index += 1, now += draw.below(10)) {
        await saying(`Step ${index} of seed ${seed}`, () => dispatchStep(store, model, draw, now));
      }
    },
  },
]);
