import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { type AnyStateMachine, setup, transition } from 'xstate';
import { faultMessages, supervisorMachine, taskMachine } from '../../machines/index.ts';
import { leafOf } from '../../machines/chart.ts';
import { decide, snapshotOf } from '../../src/decide.ts';
import { isFinal } from '../../src/record.ts';
import type { TaskRecord } from '../../src/index.ts';
import {
  type Step,
  type Walk,
  allSteps,
  arrowsOf,
  shortestPaths,
  simplePaths,
  stateNodes,
  take,
  uncovered,
} from '../support/graph.ts';
import { type TaskStep, allTaskSteps, isOfChart, taskWalks } from '../support/task-walk.ts';

const supervisorWalk: Walk<typeof supervisorMachine> = {
  machine: supervisorMachine,
  events: () => [
    ...(['STARTED', 'OPERATE', 'DRAIN', 'EMPTY', 'STOP', 'OVERDUE', 'FAIL'] as const).map((type) => ({
      type,
    })),
    ...(['SUBMIT', 'CLAIM'] as const).flatMap((type) => [true, false].map((child) => ({ type, child }))),
  ],
  identity: () => 'no context',
};

// The chart looks at nothing of it.
const creation = { type: 'walked' } as TaskRecord['creation'];

const firstSequence = 7;

function recordOf({ value, context }: TaskStep['from']): TaskRecord {
  return {
    key: 'k',
    order: 1,
    sequence: firstSequence,
    leaf: leafOf(value),
    creation,
    life: context.task,
    children: context.children,
  };
}

function isDecidedAlike({ from, event, to }: TaskStep): boolean {
  const before = recordOf(from);
  const { record, outcome, snapshot } = decide(before, snapshotOf(before), event as never);
  const declared = take(taskMachine, from, event).taken?.outcome ?? 'InvalidState';
  const isSame = isRefusal(outcome) || outcome === 'nothing';
  return (
    outcome === declared &&
    record.leaf === leafOf(to.value) &&
    record.leaf === leafOf(snapshot.value) &&
    isDeepStrictEqual(record.life, to.context.task) &&
    (record === before || (!isSame && record.sequence === firstSequence + 1))
  );
}

const inWords = ({ from, event, to }: TaskStep) =>
  `${leafOf(from.value)} ${JSON.stringify(event)} ${leafOf(to.value)}`;

type Law = (before: TaskRecord, after: TaskRecord, event: string) => boolean;

/** What the chart alone can keep of the invariants. */
const laws: Readonly<Record<string, Law>> = {
  'an error is set in state error, and nowhere else': (_, { life, leaf }) =>
    (life.error !== undefined) === (leaf === 'error'),
  'a result is set in state success alone': (_, { life, leaf }) =>
    life.result === undefined || leaf === 'success',
  'the time of completion is set exactly when it is final': (_, record) =>
    (record.life.completedAt !== undefined) === isFinal(record),
  'progress is an integer of 0 to 100, and set only while it runs': (_, { life: { progress }, leaf }) =>
    progress === undefined ||
    (Number.isInteger(progress) && 0 <= progress && progress <= 100 && leaf.startsWith('running')),
  'cancelled comes with a cancel, and never goes': ({ life: before }, { life: after }, event) =>
    after.cancelled ? before.cancelled || event === 'CANCEL' : !before.cancelled,
  'nothing but setState says RequestCanceled of a task that nobody canceled': (_, { life }, event) =>
    life.cancelled || life.error?.fault.name !== 'RequestCanceled' || event === 'SET_STATE',
  'a queued task was not asked to end': (_, { life, leaf }) => leaf !== 'queued' || !life.cancelled,
  'a fence never falls': ({ life: before }, { life: after }) => after.fence >= before.fence,
  'times stand in their order': (_, { life: { queuedAt, startedAt = queuedAt, completedAt = Infinity } }) =>
    queuedAt <= startedAt && startedAt <= completedAt,
};

const isRefusal = (outcome: string | undefined) =>
  outcome !== undefined && Object.hasOwn(faultMessages, outcome);

describe.for<[string, AnyStateMachine]>([
  ['taskMachine', taskMachine],
  ['supervisorMachine', supervisorMachine],
])('%s', ([, machine]) => {
  const arrows = stateNodes(machine).flatMap(arrowsOf);

  test('declares an answer on every transition', () => {
    expect(arrows.length).toBeGreaterThan(20);
    expect(arrows.filter(({ outcome }) => outcome === undefined)).toEqual([]);
    const words = [
      'ok',
      'canceled',
      'requested',
      'alreadyRequested',
      'nothing',
      ...Object.keys(faultMessages),
    ];
    expect(arrows.filter(({ outcome }) => !words.includes(outcome ?? ''))).toEqual([]);
  });

  test('changes nothing where it refuses, and where it says that nothing had to change', () => {
    const still = arrows.filter(({ outcome }) => isRefusal(outcome) || outcome === 'nothing');
    expect(still.filter(({ hasTarget, hasActions }) => hasTarget || hasActions)).toEqual([]);
  });

  test('lets nothing leave a final state', () => {
    const final = stateNodes(machine).filter(({ type }) => type === 'final');
    expect(final.length).toBeGreaterThan(0);
    expect(final.flatMap(arrowsOf)).toEqual([]);
  });

  test('has no always, no after, no invoke, and no action on entry or exit', () => {
    const busy = stateNodes(machine).filter(
      ({ always, after, invoke, entry, exit }) =>
        (always ?? []).length + after.length + invoke.length + entry.length + exit.length > 0,
    );
    expect(busy.map(({ id }) => id)).toEqual([]);
  });

  test('describes every state', () => {
    const silent = stateNodes(machine).filter(({ description, parent }) => parent && !description);
    expect(silent.map(({ id }) => id)).toEqual([]);
  });
});

describe('the walks through taskMachine', () => {
  let steps: readonly TaskStep[] = [];
  beforeAll(() => {
    steps = allTaskSteps();
  });

  test('reach every state, take every transition, and hear every guard say yes and no', () => {
    expect(uncovered(taskMachine, steps)).toEqual([]);
  });

  test('find for every step what decide says to it', () => {
    expect(steps.length).toBeGreaterThan(1_000);
    expect(steps.filter((step) => !isDecidedAlike(step)).map(inWords)).toEqual([]);
  });

  test('answer a cancel in this order: final, asked before, not cancelable', () => {
    const expected = ({ leaf, life, children }: TaskRecord) => {
      if (isFinal({ leaf })) return 'InvalidState';
      if (life.cancelled) return 'alreadyRequested';
      if (!life.cancelable) return 'NotSupported';
      // A queued task with children has to wait for them, as a running one has for its body.
      return leaf === 'queued' && !children?.open ? 'canceled' : 'requested';
    };
    const cancels = steps.filter(({ event }) => event.type === 'CANCEL');
    const answers = cancels.map(({ from, event }) => {
      const record = recordOf(from);
      return { record, answer: decide(record, snapshotOf(record), event as never).outcome };
    });
    expect(answers.filter(({ record, answer }) => answer !== expected(record))).toEqual([]);
    expect(new Set(answers.map(({ answer }) => answer)).size).toBe(4);
  });

  test.for(Object.entries(laws))('show in every state that they reach that %s', ([, law]) => {
    const broken = steps.filter((step) => !law(recordOf(step.from), recordOf(step.to), step.event.type));
    expect(broken.map(inWords)).toEqual([]);
  });
});

test('decide follows every shortest path of a task step by step, counting every change', () => {
  const paths = taskWalks.flatMap((walk) => shortestPaths(walk));
  expect(paths.length).toBeGreaterThan(50);
  for (const [first, ...rest] of paths) {
    if (!first) continue;
    let { from: chart } = first;
    let record = recordOf(chart);
    let changes = 0;
    for (const step of [first, ...rest]) {
      if (!isOfChart(step)) {
        const { children } = step.to.context;
        record = { ...record, children };
        chart = { ...chart, context: { ...chart.context, children } };
        continue;
      }
      const { event } = step;
      const decision = decide(record, snapshotOf(record), event as never);
      const [next] = transition(taskMachine, chart, event as never);
      if (!isDeepStrictEqual([chart.value, chart.context], [next.value, next.context])) changes += 1;
      chart = next;
      ({ record } = decision);
      assert.deepStrictEqual([record.leaf, record.life], [leafOf(chart.value), chart.context.task]);
    }
    expect(record.sequence).toBe(firstSequence + changes);
  }
});

describe('the walks through supervisorMachine', () => {
  test('reach every state, take every transition, and hear every guard say yes and no', () => {
    expect(uncovered(supervisorMachine, allSteps(supervisorWalk))).toEqual([]);
  });

  test('never come back: every simple path goes starting, running, draining, stopped or failed', () => {
    const ranks = [
      'starting',
      'running',
      'draining.finishing',
      'draining.closing',
      'draining.evicting',
      'failed',
      'stopped',
    ];
    const paths = simplePaths(supervisorWalk);
    expect(paths.length).toBeGreaterThan(ranks.length);
    for (const path of paths) {
      for (const { from, to } of path) {
        expect(ranks.indexOf(leafOf(to.value))).toBeGreaterThanOrEqual(ranks.indexOf(leafOf(from.value)));
      }
    }
  });
});

describe('uncovered', () => {
  const chart = setup({ guards: { odd: ({ event }) => event['n'] === 1 } }).createMachine({
    id: 'tiny',
    initial: 'a',
    states: { a: { on: { GO: [{ guard: 'odd', target: 'b' }, { target: 'c' }] } }, b: {}, c: {}, d: {} },
  });
  const walk = (numbers: readonly number[]): readonly Step<typeof chart>[] =>
    allSteps({ machine: chart, events: () => numbers.map((n) => ({ type: 'GO', n })), identity: () => 0 });

  test('names the state, the transition and the answer of a guard that no step reaches', () => {
    const guarded = 'tiny.a GO #1 [odd]';
    expect(uncovered(chart, walk([1]))).toEqual([`${guarded} is false`, 'tiny.a GO #2', 'tiny.c', 'tiny.d']);
    expect(uncovered(chart, walk([2]))).toEqual([guarded, 'tiny.b', 'tiny.d']);
    expect(uncovered(chart, walk([1, 2]))).toEqual(['tiny.d']);
  });
});
