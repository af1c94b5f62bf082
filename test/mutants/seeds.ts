/** Far from each other, and the same for the same first one. */
export function seedsFrom(seed: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => (seed + index * 104_729) % 2 ** 31);
}
