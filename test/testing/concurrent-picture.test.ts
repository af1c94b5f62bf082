import fc from 'fast-check';
import { expect, test } from 'vitest';
import { assign, setup } from 'xstate';
import {
  ConcurrentDifference,
  type ConcurrentOptions,
  type ConcurrentSystem,
  type Schedule,
  checkConcurrent,
} from '../../src/testing/index.ts';

type BoxEvent = { readonly type: 'PUT'; readonly count: number } | { readonly type: 'EMPTY' };

/** A box that lives in its context. */
const boxChart = setup({
  types: { context: {} as { readonly full: number }, events: {} as BoxEvent },
}).createMachine({
  id: 'box',
  context: { full: 0 },
  initial: 'open',
  states: {
    open: {
      on: {
        PUT: {
          actions: assign({
            full: ({ context, event }) => context.full + (event as { count: number }).count,
          }),
        },
        EMPTY: { actions: assign({ full: 0 }) },
      },
    },
  },
});

interface Box {
  put(count: number): unknown;
  full: number;
}

/** Between the read and the write of a `put` others may come. */
function hastyBox({ turn }: Schedule): Box {
  const box = {
    full: 0,
    async put(count: number) {
      const before = box.full;
      await turn('reads');
      box.full = before + count;
    },
  };
  return box;
}

const payload = fc.record({ count: fc.integer({ min: 1, max: 3 }) });

function boxes(create: (schedule: Schedule) => Box): ConcurrentSystem<typeof boxChart, Box> {
  return {
    create: (_input, _real, schedule) => create(schedule),
    events: {
      PUT: { payload, send: (box, { count }) => box.put(count) },
      EMPTY: { send: (box) => void (box.full = 0) },
    },
    state: ({ full }) => full,
  };
}

const fullOf = { stateOf: ({ context }: { context: { full: number } }) => context.full, seed: 1 };

/** What the message says before the chart. */
async function wordsOf(
  system: ConcurrentSystem<typeof boxChart, Box>,
  options: ConcurrentOptions<typeof boxChart> = {},
): Promise<string> {
  const checking = checkConcurrent(boxChart, system, { ...fullOf, ...options });
  const found = await checking.catch((error: unknown) => error);
  if (!(found instanceof ConcurrentDifference)) throw new Error('Expected a difference', { cause: found });
  for (const turn of found.turns) expect(found.message).toContain(`. ${turn}\n`);
  return found.message.split('\n\nflowchart')[0] as string;
}

test('the picture has what was sent, what was answered, and what can be seen of the chart', async () => {
  expect(await wordsOf(boxes(hastyBox))).toMatchInlineSnapshot(`
    "The system is not as the chart "box": no order of 3 calls has their answers.

    Expected the history of 'box' to be linearizable, but no order of its 3 operations is legal.
    The longest legal beginning:
      1. client 2: PUT { count: 1 } → ok
      2. client 1: PUT { count: 1 } → ok
    Then the state is open, seen as 2. One of these has to come next, before client 2: state returns at 6:
      - client 2: state → 1: expected 2, got 1
    Time, up to that return:
    client 1   |--PUT { count: 1 } → ok--|
    client 2  |--PUT { count: 1 } → ok----||--state → 1--|

    What happened, in order:
      1. client 2 calls PUT { count: 1 }, and in the same moment
      2. client 1 calls PUT { count: 1 }
      3. client 1 reads
      4. client 1 is answered ok
      5. client 2 reads
      6. client 2 is answered ok
      7. client 2 calls state
      8. client 2 is answered 1"
  `);
});

test('several instances are told apart in it', async () => {
  // What is put into one is put into all of them.
  const all = new Set<Box>();
  const create = (): Box => {
    const box: Box = {
      full: 0,
      put(count) {
        for (const each of all) each.full += count;
      },
    };
    all.add(box);
    return box;
  };
  const system = {
    ...boxes(create),
    open(): undefined {
      all.clear();
    },
  };
  expect(await wordsOf(system, { maxInstances: 2 })).toMatchInlineSnapshot(`
    "The system is not as the chart "box": no order of 2 calls has their answers.

    Expected the history of 'box 2' to be linearizable, but its only operation is not legal.
    It begins in the state open, seen as 0. One of these has to come first, before client 1: state returns at 4:
      - client 1: state → 1: expected 0, got 1
    Time, up to that return:
    client 1  |--state → 1--|

    What happened, in order:
      1. client 1 calls PUT { count: 1 } of box 1
      2. client 1 is answered ok
      3. client 1 calls state of box 2
      4. client 1 is answered 1"
  `);
});

test('a call that is not answered goes on to the end of it', async () => {
  const create = (): Box => ({ full: 0, put: () => new Promise(() => {}) });
  expect(await wordsOf(boxes(create), { timeoutMs: 20 })).toMatchInlineSnapshot(`
    "The system is not as the chart "box": a call is not answered.

    Expected the history of 'box' to be linearizable, but its only operation is not legal.
    It begins in the state open, seen as 0. One of these has to come first, but client 1: PUT { count: 1 } is not answered:
      - client 1: PUT { count: 1 } → no answer within 20 ms: expected ok, got no answer within 20 ms
    Time:
    client 1  |--PUT { count: 1 } pending---…

    What happened, in order:
      1. client 1 calls PUT { count: 1 }
      2. client 1 is not answered"
  `);
});

test('an error is told, and one that leaves open whether the call took effect as such', async () => {
  const create = (schedule: Schedule): Box => {
    const box = hastyBox(schedule);
    let puts = 0;
    const put = async (count: number) => {
      if ((puts += 1) === 2) throw new RangeError('It is broken');
      await box.put(count);
      throw new Error('The line broke');
    };
    return { ...box, put };
  };
  const isUncertain = (error: unknown) => (error as Error).message === 'The line broke';
  expect(await wordsOf(boxes(create), { isUncertain })).toMatchInlineSnapshot(`
    "The system is not as the chart "box": no order of 2 calls has their answers.

    Expected the history of 'box' to be linearizable, but no order of its 2 operations is legal.
    It begins in the state open, seen as 0. One of these has to come first, before client 1: PUT { count: 1 } returns at 4:
      - client 1: PUT { count: 1 } failed: it may take effect, and that leads no further
      - client 1: PUT { count: 1 } → an error: RangeError: It is broken: expected ok, got an error: RangeError: It is broken
    Time, up to that return:
    client 1  |--PUT { count: 1 } failed--?|--PUT { count: 1 } → an error: …--|

    What happened, in order:
      1. client 1 calls PUT { count: 1 }
      2. client 1 reads
      3. client 1 gets an error: Error: The line broke, which leaves open whether it was done
      4. client 1 calls PUT { count: 1 }
      5. client 1 gets an error: RangeError: It is broken"
  `);
});

test('a look that gives nothing is no acceptance', async () => {
  const create = (): Box => ({ full: undefined as unknown as number, put: () => 'ok' });
  expect(await wordsOf(boxes(create))).toMatchInlineSnapshot(`
    "The system is not as the chart "box": a call is answered as it cannot be.

    Expected the history of 'box' to be linearizable, but its only operation is not legal.
    It begins in the state open, seen as 0. One of these has to come first, before client 1: state returns at 2:
      - client 1: state → undefined: expected 0, got undefined
    Time, up to that return:
    client 1  |--state → undefined--|

    What happened, in order:
      1. client 1 calls state
      2. client 1 is answered undefined"
  `);
});
