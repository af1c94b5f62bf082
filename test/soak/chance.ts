import { simulatedRandom } from '../../src/testing/index.ts';
import type { Random } from '../../src/index.ts';

/** Chance that repeats itself, asked in the words of a program. */
export class Chance {
  readonly #random: Random;

  constructor(seed: number) {
    this.#random = simulatedRandom(seed);
  }

  /** An integer from 0 up to, and not including, the limit. */
  below(limit: number): number {
    return Math.floor(this.#random.fraction() * limit);
  }

  percent(percent: number): boolean {
    return percent > 0 && this.#random.fraction() * 100 < percent;
  }

  of<T>(values: readonly [T, ...T[]]): T {
    return values[this.below(values.length)] ?? values[0];
  }

  /** One of a list, if there is any. */
  among<T>(values: readonly T[]): T | undefined {
    return values[this.below(values.length)];
  }

  /** One of the names, each as often as its weight says. */
  weighted<N extends string>(weights: Readonly<Record<N, number>>): N {
    const entries = Object.entries(weights) as [N, number][];
    let left = this.#random.fraction() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    const found = entries.find(([, weight]) => (left -= weight) < 0) ?? entries[0];
    if (!found) throw new RangeError('Expected at least one name to choose from, got none.');
    return found[0];
  }

  /** The seed of a chance of its own. */
  seed(): number {
    return this.below(2 ** 31);
  }
}

/** The seed of one round of a soak: any two rounds have unrelated ones. */
export function seedOfRound(seed: number, round: number): number {
  let mixed = (seed ^ Math.imul(round + 1, 0x9e3779b9)) | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 1;
}
