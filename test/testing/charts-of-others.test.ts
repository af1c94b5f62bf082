import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type AnyStateMachine, assign, createMachine, fromPromise, setup, spawnChild } from 'xstate';
import { isFault } from '../../src/index.ts';
import { ChartDifference, checkModel, checkTrace } from '../../src/testing/index.ts';

const door = setup({
  types: {
    context: {} as { knocks: number },
    events: {} as { type: 'OPEN' } | { type: 'CLOSE' } | { type: 'KNOCK'; times: number },
  },
}).createMachine({
  id: 'front door',
  context: { knocks: 0 },
  initial: 'closed',
  states: {
    closed: {
      on: {
        OPEN: 'end',
        KNOCK: { actions: assign({ knocks: ({ context, event }) => context.knocks + event.times }) },
      },
    },
    end: { on: { CLOSE: 'closed' } },
  },
});

/** A door as a class of somebody who has never heard of charts. */
class Door {
  isOpen = false;
  knocks = 0;
  move(isOpen: boolean): boolean {
    const hasMoved = this.isOpen !== isOpen;
    this.isOpen = isOpen;
    return hasMoved;
  }
  knock(times: number): boolean {
    if (this.isOpen) return false;
    this.knocks += times;
    return true;
  }
}

const ofDoor = (make: () => Door) =>
  checkModel(
    door,
    {
      create: make,
      events: {
        OPEN: { send: (it) => it.move(true) },
        CLOSE: { send: (it) => it.move(false) },
        KNOCK: { payload: fc.record({ times: fc.nat() }), send: (it, { times }) => it.knock(times) },
      },
      state: ({ isOpen, knocks }) => ({ isOpen, knocks }),
    },
    {
      seed: 1,
      answerOf: ({ outcome }) => outcome === 'ok',
      stateOf: ({ value, context: { knocks } }) => ({ isOpen: value === 'end', knocks }),
    },
  );

test('a chart without declared answers says ok for a transition, and InvalidState for none', async () => {
  const { missed, runs } = await ofDoor(() => new Door());
  expect({ missed, runs }).toEqual({ missed: [], runs: 100 });
  checkTrace(door, [
    { event: { type: 'OPEN' }, answer: 'ok' },
    { event: { type: 'OPEN' }, answer: 'InvalidState' },
  ]);
});

test('what is in the context can be compared', async () => {
  class Forgetful extends Door {
    override knock(times: number) {
      return super.knock(Math.min(times, 9));
    }
  }
  const found = (await ofDoor(() => new Forgetful()).catch((error: unknown) => error)) as ChartDifference;
  expect(found).toBeInstanceOf(ChartDifference);
  expect(found.steps.map(({ sent }) => sent)).toEqual([undefined, { type: 'KNOCK', times: 10 }]);
});

test('an instance that has ended takes no event, though the root of its chart would', () => {
  const chart = createMachine({
    id: 'ends',
    initial: 'a',
    on: { PING: { meta: { outcome: 'ok' } } },
    states: { a: { on: { END: 'b' } }, b: { type: 'final' } },
  });
  checkTrace(chart as AnyStateMachine, [
    { event: { type: 'PING' }, answer: 'ok' },
    { event: { type: 'END' }, answer: 'ok' },
    { event: { type: 'PING' }, answer: 'InvalidState' },
  ]);
});

test('nested states, always, history and a chart of one state are followed', () => {
  const chart = createMachine({
    id: 'deep',
    initial: 'off',
    states: {
      off: { on: { ON: 'on.past' } },
      on: {
        initial: 'one',
        on: { OFF: 'off' },
        states: {
          past: { type: 'history' },
          one: { on: { NEXT: 'passing' } },
          passing: { always: 'two' },
          two: {},
        },
      },
    },
  });
  const states = ['on.one', 'on.two', 'off', 'on.two'];
  const entries = ['ON', 'NEXT', 'OFF', 'ON'].map((type, index) => ({
    event: { type },
    state: states[index],
  }));
  checkTrace(chart as AnyStateMachine, entries);
  checkTrace(createMachine({ on: { A: {} } }) as AnyStateMachine, [{ event: { type: 'A' }, state: '' }]);
});

describe('a chart that does more than take events is refused', () => {
  test.for<[string, AnyStateMachine]>([
    ['parallel states', createMachine({ type: 'parallel', states: { a: {}, b: {} } })],
    [
      'invoke',
      createMachine({ initial: 'a', states: { a: { invoke: { src: fromPromise(async () => {}) } } } }),
    ],
    ['after', createMachine({ initial: 'a', states: { a: { after: { 10: 'b' } }, b: {} } })],
    ['spawnChild', createMachine({ entry: spawnChild(fromPromise(async () => {})) })],
  ])('%s', async ([what, machine]) => {
    const fault = await checkModel(machine, { create: () => ({}), events: {} }).catch(
      (error: unknown) => error,
    );
    expect(isFault(fault, 'NotSupported')).toBe(true);
    expect((fault as Error).message).toContain(`has ${what} `);
  });
});

test('the picture marks the states and the moves of the path', async () => {
  class Broken extends Door {
    override move(isOpen: boolean) {
      return super.move(isOpen) || !isOpen;
    }
  }
  const found = (await ofDoor(() => new Broken()).catch((error: unknown) => error)) as ChartDifference;
  expect(found.chart).toMatchInlineSnapshot(`
    "flowchart TB
      subgraph at_front_20_door["front door"]
        at_front_20_door..initial((" "))
        at_front_20_door.closed["closed"]
        at_front_20_door.end["end"]
      end
      at_front_20_door..initial --> at_front_20_door.closed
      at_front_20_door.closed -->|"OPEN"| at_front_20_door.end
      at_front_20_door.end -->|"CLOSE"| at_front_20_door.closed
      at_front_20_door.closed -.->|"2#46; CLOSE / true, not false"| at_front_20_door.closed
      classDef initial fill:#57606a,stroke:#57606a
      classDef failed stroke:#cf222e,stroke-width:3px
      class at_front_20_door..initial initial
      class at_front_20_door.closed failed
      linkStyle 3 stroke:#cf222e,stroke-width:3px"
  `);
});
