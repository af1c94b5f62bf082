/** The value below which this share of the values lies, by the nearest rank. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The ratios of what was measured side by side: noise that lasts longer than a round is in both, and cancels out. */
export function pairwiseRatios(ours: readonly number[], theirs: readonly number[]): number[] {
  return ours.map((value, index) => value / (theirs[index] ?? Number.NaN));
}

/** Rounded to so many significant digits: more would be noise. */
export function significant(value: number, digits = 3): number {
  return Number(value.toPrecision(digits));
}
