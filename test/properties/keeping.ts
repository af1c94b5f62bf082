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
      fc.array(step(fc.nat({ max: 8 }), submit), { minLength: 1, maxLength: 3 }),
      step(
        fc.constantFrom(0, 0, 1, 3),
        fc.oneof({ weight: 3, arbitrary: endOfWorld }, { weight: 2, arbitrary: pausing('pause') }),
      ),
      fc.boolean(),
    )
    // In half of them that is done just when something is about to start, and what follows comes too late.
    .map(([steps, last, halt, isShort]) =>
      isShort ? [...steps.slice(0, 3), ...last, halt, ...steps.slice(3, 6)] : steps,
    ),
});
