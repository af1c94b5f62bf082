import type { Run, Step } from './model-run.ts';

/** So many runs are spent on it at most. */
const mostRuns = 2_000;

/** Pairs of steps are tried where there are few. */
const fewSteps = 12;

/** Other ways to the same place are tried where there are very few. */
const veryFewSteps = 6;

export interface Shortening {
  readonly run: (steps: readonly Step[]) => Promise<Run>;
  readonly simpler: (step: Step) => Iterable<Step>;
  /** Steps that could stand in its place. */
  readonly others: (step: Step) => readonly Step[];
}

/**
 * A run that differs, of which no single step can be left out, nor any two, nor one by doing another differently, and
 * no payload be simpler: otherwise it would not differ. Undefined when it does not differ again.
 */
export async function shorten(steps: readonly Step[], ways: Shortening): Promise<Run | undefined> {
  const { run } = ways;
  let best = await run(steps);
  if (!best.difference) return undefined;
  for (let spent = 0, hasImproved = true; hasImproved;) {
    hasImproved = false;
    for (const candidate of candidates(stepsIn(best), ways)) {
      if ((spent += 1) > mostRuns) return best;
      const next = await run(candidate);
      if (!next.difference) continue;
      best = next;
      hasImproved = true;
      break;
    }
  }
  return best;
}

function stepsIn({ done }: Run): Step[] {
  return done.map(({ step }) => step).filter((step) => step.kind === 'create' || step.kind === 'send');
}

/** Shorter and simpler sequences, those that leave out most first. */
function* candidates(steps: readonly Step[], { simpler, others }: Shortening): Iterable<readonly Step[]> {
  const last = steps.at(-1);
  const ofLast = steps.filter(({ instance }) => instance === last?.instance);
  if (ofLast.length < steps.length) yield ofLast;
  for (let length = Math.ceil(steps.length / 2); length >= 1; length = length > 1 ? length >> 1 : 0) {
    for (let end = steps.length; end > 0; end -= length)
      yield without(steps, (index) => index >= end - length && index < end);
  }
  if (steps.length <= fewSteps) yield* withoutPairs(steps);
  if (steps.length <= veryFewSteps) yield* detours(steps, others);
  for (const [index, step] of steps.entries()) {
    for (const next of simpler(step)) yield steps.with(index, next);
  }
}

function* withoutPairs(steps: readonly Step[]): Iterable<readonly Step[]> {
  for (let first = 0; first < steps.length; first += 1) {
    for (let second = first + 2; second < steps.length; second += 1)
      yield without(steps, (index) => index === first || index === second);
  }
}

/** One step less, because another does something else: a task that is made cancelable need not become so. */
function* detours(steps: readonly Step[], others: Shortening['others']): Iterable<readonly Step[]> {
  for (const [index, step] of steps.entries()) {
    for (const other of others(step)) {
      const changed = steps.with(index, other);
      for (let out = 1; out < steps.length; out += 1)
        if (out !== index) yield without(changed, (each) => each === out);
    }
  }
}

/** What is sent to an instance goes with its creation. */
function without(steps: readonly Step[], isOut: (index: number) => boolean): readonly Step[] {
  const made = new Set<number>();
  return steps.filter((step, index) => {
    if (isOut(index)) return false;
    if (step.kind === 'create') made.add(step.instance);
    return made.has(step.instance);
  });
}
