import fc from 'fast-check';
import type { TaskState } from '../../src/index.ts';
import type { Action, Program, Step } from './program.ts';
import { schedules } from './schedules.ts';

const task = fc.nat({ max: 1 });
const by = fc.nat({ max: 1 });

const created: fc.Arbitrary<Action> = fc.record({
  do: fc.constant('create' as const),
  by,
  cancelable: fc.constantFrom(true, true, false),
});

/** Done at once, or in two pieces of work: two supervisors meet over it either way. */
const submitted: fc.Arbitrary<Action> = fc.record({
  do: fc.constant('submit' as const),
  by,
  type: fc.constantFrom('soft' as const, 'firm' as const),
  priority: fc.constant(0),
  delayMs: fc.constantFrom(0, 0, 10),
  body: fc.record({
    steps: fc.array(
      fc.record({ do: fc.constant('work' as const), ms: fc.constantFrom(0, 10), honors: fc.boolean() }),
      { maxLength: 2 },
    ),
    end: fc.constantFrom('returns' as const, 'throws' as const, 'throws its reason when aborted' as const),
    listensAfter: fc.constantFrom(0, 2),
  }),
});

/** It ends seldom: of what has ended nobody can ask anything. */
const setState: fc.Arbitrary<Action> = fc.record({
  do: fc.constant('setState' as const),
  task,
  by,
  state: fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom<TaskState[]>('queued', 'running', 'running') },
    { weight: 1, arbitrary: fc.constantFrom<TaskState[]>('success', 'error') },
  ),
  outcome: fc.constantFrom('none' as const, 'none' as const, 'none' as const, 'result' as const),
});

const only = <D extends string>(...names: readonly D[]) => fc.constantFrom(...names);

const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 1, arbitrary: fc.oneof(created, submitted) },
  { weight: 6, arbitrary: setState },
  { weight: 2, arbitrary: fc.record({ do: only('watch', 'ended'), task, by }) },
  { weight: 3, arbitrary: fc.record({ do: only('cancel', 'info', 'info'), task, by }) },
  {
    weight: 5,
    arbitrary: fc.record({ do: only('progress'), task, by, percent: fc.constantFrom(10, 20, 120) }),
  },
  { weight: 4, arbitrary: fc.record({ do: only('setCancelable'), task, by, to: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: only('advance'), ms: fc.constantFrom(0, 1, 10) }) },
);

/** It is there, and both know of it, although the first answers may be lost: until they are asked for again time passes. */
const known: readonly Step[] = [
  { action: { do: 'advance', ms: 100 }, turns: 0 },
  ...[0, 1].map((by) => ({ action: { do: 'watch' as const, task: 0, by }, turns: 4 })),
];

const begun: Step = {
  action: { do: 'setState', task: 0, by: 0, state: 'running', outcome: 'none' },
  turns: 3,
};

/**
 * Many who ask much of one or two tasks, through two supervisors, while both are watched. Time hardly passes: whose answer
 * was lost is told only when the other has gone on.
 */
export const crowds: fc.Arbitrary<Program> = fc.record({
  seed: fc.nat(),
  schedule: schedules,
  supervisors: fc.constant(2),
  concurrency: fc.integer({ min: 1, max: 2 }),
  refused: fc.constant(0),
  lost: fc.constantFrom(0, 0, 10, 25),
  steps: fc
    .tuple(
      fc.oneof({ weight: 3, arbitrary: created }, { weight: 1, arbitrary: submitted }),
      fc.boolean(),
      fc.array(fc.record({ action, turns: fc.nat({ max: 3 }) }), {
        minLength: 8,
        maxLength: 24,
        size: 'max',
      }),
    )
    .map(([first, isBegun, others]) => [
      { action: first, turns: 6 },
      ...known,
      ...(isBegun ? [begun] : []),
      ...others,
    ]),
});
