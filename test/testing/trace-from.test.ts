import { describe, expect, test } from 'vitest';
import { type AnyStateMachine, assign, createMachine, setup } from 'xstate';
import { isFault } from '../../src/index.ts';
import { ChartDifference, type TraceEntry, checkTrace } from '../../src/testing/index.ts';

const counter = setup({
  types: {
    events: {} as { type: 'ADD' } | { type: 'PAUSE' } | { type: 'RESUME' },
    context: {} as { sum: number },
  },
}).createMachine({
  id: 'counter',
  context: { sum: 0 },
  initial: 'on',
  states: {
    on: {
      initial: 'few',
      on: { PAUSE: 'paused', ADD: { actions: assign({ sum: ({ context }) => context.sum + 1 }) } },
      states: { past: { type: 'history' }, few: { on: { ADD: { target: 'many' } } }, many: {} },
    },
    paused: { on: { RESUME: 'on.past' } },
  },
});
const begun: TraceEntry<typeof counter>[] = [{ event: { type: 'ADD' } }, { event: { type: 'PAUSE' } }];
const rest = (state: string) => [{ event: { type: 'RESUME' as const }, answer: 'ok', state }];
const asJson = (value: unknown) => JSON.parse(JSON.stringify(value));

test('a log goes on from a snapshot that was kept as JSON, its history included', () => {
  const from = asJson(checkTrace(counter, begun));
  expect(checkTrace(counter, rest('on.many'), { from }).value).toEqual({ on: 'many' });
  expect(() => checkTrace(counter, rest('on.few'), { from })).toThrow(ChartDifference);
});

test('a snapshot that was kept is left as it was', () => {
  const from = asJson(checkTrace(counter, begun));
  const before = structuredClone(from);
  checkTrace(counter, rest('on.many'), { from });
  expect(from).toEqual(before);
});

test('a snapshot of another machine of the same chart is taken as if it had been kept', () => {
  const from = checkTrace(counter, begun);
  expect(checkTrace(counter.provide({}), rest('on.many'), { from }).value).toEqual({ on: 'many' });
});

describe('what cannot be restored is refused by its name', () => {
  const kept = asJson(checkTrace(counter, begun)) as object;
  test.for<[string, unknown]>([
    ['nothing', null],
    ['a text', 'paused'],
    ['an empty object', {}],
    ['a state that the chart does not have', { ...kept, value: 'broken' }],
    ['a state within one that has none', { ...kept, value: { paused: 'few' } }],
    ['a status that there is not', { ...kept, status: 'asleep' }],
    [
      'a history of a state that there is not',
      { ...kept, historyValue: { 'counter.on.past': [{ id: 'no' }] } },
    ],
    ['one that has failed', { ...kept, status: 'error' }],
    ['an actor that it has spawned', { ...kept, children: { a: { src: 'a', snapshot: {} } } }],
  ])('%s', ([, from]) => {
    let error: unknown;
    try {
      checkTrace(counter, [], { from: from as never });
    } catch (thrown) {
      error = thrown;
    }
    expect(isFault(error, 'InvalidArgument') && error['invalidProperty']).toBe('from');
  });
});

test('a snapshot of another chart is refused in few words', () => {
  const other = createMachine({ initial: 'a', states: { a: { on: { GO: {} } } } }) as AnyStateMachine;
  const refused = () => checkTrace(counter, [], { from: checkTrace(other, []) as never });
  expect(refused).toThrow(
    /^Expected from to be a snapshot of the chart "counter", got .{1,60}: There is no state a\.$/,
  );
});

test('a snapshot without what XState can do without is restored', () => {
  const machine = createMachine({
    initial: 'a',
    states: { a: { on: { GO: 'b' } }, b: {} },
  }) as AnyStateMachine;
  const from = { status: 'active', value: 'a' } as never;
  expect(checkTrace(machine, [{ event: { type: 'GO' }, answer: 'ok' }], { from }).value).toBe('b');
});
