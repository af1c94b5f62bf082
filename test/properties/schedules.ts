import fc from 'fast-check';

/** More possibilities at once than most programs have, and more turns with several of them. Empty: all in the order in which it comes. */
export const schedules: fc.Arbitrary<readonly number[]> = fc.array(fc.nat({ max: 23 }), {
  maxLength: 400,
  size: 'max',
});
