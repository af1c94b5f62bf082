import fc from 'fast-check';
import { type Action, type Program, type Step, advance, endOfWorld, pausing, submitOnce } from './program.ts';
import { schedules } from './schedules.ts';

const by = fc.nat({ max: 1 });

/** Done at once, or after some work. */
const submit: fc.Arbitrary<Action> = fc.record({
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
    end: fc.constantFrom('returns' as const, 'throws' as const),
  }),
});

const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 5, arbitrary: submit },
  { weight: 4, arbitrary: submitOnce },
  { weight: 3, arbitrary: pausing('pause') },
  { weight: 5, arbitrary: pausing('resume') },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('idle' as const), by }) },
  { weight: 4, arbitrary: advance },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cancel' as const), task: fc.nat({ max: 7 }), by }) },
  { weight: 1, arbitrary: endOfWorld },
);

const stopAtOnce: fc.Arbitrary<Action> = fc.record({
  do: fc.constant('stop' as const),
  by,
  waitMs: fc.constant(0),
});

const step = (turns: fc.Arbitrary<number>, of: fc.Arbitrary<Action>): fc.Arbitrary<Step> =>
  fc.record({ action: of, turns });

/** Whoever keeps supervisors does little to single tasks, and much to all: submits, pauses, waits for idle, stops. */
export const keepings: fc.Arbitrary<Program> = fc.record({
  seed: fc.nat(),
  schedule: schedules,
  supervisors: fc.constantFrom(1, 2),
  concurrency: fc.integer({ min: 1, max: 3 }),
  refused: fc.constant(0),
  lost: fc.constantFrom(0, 0, 0, 25),
  steps: fc
    .tuple(
      fc.array(step(fc.constantFrom(0, 0, 1, 3, 6), action), { minLength: 2, maxLength: 24, size: 'max' }),
      step(fc.nat({ max: 12 }), submit),
      step(fc.constant(0), stopAtOnce),
      fc.boolean(),
    )
    // Half of them are short, and end while something is about to start.
    .map(([steps, last, stop, isCut]) => (isCut ? [...steps.slice(0, 3), last, stop] : steps)),
});
