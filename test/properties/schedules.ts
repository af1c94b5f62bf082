import fc from 'fast-check';

/** More possibilities at once than most programs have, and more turns with several of them. */
const anyOrder = fc.array(fc.nat({ max: 23 }), { maxLength: 400, size: 'max' });

/** One that waits is passed over again and again, as where an answer is long on its way. */
const passingOver = fc
  .array(fc.tuple(fc.nat({ max: 3 }), fc.integer({ min: 1, max: 30 })), { maxLength: 30, size: 'max' })
  .map((runs) => runs.flatMap(([choice, length]) => Array.from({ length }, () => choice)));

/** Which of all that could happen next does. Empty: all in the order in which it comes. */
export const schedules: fc.Arbitrary<readonly number[]> = fc.oneof(
  { weight: 2, arbitrary: anyOrder },
  { weight: 1, arbitrary: passingOver },
);
