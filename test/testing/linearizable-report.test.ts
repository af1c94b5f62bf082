import fc from 'fast-check';
import assert from 'node:assert/strict';
import { expect, test } from 'vitest';
import {
  type Invocation,
  type Specification,
  linearizable,
  recordHistory,
  simulatedRandom,
} from '../../src/testing/index.ts';
import { faultOf } from '../support/fault.ts';
import { expectWhy, huge } from '../support/why.ts';
import { anyHistories } from './histories.ts';
import { kinds, register } from './objects.ts';

type Call = Invocation<{ readonly type: 'read' }, number>;

const good: Call = {
  client: 'a',
  key: 'x',
  operation: { type: 'read' },
  calledAt: 1,
  returnedAt: 2,
  answer: 0,
};

test.for<[string, string, unknown]>([
  ['history', 'an array', undefined],
  ['history[0]', 'an object', [undefined]],
  ['a member of history[0]', 'one of client, key', [{ ...good, returnAt: 2 }]],
  ['history[0].client', 'a text or a number', [{ ...good, client: undefined }]],
  ['history[0].client', 'a text or a number', [{ ...good, client: Number.NaN }]],
  ['history[1].key', 'a text', [good, { ...good, calledAt: 3, returnedAt: 4, key: 7 }]],
  ['history[0].operation', 'an operation', [{ client: 'a', key: 'x', calledAt: 1 }]],
  ['history[0].calledAt', 'a finite number', [{ ...good, calledAt: Number.NaN }]],
  ['history[0].calledAt', 'a finite number', [{ ...good, calledAt: huge }]],
  ['history[0].returnedAt', 'a finite number', [{ ...good, returnedAt: Number.NaN }]],
  ['history[0].returnedAt', 'a finite number', [{ ...good, returnedAt: Number.POSITIVE_INFINITY }]],
  ['history[0].returnedAt', 'at least its calledAt, 1', [{ ...good, returnedAt: 0 }]],
  ['history[0].returnedAt', 'a time, since it failed', [{ ...good, returnedAt: undefined, failed: true }]],
  ['history[0].failed', 'true or false', [{ ...good, failed: 'no' }]],
  ['history[0].answer', 'left out, since it failed', [{ ...good, failed: true }]],
  ['history[0].answer', 'left out, since it did not return', [{ ...good, returnedAt: undefined }]],
  ['history[1].calledAt', 'at least 2, the return of history[0]', [good, { ...good, calledAt: 1.5 }]],
  ['history[0].calledAt', 'at least 2, the return of history[1]', [{ ...good, calledAt: 1.5 }, good]],
  [
    'history[1].client',
    "another client than 'a', whose call history[0] has not returned, got 'a'",
    [
      { ...good, returnedAt: undefined, answer: undefined },
      { ...good, calledAt: 8, returnedAt: 9 },
    ],
  ],
])('a history that cannot have happened is refused: %s, expected %s', async ([where, what, history]) => {
  const fault = await faultOf(() => linearizable(history as never, register));
  expectWhy(fault, what);
  expect(fault.message).toContain(where);
});

test('a client calls again as soon as it has returned, and others meanwhile', () => {
  const history = [good, { ...good, calledAt: 2, returnedAt: 2 }, { ...good, client: 'b' }];
  assert.equal(linearizable(history, register).linearizable, true);
});

test.for<[string, unknown, unknown]>([
  ['the methods initial, step', undefined, {}],
  ['the methods initial, step', { initial: () => 0 }, {}],
  ['a function', { ...register, fingerprint: 1 }, {}],
  ['a function', { ...register, showState: 'x' }, {}],
  ['a text', { ...register, fingerprint: () => 1 }, {}],
  ['{ state, answer }', { ...register, step: () => undefined }, {}],
  ['plain data', { ...register, initial: () => () => {} }, {}],
  ['a positive integer', register, { maxConfigurations: 0 }],
  ['greater than 0', register, { timeoutMs: Number.NaN }],
  ['one of maxConfigurations, timeoutMs', register, { maxConfiguration: 1 }],
])(
  'what is no specification, or no option, is refused: expected %s',
  async ([what, specification, options]) => {
    expectWhy(await faultOf(() => linearizable([good], specification as never, options as never)), what);
  },
);

test('what a specification throws is thrown', () => {
  const broken: Specification<number, unknown, number> = {
    initial: () => 0,
    step: () => {
      throw new TypeError('broken');
    },
  };
  assert.throws(() => linearizable([good], broken), new TypeError('broken'));
});

/** Distinct writes at once, and a read of what nobody wrote: every set of them is looked at. */
function hard(writes: number, key = 'x') {
  const all = Array.from({ length: writes }, (_, value) => ({
    client: `${key}${value}`,
    key,
    operation: { type: 'write' as const, value },
    calledAt: 0,
    returnedAt: 1,
  }));
  const read = { ...good, client: key, key, answer: -1, calledAt: 2, returnedAt: 3 };
  return [...all, read];
}

test('beyond the limit the verdict is unknown, and never wrong', () => {
  assert.equal(linearizable(hard(6), register).linearizable, false);
  const verdict = linearizable(hard(12), register, { maxConfigurations: 1_000 });
  assert.equal(verdict.linearizable, undefined);
  assert.ok(verdict.configurations <= 1_001);
  expect(verdict.message).toContain('more than 1000 configurations');
  assert.deepEqual('unknown' in verdict && verdict.unknown, ['x']);
});

test('beyond the time the verdict is unknown', () => {
  const verdict = linearizable(hard(18), register, { timeoutMs: 5 });
  assert.equal(verdict.linearizable, undefined);
  expect(verdict.message).toContain('the time was over');
});

test('one object that is certainly wrong is told, though another is unknown', () => {
  const history = [...hard(12), { ...good, key: 'y', client: 'z', answer: 7 }];
  const verdict = linearizable(history, register, { maxConfigurations: 1_000 });
  assert.equal(verdict.linearizable === false && verdict.key, 'y');
});

test('a limit makes a verdict unknown, and no other', () => {
  for (const kind of kinds)
    fc.assert(
      fc.property(anyHistories(kind), fc.integer({ min: 1, max: 20 }), (history, maxConfigurations) => {
        const { linearizable: limited } = linearizable(history, kind.specification, { maxConfigurations });
        if (limited === undefined) return;
        assert.equal(limited, linearizable(history, kind.specification).linearizable);
      }),
      { seed: 1, numRuns: 200 },
    );
});

test('a report is short, however long the history is, and steers no terminal', () => {
  const random = simulatedRandom(1);
  const nasty = '\u001b[31m\n\u202e'.repeat(40);
  const writes = Array.from({ length: 3_000 }, (_, at) => ({
    client: `${nasty}${at % 30}`,
    key: nasty,
    operation: { type: 'write' as const, value: Math.floor(random.fraction() * 9), nasty },
    calledAt: Math.floor(at / 3) * 2,
    returnedAt: Math.floor(at / 3) * 2 + 1,
  }));
  const read = {
    ...good,
    key: nasty,
    client: nasty,
    answer: nasty as never,
    calledAt: 2_000,
    returnedAt: 2_001,
  };
  const specification = { ...register, showAnswer: () => nasty };
  const verdict = linearizable([...writes, read], specification);
  assert.equal(verdict.linearizable, false);
  const lines = verdict.message.split('\n');
  assert.ok(lines.length < 80, `${lines.length} lines`);
  assert.ok(Math.max(...lines.map(({ length }) => length)) <= 220);
  expect(verdict.message.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
});

test('the picture shows what overlapped, what goes on, and what failed', () => {
  const write = (client: number, value: number, calledAt: number) => ({
    client,
    key: 'x',
    operation: { type: 'write' as const, value },
    calledAt,
  });
  const history = [
    { ...write(2, 1, 0), returnedAt: 5, answer: 'ok' },
    write(10, 2, 1),
    { ...write(3, 3, 2), returnedAt: 3, failed: true },
    { ...good, client: 1, calledAt: 6, returnedAt: 7, answer: 9 },
    { ...write(4, 4, 6.5), returnedAt: 20, answer: 'ok' },
  ];
  const { message } = linearizable(history, {
    ...register,
    showOperation: (operation) => ('value' in operation ? `write ${operation.value}` : operation.type),
    showAnswer: String,
  });
  expect(message).toMatchInlineSnapshot(`
    "Expected the history of 'x' to be linearizable, but no order of its 5 operations is legal.
    The longest legal beginning:
      1. 2: write 1 → ok
      2. 4: write 4 → ok
    Then the state is 4. One of these has to come next, before 1: read returns at 7:
      - 10: write 2 pending: it may take effect, and that leads no further
      - 3: write 3 failed: it may take effect, and that leads no further
      - 1: read → 9: expected 4, got 9
    Time, up to that return:
    1                          |--read → 9--|
    2   |--write 1 → ok-------|
    3     |--write 3 failed--?
    4                           |--write 4 → ok---…
    10   |--write 2 pending-----------------------…"
  `);
});

test('a recorder refuses a call of a client that waits for another', async () => {
  const recorder = recordHistory<string, number>();
  const call = { client: 'a', key: 'x', operation: 'start' };
  const open = recorder.call(call);
  for (const second of [call, { ...call, key: 'y' }]) {
    const fault = await faultOf(() => recorder.call(second));
    expectWhy(fault, "another client than 'a', whose call history[0] has not returned");
    expect(fault['invalidProperty']).toBe('client');
    let isCalled = false;
    const recording = recorder.record(second, () => ((isCalled = true), 7));
    expectWhy(await faultOf(recording), 'history[0]');
    expect(isCalled).toBe(false);
  }
  recorder.call({ ...call, client: 'b' });
  open.failed();
  recorder.call(call);
  assert.deepEqual(
    recorder.history.map(({ client, calledAt }) => [client, calledAt]),
    [
      ['a', 1],
      ['b', 2],
      ['a', 4],
    ],
  );
});

test('a recorder writes down who called what, and in which order', async () => {
  const recorder = recordHistory<string, number>();
  const read = { client: 'a', key: 'x', operation: 'read' };
  assert.equal(await recorder.record(read, () => 7), 7);
  const lost = recorder.record({ ...read, operation: 'lose' }, () => Promise.reject(new Error('lost')));
  await assert.rejects(lost, new Error('lost'));
  const refused = recorder.record(
    { ...read, operation: 'refuse' },
    () => {
      throw new Error('no');
    },
    () => -1,
  );
  await assert.rejects(refused, new Error('no'));
  const open = recorder.call({ client: 'b', key: 'x', operation: 'start' });
  recorder.call({ client: 'c', key: 'x', operation: 'stop' });
  open.returned();
  open.failed();
  assert.deepEqual(recorder.history, [
    { ...read, calledAt: 1, returnedAt: 2, answer: 7 },
    { ...read, operation: 'lose', calledAt: 3, returnedAt: 4, failed: true },
    { ...read, operation: 'refuse', calledAt: 5, returnedAt: 6, answer: -1 },
    { client: 'b', key: 'x', operation: 'start', calledAt: 7, returnedAt: 9, answer: undefined },
    { client: 'c', key: 'x', operation: 'stop', calledAt: 8 },
  ]);
});
