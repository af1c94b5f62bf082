import fc from 'fast-check';

/** More turns with several possibilities than most programs have. */
const mostChoices = 400;

/** Over and over to the end of the program: what comes in order at last is no order of its own. */
const repeated = (choices: readonly number[]): readonly number[] =>
  choices.length === 0
    ? []
    : Array.from({ length: mostChoices }, (_, at) => choices[at % choices.length] ?? 0);

/** Among more possibilities than most programs have at once. */
const anyOrder = fc.array(fc.nat({ max: 23 }), { maxLength: 200, size: 'max' }).map(repeated);

/** One that waits is passed over again and again, as where an answer is long on its way. */
const passingOver = fc
  .array(fc.tuple(fc.nat({ max: 3 }), fc.integer({ min: 1, max: 30 })), { maxLength: 30, size: 'max' })
  .map((runs) => runs.flatMap(([choice, length]) => Array.from({ length }, () => choice)));

/** Which of all that could happen next does. Empty: all in the order in which it comes. */
export const schedules: fc.Arbitrary<readonly number[]> = fc.oneof(
  { weight: 2, arbitrary: anyOrder },
  { weight: 1, arbitrary: passingOver },
);
