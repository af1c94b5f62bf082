import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type AnyStateMachine, assign, createMachine, fromPromise, setup } from 'xstate';
import { Fault, isFault } from '../../src/index.ts';
import { ChartDifference, checkModel, checkTrace } from '../../src/testing/index.ts';

class Door {
  isOpen = false;
  move(isOpen: boolean): string {
    if (this.isOpen === isOpen) return 'InvalidState';
    this.isOpen = isOpen;
    return 'ok';
  }
}

type DoorEvent = { type: 'OPEN'; by: number } | { type: 'CLOSE'; by: number };

/** It is the chart that breaks: when a door that was opened is closed by somebody who is at least 3. */
function doorThat(breaks: { guard: () => boolean } | { actions: ReturnType<typeof assign> }) {
  return setup({ types: { events: {} as DoorEvent } }).createMachine({
    id: 'door',
    initial: 'closed',
    states: {
      closed: { on: { OPEN: 'open' } },
      open: {
        on: {
          CLOSE: [
            { guard: ({ event }) => event.by < 3, target: 'closed' },
            { target: 'closed', ...breaks } as object,
          ],
        },
      },
    },
  });
}
const no = () => {
  throw new RangeError('It jams');
};
const payload = fc.record({ by: fc.nat(9) });
const system = {
  create: () => new Door(),
  events: {
    OPEN: { payload, send: (it: Door) => it.move(true) },
    CLOSE: { payload, send: (it: Door) => it.move(false) },
  },
};
const failure = (checking: Promise<unknown>) =>
  checking.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('a chart that throws while it is checked', () => {
  test.for<[string, AnyStateMachine]>([
    ['in a guard', doorThat({ guard: no })],
    ['in an action', doorThat({ actions: assign(no) })],
  ])('%s is told with the event, the state, the steps, and what repeats it', async ([, machine]) => {
    const fault = (await failure(checkModel(machine, system, { seed: 1 }))) as Fault;
    expect(isFault(fault, 'InvalidArgument')).toBe(true);
    expect(fault.message).toContain('Expected the chart "door" to take the event CLOSE { by: 3 } in open: ');
    expect(fault.message).toContain('It jams');
    expect(fault.message).toContain(
      '  1. door: create\n  2. door: OPEN { by: 0 }\n  3. door: CLOSE { by: 3 }\n',
    );
    const [, path = ''] = /seed: 1, path: '([\d:]+)'/.exec(fault.message) ?? [];
    const again = (await failure(checkModel(machine, system, { seed: 1, path }))) as Fault;
    expect(again.message).toBe(fault.message);
  });

  test('in a log is told with the entry', () => {
    const entries = [
      { event: { type: 'OPEN', by: 0 } as const },
      { event: { type: 'CLOSE', by: 7 } as const },
    ];
    const checking = () => checkTrace(doorThat({ guard: no }), entries);
    expect(checking).toThrow('take the event CLOSE { by: 7 } in open, entry 1: ');
  });
});

describe('what the system throws is the cause of the difference', () => {
  const broken = (error: unknown) => ({
    ...system,
    events: {
      ...system.events,
      OPEN: {
        payload,
        send: () => {
          throw error;
        },
      },
    },
  });
  const machine = doorThat({ guard: () => true });

  test.for([new TypeError('It is broken'), new Fault('NoPermission')])('%s', async (error) => {
    const found = await failure(checkModel(machine, broken(error), { seed: 1 }));
    expect(found).toBeInstanceOf(ChartDifference);
    expect((found as Error).cause).toBe(error);
  });

  test('in a look at its state', async () => {
    const state = () => {
      throw new RangeError('It is dark');
    };
    const found = await failure(checkModel(machine, { ...system, state }, { seed: 1 }));
    expect((found as Error).cause).toBeInstanceOf(RangeError);
  });

  test('where nothing was thrown there is none', async () => {
    const found = await failure(checkModel(machine, { ...system, state: () => 'ajar' }, { seed: 1 }));
    expect(Object.hasOwn(found as Error, 'cause')).toBe(false);
  });
});

describe('an answer by an error', () => {
  const machine = setup({ types: { events: {} as { type: 'TAKE' } } }).createMachine({
    id: 'quota',
    initial: 'left',
    states: {
      left: { on: { TAKE: 'used' } },
      used: { on: { TAKE: { meta: { outcome: 'QuotaExceeded' } } } },
    },
  });
  const refusing = (chart: AnyStateMachine, refuse: () => unknown) => {
    const TAKE = {
      send(it: { isUsed: boolean }) {
        if (it.isUsed) return refuse();
        it.isUsed = true;
        return 'ok';
      },
    };
    return checkModel(chart, { create: () => ({ isUsed: false }), events: { TAKE } }, { seed: 1 });
  };
  const errorNamed = (name: string) => () => {
    throw Object.assign(new Error('No'), { name });
  };

  test('is that of its name where this is the name of a fault, whatever class the error has', async () => {
    const once = createMachine({ initial: 'left', states: { left: { on: { TAKE: 'used' } }, used: {} } });
    expect((await refusing(once, errorNamed('InvalidState'))).missed).toEqual([]);
  });

  test('is a difference for any other name, also one that the chart declares', async () => {
    const found = await failure(refusing(machine, errorNamed('QuotaExceeded')));
    expect(found).toBeInstanceOf(ChartDifference);
  });

  test('is given by a call that resolves with the name', async () => {
    expect((await refusing(machine, () => 'QuotaExceeded')).missed).toEqual([]);
  });
});

describe('a chart that spawns is refused', () => {
  const worker = fromPromise(async () => 1);
  const types = { context: {} as { it?: unknown } };
  const spawned = setup({ types }).createMachine({
    id: 'busy',
    context: ({ spawn }) => ({ it: spawn(worker) }),
    on: { GO: {} },
  });
  const spawning = setup({ types }).createMachine({
    id: 'busy',
    context: {},
    on: { GO: { actions: assign({ it: ({ spawn }) => spawn(worker) }) } },
  });
  const events = { GO: { send: () => 'ok' } };
  test.for<[string, AnyStateMachine]>([
    ['in its context', spawned],
    ['in an action', spawning],
  ])('%s', async ([, machine]) => {
    const fault = await failure(checkModel(machine, { create: () => ({}), events }, { seed: 1 }));
    expect(isFault(fault, 'NotSupported') && fault.message).toContain('"busy" has spawned an actor in ');
    const inLog = () => checkTrace(machine, [{ event: { type: 'GO' } }]);
    expect(inLog).toThrow('"busy" has spawned an actor');
  });
});
