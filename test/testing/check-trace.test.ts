import { describe, expect, test } from 'vitest';
import { setup } from 'xstate';
import { leafOf, snapshotAt, taskMachine } from '../../machines/index.ts';
import { isFault } from '../../src/index.ts';
import { ChartDifference, type TraceEntry, checkTrace } from '../../src/testing/index.ts';

type Entries = TraceEntry<typeof taskMachine>[];

const input = { driver: 'creator', cancelable: true, queuedAt: 0 } as const;
const life: Entries = [
  { event: { type: 'SET_STATE', at: 1, state: 'running' }, answer: 'ok', state: 'running.active' },
  { event: { type: 'UPDATE_PROGRESS', at: 2, percentDone: 40 } },
  { event: { type: 'CANCEL', at: 3 }, answer: 'requested' },
  { event: { type: 'CANCEL', at: 4 }, answer: 'alreadyRequested' },
  { event: { type: 'SET_STATE', at: 5, state: 'error' }, state: 'error' },
  { event: { type: 'CANCEL', at: 6 }, answer: 'InvalidState', state: 'error' },
];

function failureOf(check: () => unknown): unknown {
  try {
    return check();
  } catch (error) {
    return error;
  }
}

const differenceIn = (entries: Entries) =>
  failureOf(() => checkTrace(taskMachine, entries, { input })) as ChartDifference;

test('a log of what the chart allows ends in its snapshot', () => {
  const { value, context } = checkTrace(taskMachine, life, { input });
  expect(leafOf(value)).toBe('error');
  expect(context.task.lastProgress).toBe(40);
});

test('a log may begin anywhere', () => {
  const { context } = checkTrace(taskMachine, life.slice(0, 1), { input });
  const from = snapshotAt(taskMachine, 'running.active', context);
  expect(leafOf(checkTrace(taskMachine, life.slice(1), { from }).value)).toBe('error');
});

test('the first answer that differs is named by its index', () => {
  const found = differenceIn(life.with(3, { event: { type: 'CANCEL', at: 4 }, answer: 'canceled' }));
  expect(found).toBeInstanceOf(ChartDifference);
  expect(found).toMatchObject({ index: 3, expected: 'alreadyRequested', actual: 'canceled' });
  expect(found.message).toContain(
    'The log is not as the chart "task": at entry 3 the answer is canceled, expected alreadyRequested.',
  );
  expect(found.chart).toContain(
    '  at_task.running.canceling -.->|"3#46; CANCEL / canceled, not alreadyRequested"| at_task.running.canceling',
  );
});

test('the first state that differs is named by its index', () => {
  const found = differenceIn(
    life.with(4, { event: { type: 'SET_STATE', at: 5, state: 'error' }, state: 'success' }),
  );
  expect(found).toMatchObject({ index: 4, expected: 'error', actual: 'success' });
});

test('of a long log the last entries are shown', () => {
  const reports = Array.from({ length: 1_000 }, (_none, percentDone) => ({
    event: { type: 'UPDATE_PROGRESS' as const, at: 2, percentDone },
    answer: percentDone < 999 ? 'ok' : 'InvalidState',
  }));
  const { message, index } = differenceIn([...life.slice(0, 1), ...reports]);
  expect(index).toBe(1_000);
  expect(message).toContain('  … 981 before\n981. task: UPDATE_PROGRESS');
  expect(message.split('\n').length).toBeLessThan(100);
});

describe('garbage is refused', () => {
  test.for<[string, unknown, string]>([
    ['no list', undefined, 'entries'],
    ['a number', [7], 'entries[0]'],
    ['nothing', [null], 'entries[0]'],
    ['no event', [{ answer: 'ok' }], 'entries[0].event'],
    ['an event without a type', [life[0], { event: {} }], 'entries[1].event'],
    ['an event that the chart does not know', [{ event: { type: 'EXPLODE' } }], 'entries[0].event.type'],
  ])('%s', ([, entries, property]) => {
    const fault = failureOf(() => checkTrace(taskMachine, entries as Entries, { input }));
    expect(isFault(fault, 'InvalidArgument') && fault['invalidProperty']).toBe(property);
  });

  test('a snapshot that is none', () => {
    const fault = failureOf(() => checkTrace(taskMachine, life, { from: {} as never }));
    expect(isFault(fault, 'InvalidArgument') && fault['invalidProperty']).toBe('from');
  });

  test('an event that makes a guard throw', () => {
    const event = { type: 'SET_STATE', at: 0, state: 'running' } as const;
    const fault = failureOf(() => checkTrace(thrower, [{ event }]));
    expect(isFault(fault, 'InvalidArgument')).toBe(true);
    expect((fault as Error).message).toContain('Expected the chart "thrower" to take the event SET_STATE');
  });
});

const thrower = setup({
  types: { events: {} as { type: 'SET_STATE'; state: string; at: number } },
}).createMachine({
  id: 'thrower',
  on: {
    SET_STATE: {
      guard: () => {
        throw new Error('No');
      },
    },
  },
});
