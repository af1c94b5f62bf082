import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { Random } from '../index.ts';

/** Chance that repeats itself: one seed (an integer of 32 bits) gives the same bytes and numbers for ever. */
export function simulatedRandom(seed: number): Random {
  const generator = xoroshiro128plus(seed);
  return {
    bytes: (length) => Uint8Array.from({ length }, () => uniformInt(generator, 0, 255)),
    fraction: () => uniformFloat64(generator),
  };
}
