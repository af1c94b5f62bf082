import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type AnyStateMachine, createMachine } from 'xstate';
import type { Fault } from '../../src/index.ts';
import {
  ChartDifference,
  chartSpecification,
  checkModel,
  checkTrace,
  linearizable,
} from '../../src/testing/index.ts';
import { faultOf } from '../support/fault.ts';

const lamp: AnyStateMachine = createMachine({
  id: 'lamp',
  initial: 'off',
  states: { off: { on: { ON: 'on' } }, on: { on: { OFF: 'off' } } },
});

class Lamp {
  isOn = false;
  turn(isOn: boolean): string {
    if (this.isOn === isOn) return 'InvalidState';
    this.isOn = isOn;
    return 'ok';
  }
}

const ON = { send: (it: unknown) => (it as Lamp).turn(true) };
const OFF = { send: (it: unknown) => (it as Lamp).turn(false) };
const system = { create: () => new Lamp(), events: { ON, OFF } };

const refusalOf = (check: () => unknown) => faultOf(check, 'InvalidArgument');

const garbage = [null, 5, 'options', () => {}];
const property = ({ invalidProperty }: Fault) => invalidProperty;

describe('checkModel refuses', () => {
  test.for<[property: string, options: object]>([
    ['a member of options', { numRun: 3 }],
    ['path', { path: 'x' }],
    ['path', { path: 5 }],
    ['path', { seed: 1, path: '0:1:2:3:4' }],
    ['size', { size: 'huge' }],
    ['parameters', { parameters: 5 }],
    ['answerOf', { answerOf: 'ok' }],
    ['stateOf', { stateOf: {} }],
    ['same', { same: true }],
  ])('the option %s in %o', async ([name, options]) => {
    expect(property(await refusalOf(() => checkModel(lamp, system, options)))).toBe(name);
  });

  test.for(garbage)('%o as options', async (options) => {
    expect(property(await refusalOf(() => checkModel(lamp, system, options as never)))).toBe('options');
  });

  test.for(garbage)('%o as a system', async (given) => {
    expect(property(await refusalOf(() => checkModel(lamp, given as never)))).toBe('system');
  });

  test.for([...garbage, {}, { id: 'lamp', states: {} }])('%o as a chart', async (machine) => {
    expect(property(await refusalOf(() => checkModel(machine as AnyStateMachine, system)))).toBe('machine');
  });

  test.for<[property: string, change: object]>([
    ['a member of system', { stat: () => 'off' }],
    ['create', { create: undefined }],
    ['state', { state: 'off' }],
    ['open', { open: 1 }],
    ['close', { close: 1 }],
    ['inputs', { inputs: [1, 2] }],
    ['events', { events: undefined }],
    ['events', { events: {} }],
    ['events', { events: { ON: { ...ON, weight: 0 } } }],
    ['a member of events', { events: { BURN: ON } }],
    ['a member of events', { events: { constructor: ON } }],
    ['events.ON', { events: { ON: null } }],
    ['a member of events.ON', { events: { ON: { ...ON, wait: 1 } } }],
    ['events.ON.send', { events: { ON: {} } }],
    ['events.ON.weight', { events: { ON: { ...ON, weight: 0.2 } } }],
    ['events.ON.weight', { events: { ON: { ...ON, weight: -1 } } }],
    ['events.ON.payload', { events: { ON: { ...ON, payload: 5 } } }],
    ['events.ON.payload', { events: { ON: { ...ON, payload: fc.nat() } } }],
  ])('of a system %s', async ([name, change]) => {
    const fault = await refusalOf(() => checkModel(lamp, { ...system, ...change } as never));
    expect(property(fault)).toBe(name);
  });
});

test('an event that is never drawn may stand beside others', async () => {
  const events = { ON: { ...ON, weight: 0 }, OFF };
  expect((await checkModel(lamp, { ...system, events })).missed).toEqual(['on']);
});

test('an event may be named as a member that every object has', async () => {
  const machine: AnyStateMachine = createMachine({
    initial: 'off',
    states: { off: { on: { constructor: 'on' } }, on: { on: { toString: 'off' } } },
  });
  const events = { constructor: ON, toString: OFF };
  expect((await checkModel(machine, { ...system, events })).missed).toEqual([]);
  const broken = { constructor: ON, toString: { send: () => 'ok' } };
  await expect(checkModel(machine, { ...system, events: broken })).rejects.toThrow(ChartDifference);
});

describe('checkTrace refuses', () => {
  test.for<[property: string, options: unknown]>([
    ['a member of options', { inputs: fc.nat() }],
    ['answerOf', { answerOf: 1 }],
    ...garbage.map((options): [string, unknown] => ['options', options]),
  ])('%s', async ([name, options]) => {
    expect(property(await refusalOf(() => checkTrace(lamp, [], options as object)))).toBe(name);
  });

  test('a misspelt member of an entry, which would be compared with nothing', async () => {
    const entries = [
      { event: { type: 'ON' }, answer: 'ok' },
      { event: { type: 'ON' }, anwser: 'ok' },
    ];
    expect(property(await refusalOf(() => checkTrace(lamp, entries)))).toBe('a member of entries[1]');
  });

  test('what is no chart', async () => {
    expect(property(await refusalOf(() => checkTrace({} as AnyStateMachine, [])))).toBe('machine');
  });
});

describe('chartSpecification refuses', () => {
  const call = { client: 'a', key: 'k', calledAt: 0, returnedAt: 1, answer: 'InvalidState' };

  test('an event of which the chart does not know', async () => {
    const history = [{ ...call, operation: { type: 'BURN' } }];
    const fault = await refusalOf(() => linearizable(history, chartSpecification(lamp)));
    expect(property(fault)).toBe('operation.type');
    expect(fault.message).toContain("to be one of ON, OFF, got 'BURN'");
  });

  test.for([null, 7, {}, { type: 7 }])('%o as an operation', async (operation) => {
    const history = [{ ...call, operation }];
    await refusalOf(() => linearizable(history as never, chartSpecification(lamp)));
  });

  test('what is no chart', async () => {
    expect(property(await refusalOf(() => chartSpecification({} as AnyStateMachine)))).toBe('machine');
  });
});
