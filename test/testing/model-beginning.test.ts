import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type AnyStateMachine, setup } from 'xstate';
import { chartSpecification, checkModel, checkTrace, linearizable } from '../../src/testing/index.ts';
import { faultOf } from '../support/fault.ts';

/** A queue that is made from an input, without which it cannot begin. */
const queue = setup({
  types: { events: {} as { type: 'PUSH' }, context: {} as { room: number }, input: {} as { room: number } },
}).createMachine({
  id: 'queue',
  context: ({ input }) => {
    if (input.room < 0) throw new RangeError('There is no such room');
    return { room: input.room };
  },
  initial: 'idle',
  states: { idle: { on: { PUSH: 'busy' } }, busy: {} },
});
const untyped: AnyStateMachine = queue;

const system = {
  create: () => ({ isBusy: false }),
  events: {
    PUSH: {
      send: (it: { isBusy: boolean }) => (it.isBusy ? 'InvalidState' : ((it.isBusy = true), 'ok')),
    },
  },
};

const refusalOf = (check: () => unknown) => faultOf(check, 'InvalidArgument');

describe('a chart that cannot begin is refused, and blames no system', () => {
  const history = [
    { client: 'a', key: 'q', operation: { type: 'PUSH' }, calledAt: 0, returnedAt: 1, answer: 'ok' },
  ];
  test.for<[name: string, option: string, check: () => unknown]>([
    ['checkModel', 'inputs', () => checkModel(untyped, system)],
    ['checkTrace', 'input', () => checkTrace(untyped, [{ event: { type: 'PUSH' }, answer: 'ok' }])],
    ['checkTrace of an empty log', 'input', () => checkTrace(untyped, [])],
    ['chartSpecification', 'input', () => linearizable(history, chartSpecification(untyped))],
  ])('%s', async ([, option, check]) => {
    const fault = await refusalOf(check);
    expect(fault['invalidProperty']).toBe(option);
    expect(fault.message).toContain('Expected the chart "queue" to begin without an input: Cannot read');
    expect(fault.message).toContain(`Give \`${option}\``);
    expect(fault.cause).toBeInstanceOf(TypeError);
  });
});

test('the input with which a chart cannot begin is named', async () => {
  const inputs = fc.record({ room: fc.integer({ min: -3, max: 3 }) });
  const fault = await refusalOf(() => checkModel(queue, { ...system, inputs }, { seed: 1 }));
  expect(fault.message).toContain(
    'Expected the chart "queue" to begin with the input { room: -1 }: There is',
  );
  expect(fault.cause).toBeInstanceOf(RangeError);
});

test('an instance of which the chart has an input is checked', async () => {
  const inputs = fc.record({ room: fc.nat() });
  expect((await checkModel(queue, { ...system, inputs }, { seed: 1 })).missed).toEqual([]);
  checkTrace(queue, [{ event: { type: 'PUSH' }, answer: 'ok' }], { input: { room: 1 } });
});
