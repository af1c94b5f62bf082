import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assign, setup } from 'xstate';
import { isFault } from '../../src/index.ts';
import {
  type ConcurrentOptions,
  type ConcurrentSystem,
  type ModelSystem,
  checkConcurrent,
  checkModel,
} from '../../src/testing/index.ts';
import { rightJob, jobChart, jobs, lookOf, type Job } from './jobs.ts';

type JobSystem = ConcurrentSystem<typeof jobChart, Job>;

/** What the check rejects with. No stray rejection may be left: the runner would fail. */
async function errorOf(checking: Promise<unknown>): Promise<unknown> {
  return checking.then(
    () => {
      throw new Error('Expected it to reject');
    },
    (error: unknown) => error,
  );
}

const boom = new Error('A callback is broken');

function throws(): never {
  throw boom;
}

describe('an error in what the user gives, that is no call to the system, is what the check rejects with', () => {
  const broken = jobs(() => ({ ...rightJob({ turn: async () => {} } as never), start: throws }));
  const checkings: Record<string, () => Promise<unknown>> = {
    isUncertain: () => checkConcurrent(jobChart, broken, { ...lookOf, seed: 1, isUncertain: throws }),
    'isUncertain, of a look in the end': () =>
      checkConcurrent(
        jobChart,
        { create: () => undefined, events: { START: { weight: 1_000, send: () => 'ok' } }, state: throws },
        { seed: 1, isUncertain: throws, answerOf: () => 'ok' },
      ),
    own: () => checkConcurrent(jobChart, { ...jobs(rightJob), own: throws }, { ...lookOf, seed: 1 }),
    'own, later': () =>
      checkConcurrent(
        jobChart,
        { ...jobs(rightJob), own: async () => Promise.resolve().then(throws) },
        { ...lookOf, seed: 1 },
      ),
    'own, when its run is over': () =>
      checkConcurrent(
        jobChart,
        { ...jobs(rightJob), own: () => new Promise((resolve) => setImmediate(resolve)).then(throws) },
        { ...lookOf, seed: 1 },
      ),
    answerOf: () => checkConcurrent(jobChart, jobs(rightJob), { ...lookOf, seed: 1, answerOf: throws }),
    stateOf: () => checkConcurrent(jobChart, jobs(rightJob), { seed: 1, stateOf: throws }),
    same: () => checkConcurrent(jobChart, jobs(rightJob), { ...lookOf, seed: 1, same: throws }),
    fingerprint: () => checkConcurrent(jobChart, jobs(rightJob), { ...lookOf, seed: 1, fingerprint: throws }),
  };
  test.for(Object.keys(checkings))('%s', async (name) => {
    expect(await errorOf(checkings[name]?.() ?? Promise.resolve())).toBe(boom);
  });

  test('and the system is closed all the same', async () => {
    let open = 0;
    const system: JobSystem = {
      ...broken,
      open: () => void (open += 1),
      close: () => void (open -= 1),
    };
    const options = { ...lookOf, seed: 1, isUncertain: throws };
    expect(await errorOf(checkConcurrent(jobChart, system, options))).toBe(boom);
    expect(open).toBe(0);
  });
});

type ListEvent = { readonly type: 'ADD'; readonly item: number } | { readonly type: 'ALL' };

/** A list that only grows. */
const listChart = setup({
  types: { context: {} as { readonly items: readonly number[] }, events: {} as ListEvent },
}).createMachine({
  id: 'list',
  context: { items: [] },
  initial: 'open',
  states: {
    open: {
      on: {
        ADD: {
          actions: assign({
            items: ({ context, event }) => [...context.items, (event as { item: number }).item],
          }),
        },
        ALL: {},
      },
    },
  },
});

class List {
  readonly items: number[] = [];

  async add(item: number): Promise<void> {
    await Promise.resolve();
    this.items.push(item);
  }
}

const lists: ModelSystem<typeof listChart, List> = {
  create: () => new List(),
  events: {
    ADD: { payload: fc.record({ item: fc.nat(2) }), send: (list, { item }) => list.add(item) },
    ALL: { send: (list) => list.items },
  },
  state: (list) => list.items,
};

const viewOfList: ConcurrentOptions<typeof listChart> = {
  seed: 1,
  stateOf: ({ context }) => context.items,
  answerOf: ({ event, outcome, after }) => (event.type === 'ALL' ? after.context.items : outcome),
};

describe('what came is judged as it was when it came', () => {
  test('an answer and a look, though the system changes its own object later', async () => {
    const { undecided } = await checkConcurrent(listChart, lists, viewOfList);
    expect(undecided).toBe(0);
    // One description is for both.
    await checkModel(listChart, lists, viewOfList as object);
  });

  test('an event, though the system changes what it is given', async () => {
    const send = (list: List, event: { readonly item: number }) => {
      const { item } = event;
      (event as { item: number }).item = 99;
      return list.add(item);
    };
    const ADD = { payload: fc.record({ item: fc.nat(2) }), send };
    await checkConcurrent(listChart, { ...lists, events: { ...lists.events, ADD } }, viewOfList);
  });

  test('maps, sets, dates and what is nested in them, and what refers to itself', async () => {
    const shapes: readonly (() => { readonly seen: unknown; readonly change: () => void })[] = [
      () => {
        const seen = new Map([['items', [0]]]);
        return { seen, change: () => void seen.get('items')?.push(1) };
      },
      () => {
        const seen = { deep: [new Set([0])] };
        return { seen, change: () => seen.deep[0]?.clear() };
      },
      () => {
        const seen = new Date(0);
        return { seen, change: () => void seen.setTime(1) };
      },
      () => {
        const seen = { bytes: Uint8Array.of(1), self: undefined as unknown };
        seen.self = seen;
        return { seen, change: () => void seen.bytes.fill(7) };
      },
    ];
    const later = Promise.resolve();
    for (const shape of shapes) {
      const all = shape().seen;
      const answerOf: NonNullable<typeof viewOfList.answerOf> = ({ event, outcome }) =>
        event.type === 'ALL' ? all : outcome;
      const events = { ALL: { send: answered } };
      function answered() {
        const { seen, change } = shape();
        void later.then(() => later).then(change);
        return seen;
      }
      await checkConcurrent(
        listChart,
        { create: () => undefined, events },
        { seed: 1, numRuns: 5, answerOf },
      );
    }
  });

  test('what cannot be copied is kept as it is', async () => {
    class Cents {
      readonly #cents = 5;
      equals(other: unknown): boolean {
        return other instanceof Cents && other.#cents === this.#cents;
      }
    }
    const expected = new Cents();
    await checkConcurrent(
      listChart,
      { create: () => undefined, events: { ALL: { send: () => ({ cents: new Cents(), by: throws }) } } },
      {
        seed: 1,
        numRuns: 5,
        answerOf: () => expected,
        same: (right, given) =>
          expected.equals(right) && expected.equals((given as { cents: unknown }).cents),
      },
    );
  });
});

describe('what the chart or the check does not know is refused', () => {
  const invalidIn = async (system: object, options: object = {}) => {
    const fault = await errorOf(
      checkConcurrent(jobChart, { ...jobs(rightJob), ...system } as JobSystem, {
        ...lookOf,
        seed: 1,
        ...options,
      }),
    );
    if (!isFault(fault, 'InvalidArgument')) throw fault;
    return `${String(fault['invalidProperty'])}: ${fault.message}`;
  };
  const NOPE = { send: () => 'InvalidState' };
  test.for<[string, object]>([
    ['a member of events', { events: { ...jobs(rightJob).events, NOPE } }],
    ['own[1].type', { own: [{ type: 'START' }, { type: 'NOPE' }] }],
    ['own[0]', { own: [undefined] }],
    ['own', { own: 'START' }],
    ['what may happen.type', { own: (_job: Job, may: (event: unknown) => unknown) => may({ type: 'NOPE' }) }],
    ['what may happen', { own: async (_job: Job, may: (event: unknown) => unknown) => may(5) }],
  ])('%s of %j', async ([property, system]) => {
    const message = await invalidIn(system);
    expect(message).toContain(`${property}: Expected`);
    expect(message).toContain(message.includes('NOPE') ? 'one of START, CANCEL, FINISH' : 'to be a');
  });

  test.for(['answerOf', 'stateOf', 'same', 'isUncertain', 'fingerprint'])(
    '%s that is no function',
    async (name) => {
      expect(await invalidIn({}, { [name]: 4 })).toBe(`${name}: Expected ${name} to be a function, got 4.`);
    },
  );
});
