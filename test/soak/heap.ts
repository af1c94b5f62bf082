/** The heap after so many rounds of one process. */
interface Sample {
  readonly session: number;
  readonly rounds: number;
  readonly bytes: number;
}

export interface HeapReport {
  readonly samples: readonly Sample[];
  readonly limitBytesPerRound: number;
  readonly bytesPerRound: number | null;
  readonly verdict: 'flat' | 'growing' | 'too few rounds' | 'not measured';
}

/** Less than one task that is kept of some fifty in a round. */
export const limitBytesPerRound = 2_048;

/** The heap is measured once in so many rounds: collecting it takes as long as a round. */
export const measuredEvery = 10;

/** What is compiled and kept on first use is there after so many rounds. */
const warmUpRounds = 500;

/** Fewer say nothing: a cache that fills looks like a leak. */
const leastSamples = 30;

/** So many are kept; when there are more, every second one goes. */
const mostSamples = 400;

/** Only neighbours are compared: a step, as Node itself makes now and then, is in few of the pairs. */
const widestPair = 10;

/** Bytes in use once what nobody holds is gone; undefined without `--expose-gc`. */
export function heapUsed(): number | undefined {
  if (!globalThis.gc) return undefined;
  // Twice: what the first frees may hold, by weak references, what only the second can.
  globalThis.gc();
  globalThis.gc();
  return process.memoryUsage().heapUsed;
}

export function withSample(samples: readonly Sample[], sample: Sample): readonly Sample[] {
  const all = [...samples, sample];
  return all.length > mostSamples ? all.filter((_sample, index) => index % 2 === 0) : all;
}

/** Bytes a round by which the heap grows: the median of the slopes between neighbours of one process (Theil and Sen). */
function slopeOf(samples: readonly Sample[]): number | undefined {
  const slopes = samples.flatMap((from, index) =>
    samples
      .slice(index + 1, index + 1 + widestPair)
      .filter(({ session }) => session === from.session)
      .map((to) => (to.bytes - from.bytes) / (to.rounds - from.rounds)),
  );
  return slopes.toSorted((a, b) => a - b)[Math.floor(slopes.length / 2)];
}

/** Whether the heap stays as it is, round after round. */
export function heapReport(samples: readonly Sample[]): HeapReport {
  const warm = samples.filter(({ rounds }) => rounds >= warmUpRounds);
  const slope = slopeOf(warm);
  const bytesPerRound = slope === undefined ? null : Math.round(slope);
  const report = { samples, limitBytesPerRound, bytesPerRound };
  if (!globalThis.gc) return { ...report, verdict: 'not measured' };
  if (bytesPerRound === null || warm.length < leastSamples) return { ...report, verdict: 'too few rounds' };
  return { ...report, verdict: bytesPerRound < limitBytesPerRound ? 'flat' : 'growing' };
}
