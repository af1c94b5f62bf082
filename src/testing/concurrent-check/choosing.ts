import { simulatedRandom } from '../simulated-random.ts';

/** Something that could happen next. */
export interface Option {
  /** The same thing in another run of nearly the same program. */
  readonly key: string;
  /** A client calls. */
  readonly isCall: boolean;
}

/**
 * Which of the options happens next, and how far promises go on after it: 0 until all have come to rest, 1 not at all,
 * so that the one after it happens in the same moment, 2 and 3 for one and two rounds of them.
 */
export interface Choice {
  readonly rank: number;
  readonly haste: number;
}

/** The first option is the one that goes on with what was done last. */
export type Choose = (options: readonly Option[]) => Choice;

export const mostHaste = 3;

/** How many choices there are: haste matters only where something else could happen. */
export function possibilities(options: number): number {
  return options < 2 ? 1 : options * (1 + mostHaste);
}

export function numberOf({ rank, haste }: Choice, options: number): number {
  return rank + haste * options;
}

/** Whoever was at it goes on as long as there is something to do. */
export const straight: Choose = () => ({ rank: 0, haste: 0 });

/** By chance: some runs change often between clients, some seldom; some leave promises no time. */
export function byChance(seed: number): Choose {
  const chance = simulatedRandom(seed);
  const among = (count: number) => Math.floor(chance.fraction() * count);
  const sticky = [0, 0.4, 0.7][among(3)] ?? 0;
  const hasty = [0, 0, 0.3][among(3)] ?? 0;
  return (options) => {
    if (options.length < 2) return straight(options);
    const rank = chance.fraction() < sticky ? 0 : among(options.length);
    // Where nothing else waits, only calls of one moment overlap.
    const isIdle = options.every(({ isCall }) => isCall);
    const haste = chance.fraction() < (isIdle ? 0.5 : hasty) ? 1 + among(mostHaste) : 0;
    return { rank, haste };
  };
}

/** By numbers, one for each time that there is a choice; straight on when they are used up. */
export function byNumbers(numbers: readonly number[]): Choose {
  let used = 0;
  return ({ length }) => {
    if (length < 2) return straight([]);
    const number = (numbers[used] ?? 0) % possibilities(length);
    used += 1;
    return { rank: number % length, haste: Math.floor(number / length) };
  };
}

/** In the order of another run, as far as the same things can happen. */
export function byOrder(order: readonly { readonly key: string; readonly haste: number }[]): Choose {
  const left = [...order];
  return (options) => {
    const at = left.findIndex(({ key }) => options.some((option) => option.key === key));
    const [next] = at < 0 ? [] : left.splice(at, 1);
    if (!next) return straight(options);
    return { rank: options.findIndex(({ key }) => key === next.key), haste: next.haste };
  };
}
