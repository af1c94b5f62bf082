import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { Random } from '../index.ts';
import { invalid } from './arguments.ts';

/** The generator knows 32 bits; what stands above them counts as well. */
const above = 2 ** 32;

/**
 * Chance that repeats itself: one seed gives the same bytes and numbers for ever.
 *
 * @throws Fault InvalidArgument for a seed that is no integer: all of these would give the same.
 */
export function simulatedRandom(seed: number): Random {
  if (!Number.isSafeInteger(seed)) throw invalid('seed', 'an integer', seed);
  const generator = xoroshiro128plus(seed ^ Math.imul(Math.trunc(seed / above), 0x9e3779b1));
  return {
    bytes: (length) => Uint8Array.from({ length }, () => uniformInt(generator, 0, 255)),
    fraction: () => uniformFloat64(generator),
  };
}
