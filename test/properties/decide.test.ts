import fc from 'fast-check';
import assert from 'node:assert/strict';
import { describe, test } from 'vitest';
import { firstLife, localized, type TaskEvent, type TaskState } from '../../machines/index.ts';
import { decide, snapshotOf, type Decision } from '../../src/decide.ts';
import type { TaskRecord } from '../../src/index.ts';
import { isFinal, stateOf } from '../../src/record.ts';
import { faultOf } from '../../src/refusal.ts';
import { numRuns, timeout } from './checking.ts';

const at = fc.integer({ min: 900, max: 2_000 });
const fence = fc.option(fc.nat({ max: 4 }), { nil: undefined });
const error = fc.constantFrom(
  localized({ name: 'SystemError' }, 'It failed.'),
  localized({ name: 'RequestCanceled' }),
);
const states: TaskState[] = ['queued', 'running', 'success', 'error'];

const event: fc.Arbitrary<TaskEvent> = fc.oneof(
  fc.record({ type: fc.constant('CANCEL' as const), at }),
  fc.record({
    type: fc.constant('UPDATE_PROGRESS' as const),
    at,
    fence,
    percentDone: fc.double({ noNaN: true, noDefaultInfinity: true }),
    strict: fc.boolean(),
  }),
  fc.record({
    type: fc.constant('UPDATE_PROGRESS' as const),
    at,
    percentDone: fc.double({ min: -10, max: 110, noNaN: true }),
  }),
  fc.record({
    type: fc.constant('SET_DESCRIPTION' as const),
    at,
    fence,
    description: fc.constant({ key: 'k', message: 'm' }),
  }),
  fc.record({ type: fc.constant('SET_CANCELABLE' as const), at, fence, cancelable: fc.boolean() }),
  fc.record({
    type: fc.constant('SET_CUSTOM_VALUE' as const),
    at,
    fence,
    key: fc.constantFrom('a', 'b'),
    value: fc.option(fc.constant('v'), { nil: undefined }),
  }),
  fc.record({
    type: fc.constant('SET_STATE' as const),
    at,
    state: fc.constantFrom(...states),
    result: fc.option(fc.constant('[1]'), { nil: undefined }),
    error: fc.option(error, { nil: undefined }),
  }),
  fc.record({ type: fc.constant('START' as const), at, worker: fc.constantFrom('a', 'b') }),
  fc.record({
    type: fc.constant('BODY_RETURNED' as const),
    at,
    fence,
    result: fc.option(fc.constant('[1]'), { nil: undefined }),
  }),
  fc.record({
    type: fc.constant('BODY_THREW' as const),
    at,
    fence,
    error,
    aborted: fc.boolean(),
    retryAt: fc.option(at, { nil: undefined }),
  }),
  fc.record({
    type: fc.constantFrom('EXPIRE' as const, 'EVICT' as const, 'UNRESPONSIVE' as const),
    at,
    fence,
  }),
  fc.record({ type: fc.constant('LOSE' as const), at, worker: fc.constantFrom('a', 'b') }),
);

interface Life {
  readonly record: TaskRecord;
  readonly events: readonly TaskEvent[];
}

const life: fc.Arbitrary<Life> = fc
  .record({
    driver: fc.constantFrom('supervisor' as const, 'creator' as const),
    cancelable: fc.boolean(),
    maxAttempts: fc.integer({ min: 1, max: 3 }),
    maxLost: fc.integer({ min: 0, max: 2 }),
    events: fc.array(event, { maxLength: 25, size: 'max' }),
  })
  .map(({ events, ...input }) => {
    const first = firstLife({ ...input, queuedAt: 1_000 });
    return {
      events,
      record: { key: 'k', order: 1, sequence: 1, leaf: 'queued', creation: {} as never, life: first },
    };
  });

interface Step {
  readonly before: TaskRecord;
  readonly decision: Decision;
}

/** What the chart makes of the events, one after the other. */
function stepsOf({ record, events }: Life): Step[] {
  let from: Pick<Decision, 'record' | 'snapshot'> = { record, snapshot: snapshotOf(record) };
  return events.map((event) => {
    const before = from.record;
    const decision = decide(before, from.snapshot, event);
    from = decision;
    return { before, decision };
  });
}

function always(law: (step: Step) => void): () => void {
  const property = fc.property(life, (lived) => stepsOf(lived).forEach(law));
  return () => fc.assert(property, { numRuns: numRuns * 5 });
}

describe('whatever events come to a task, by its chart', { timeout }, () => {
  test(
    'nothing about a task that has ended changes any more',
    always(({ before, decision }) => {
      if (isFinal(before)) assert.equal(decision.record, before);
    }),
  );

  test(
    'an error and a result are there only in their own state',
    always(({ decision: { record } }) => {
      assert.equal(record.life.error !== undefined, record.leaf === 'error');
      if (record.life.result !== undefined) assert.equal(record.leaf, 'success');
    }),
  );

  test(
    'the stamps are in order, and the last is set exactly in a final state',
    always(({ before, decision: { record } }) => {
      const { queuedAt, startedAt, completedAt } = record.life;
      assert.equal(completedAt !== undefined, isFinal(record));
      const stamps = [queuedAt, startedAt, completedAt].filter((stamp) => stamp !== undefined);
      assert.deepEqual(
        stamps,
        stamps.toSorted((a, b) => a - b),
      );
      if (before.life.startedAt !== undefined) assert.equal(startedAt, before.life.startedAt);
    }),
  );

  test(
    'progress is an integer from 0 to 100, and set only while the task runs',
    always(({ decision: { record } }) => {
      const { progress } = record.life;
      if (progress === undefined) return;
      assert.ok(Number.isInteger(progress) && progress >= 0 && progress <= 100, `progress ${progress}`);
      assert.equal(stateOf(record), 'running');
    }),
  );

  test(
    'cancelled never goes back, and only setState says RequestCanceled of a task that was not asked',
    always(({ before, decision: { record, event } }) => {
      if (before.life.cancelled) assert.ok(record.life.cancelled);
      if (record === before || record.life.cancelled || record.life.error?.fault.name !== 'RequestCanceled')
        return;
      assert.equal(event.type, 'SET_STATE');
    }),
  );

  test(
    'a refusal changes nothing, and whatever changes is one step',
    always(({ before, decision: { record, outcome } }) => {
      if (faultOf(outcome) !== undefined) assert.equal(record, before);
      if (record !== before) assert.equal(record.sequence, before.sequence + 1);
    }),
  );

  test(
    'whoever has lost the fence changes nothing',
    always(({ before, decision: { record, event } }) => {
      const isLost = 'fence' in event && event.fence !== undefined && event.fence !== before.life.fence;
      if (isLost) assert.equal(record, before);
    }),
  );
});
