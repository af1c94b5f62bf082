import assert from 'node:assert/strict';
import { describe, expect, test } from 'vitest';
import { type Invocation, linearizable } from '../../src/testing/index.ts';
import { type RegisterOperation, type TaskOperation, info, register, task } from './objects.ts';

type Cell = Invocation<RegisterOperation, number | string | boolean>;
type TaskCall = Invocation<TaskOperation, unknown>;

const key = 'x';

function write(client: string, value: number, calledAt: number, returnedAt?: number): Cell {
  const answer = returnedAt === undefined ? undefined : 'ok';
  return { client, key, operation: { type: 'write', value }, calledAt, returnedAt, answer };
}

function read(client: string, answer: number, calledAt: number, returnedAt: number): Cell {
  return { client, key, operation: { type: 'read' }, calledAt, returnedAt, answer };
}

function failedWrite(client: string, value: number, calledAt: number, returnedAt: number): Cell {
  return { client, key, operation: { type: 'write', value }, calledAt, returnedAt, failed: true };
}

function add(client: string, seen: number, calledAt: number, returnedAt: number): Cell {
  const operation = { type: 'swap', from: seen, to: seen + 1 } as const;
  return { client, key, operation, calledAt, returnedAt, answer: true };
}

describe('a register', () => {
  test.for<[string, boolean, Cell[]]>([
    ['a read sees what was written before it', true, [write('a', 1, 0, 1), read('b', 1, 2, 3)]],
    ['a stale read is refused', false, [write('a', 1, 0, 1), read('b', 0, 2, 3)]],
    ['a read during a write sees the old value', true, [write('a', 1, 0, 3), read('b', 0, 1, 2)]],
    ['a read during a write sees the new value', true, [write('a', 1, 0, 3), read('b', 1, 1, 2)]],
    ['what returns as another is called overlaps it', true, [write('a', 1, 0, 2), read('b', 0, 2, 3)]],
    [
      'a value that was seen does not go away again',
      false,
      [write('a', 1, 0, 9), read('b', 1, 1, 2), read('c', 0, 3, 4)],
    ],
    ['a value that nobody wrote is refused', false, [write('a', 1, 0, 9), read('b', 2, 1, 2)]],
    ['an update that is lost is refused', false, [add('a', 0, 0, 3), add('b', 0, 1, 4), read('c', 1, 5, 6)]],
    [
      'two writes at once are seen in one order by all',
      false,
      [
        write('a', 1, 0, 9),
        write('b', 2, 0, 9),
        read('c', 1, 10, 11),
        read('d', 2, 10, 11),
        read('c', 2, 12, 13),
        read('d', 1, 12, 13),
      ],
    ],
    ['a pending write is seen', true, [write('a', 1, 0), read('b', 1, 5, 6)]],
    ['a pending write is not seen', true, [write('a', 1, 0), read('b', 0, 5, 6)]],
    [
      'a pending write is not seen, and seen later',
      true,
      [write('a', 1, 0), read('b', 0, 5, 6), read('b', 1, 7, 8)],
    ],
    [
      'a pending write that was seen does not go away',
      false,
      [write('a', 1, 0), read('b', 1, 5, 6), read('b', 0, 7, 8)],
    ],
    ['a pending write is not seen before its call', false, [read('b', 1, 0, 1), write('a', 1, 2)]],
    [
      'a failed write takes effect later than its return',
      true,
      [failedWrite('a', 1, 0, 1), read('b', 0, 2, 3), read('b', 1, 4, 5)],
    ],
    [
      'a failed write takes effect once',
      false,
      [
        failedWrite('a', 1, 0, 1),
        read('b', 1, 2, 3),
        write('b', 2, 4, 5),
        read('b', 2, 6, 7),
        read('b', 1, 8, 9),
      ],
    ],
    ['a failed write never takes effect', true, [failedWrite('a', 1, 0, 1), read('b', 0, 8, 9)]],
    [
      'an answer that nobody knows may be any',
      true,
      [write('a', 1, 0, 1), { client: 'b', key, operation: { type: 'read' }, calledAt: 2, returnedAt: 3 }],
    ],
    ['nothing happened', true, []],
  ])('%s: %s', ([, expected, history]) => {
    const verdict = linearizable(history, register);
    assert.equal(verdict.linearizable, expected, verdict.message);
  });

  test('what is pending is in the order where it was seen, and nowhere else', () => {
    const seen = linearizable([write('a', 1, 0), read('b', 1, 5, 6)], register);
    assert.ok(seen.linearizable, seen.message);
    const operations = seen.order.get(key)?.map(({ invocation }) => invocation.operation.type);
    assert.deepEqual(operations, ['write', 'read']);
    const unseen = linearizable([write('a', 1, 0), read('b', 0, 5, 6)], register);
    assert.ok(unseen.linearizable, unseen.message);
    assert.equal(unseen.order.get(key)?.length, 1);
  });

  test('objects are judged by themselves', () => {
    const history = [write('a', 1, 0, 1), { ...read('b', 0, 2, 3), key: 'y' }];
    assert.equal(linearizable(history, register).linearizable, true);
    const stale = [...history, read('c', 0, 4, 5)];
    const verdict = linearizable(stale, register);
    assert.equal(verdict.linearizable === false && verdict.key, key);
  });
});

const at = 1;
const call = (
  client: string,
  operation: TaskOperation,
  calledAt: number,
  returnedAt?: number,
  answer?: unknown,
): TaskCall => ({ client, key: 'task', operation, calledAt, returnedAt, answer });
const start = (calledAt: number, returnedAt?: number, answer?: string) =>
  call('runtime', { type: 'START', at, worker: 'w' }, calledAt, returnedAt, answer);
const returned = (calledAt: number, returnedAt?: number) =>
  call('body', { type: 'BODY_RETURNED', at, fence: 1, result: '[1]' }, calledAt, returnedAt);
const cancel = (client: string, calledAt: number, returnedAt: number, answer: string) =>
  call(client, { type: 'CANCEL', at }, calledAt, returnedAt, answer);
const see = (calledAt: number, returnedAt: number, value: unknown, cancelled = false) =>
  call('reader', info, calledAt, returnedAt, [value, cancelled]);
const active = { running: 'active' };
const canceling = { running: 'canceling' };

describe('a task, by its chart', () => {
  test.for<[string, boolean, TaskCall[]]>([
    ['a cancel of a queued task ends it', true, [cancel('a', 0, 1, 'canceled'), see(2, 3, 'error', true)]],
    [
      'a cancel is not answered `canceled` after a start was seen',
      false,
      [start(0), see(1, 2, active), cancel('a', 3, 4, 'canceled')],
    ],
    [
      'it is answered so while the start may be late',
      true,
      [start(0), cancel('a', 3, 4, 'canceled'), see(5, 6, 'error', true)],
    ],
    ['a start after that does nothing', false, [cancel('a', 0, 1, 'canceled'), start(2, 3, 'ok')]],
    [
      'of two cancels one is the first',
      true,
      [start(0, 1), cancel('a', 2, 5, 'alreadyRequested'), cancel('b', 3, 4, 'requested')],
    ],
    [
      'of two cancels not both are the first',
      false,
      [start(0, 1), cancel('a', 2, 5, 'requested'), cancel('b', 3, 4, 'requested')],
    ],
    [
      'a success stands, though a cancel was accepted',
      true,
      [start(0, 1), cancel('a', 2, 3, 'requested'), returned(2, 5), see(6, 7, 'success', true)],
    ],
    [
      'a cancel that was accepted is not forgotten',
      false,
      [start(0, 1), cancel('a', 2, 3, 'requested'), returned(2, 5), see(6, 7, 'success', false)],
    ],
    [
      'a task that has ended is not canceled',
      false,
      [start(0, 1), returned(2, 3), cancel('a', 4, 5, 'requested')],
    ],
    [
      'a reader never sees what is gone again',
      false,
      [start(0, 1), cancel('a', 2, 9, 'requested'), see(3, 4, canceling, true), see(5, 6, active)],
    ],
    [
      'a deadline of which nobody knows when it passed explains a Timedout',
      true,
      [call('clock', { type: 'EXPIRE', at: 60 }, 0), see(5, 6, 'queued'), see(7, 8, 'error')],
    ],
    ['without one, nothing explains it', false, [see(5, 6, 'queued'), see(7, 8, 'error')]],
  ])('%s: %s', ([, expected, history]) => {
    const verdict = linearizable(history, task);
    assert.equal(verdict.linearizable, expected, verdict.message);
  });

  test('the report says what the chart would have answered, and when', () => {
    const history = [start(0), see(1, 2, active), cancel('a', 3, 4, 'canceled')];
    expect(linearizable(history, task).message).toMatchInlineSnapshot(`
      "Expected the history of 'task' to be linearizable, but no order of its 3 operations is legal.
      The longest legal beginning:
        1. runtime: START { worker: 'w' } pending
        2. reader: info → [ { running: 'active' }, false ]
      Then the state is running.active. One of these has to come next, before a: CANCEL returns at 4:
        - a: CANCEL → canceled: expected requested, got canceled
      Time, up to that return:
      a                                             |--CANCEL → canceled--|
      reader    |--info → [ { running: 'active' …--|
      runtime  |--START { worker: 'w' } pending----------------------------…"
    `);
  });
});
