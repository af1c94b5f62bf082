import { moreOrders, orders } from './orders.ts';
import type { Trial } from './trials.ts';

type IsBroken = (trial: Trial) => Promise<boolean>;

/** The steps of a trial, and the same trial with others; undefined: it has none. */
function stepsOf(
  trial: Trial,
): { steps: readonly unknown[]; withSteps: (steps: readonly never[]) => Trial } | undefined {
  switch (trial.kind) {
    case 'program':
    case 'crowd':
    case 'keeping':
      return {
        steps: trial.program.steps,
        withSteps: (steps) => ({ ...trial, program: { ...trial.program, steps } }),
      };
    case 'tree':
      return {
        steps: trial.program.steps,
        withSteps: (steps) => ({ ...trial, program: { ...trial.program, steps } }),
      };
    case 'losses':
      return {
        steps: trial.program.jobs,
        withSteps: (jobs) => ({ ...trial, program: { ...trial.program, jobs } }),
      };
    case 'lives':
    case 'supervisors':
      return stepsOfMany(trial);
    default:
      return undefined;
  }
}

/** Of several programs the fewest; of a single one its steps. */
function stepsOfMany(trial: Extract<Trial, { kind: 'lives' | 'supervisors' }>): ReturnType<typeof stepsOf> {
  const [only, ...others] = trial.programs;
  if (only === undefined || others.length > 0)
    return { steps: trial.programs, withSteps: (programs) => ({ ...trial, programs }) };
  if (trial.kind === 'supervisors')
    return { steps: only as readonly unknown[], withSteps: (steps) => ({ ...trial, programs: [steps] }) };
  const life = only as (typeof trial.programs)[number];
  return { steps: life.steps, withSteps: (steps) => ({ ...trial, programs: [{ ...life, steps }] }) };
}

/** Without these steps, but with their turns. */
function unhurried(steps: readonly unknown[], gone: ReadonlySet<number>): unknown[] {
  const left: { turns?: number }[] = [];
  for (const [index, step] of (steps as readonly { turns?: number }[]).entries()) {
    const last = left.at(-1);
    if (!gone.has(index)) left.push(step);
    else if (last?.turns !== undefined)
      left.splice(-1, 1, { ...last, turns: last.turns + (step.turns ?? 0) + 1 });
  }
  return left;
}

/** How many steps there are; undefined: it has none. */
export function sizeOf(trial: Trial): number | undefined {
  return stepsOf(trial)?.steps.length;
}

/** More than any needs; the rest of a search that does not come to its end would find little. */
const mostTries = 1_500;

/** So few steps are read at a glance: whether there are still fewer is not worth a long search. */
const fewEnough = 3;

/** What is left when no step, and no two steps, can be taken out of it. It breaks a law still, not always the same. */
export async function shortened(trial: Trial, isBroken: IsBroken): Promise<Trial> {
  const short = await searched(trial, isBroken, orders);
  return (sizeOf(short) ?? 0) > fewEnough ? searched(short, isBroken, moreOrders) : short;
}

async function searched(trial: Trial, isBroken: IsBroken, variants: typeof orders): Promise<Trial> {
  let best = trial;
  let tries = 0;
  const size = () => sizeOf(best) ?? 0;
  const tryWithout = async (gone: ReadonlySet<number>): Promise<boolean> => {
    const parts = stepsOf(best);
    if (!parts || tries >= mostTries) return false;
    const next = parts.withSteps(parts.steps.filter((_step, index) => !gone.has(index)) as never[]);
    if (sizeOf(next) === 0) return false;
    for (const one of [...variants(next), parts.withSteps(unhurried(parts.steps, gone) as never[])]) {
      tries += 1;
      if (!(await isBroken(one))) continue;
      best = one;
      return true;
    }
    return false;
  };
  const isMany = () => 'programs' in best && best.programs.length > 1;
  do await withoutChunks(size, tryWithout);
  while (isMany() && tries < mostTries);
  // Of many one is left now, and its own steps are to be taken out.
  if ('programs' in best) await withoutChunks(size, tryWithout);
  for (let before = Number.POSITIVE_INFINITY; before > size();) {
    before = size();
    await withoutPairs(size, tryWithout);
    await withoutChunks(size, tryWithout);
  }
  return best;
}

async function withoutChunks(
  size: () => number,
  tryWithout: (gone: Set<number>) => Promise<boolean>,
): Promise<void> {
  for (let length = Math.ceil(size() / 2); length >= 1; length = length === 1 ? 0 : Math.ceil(length / 2)) {
    let isShorter = true;
    while (isShorter) {
      isShorter = false;
      for (let at = size() - length; at >= 0; at -= length) {
        const gone = new Set(Array.from({ length }, (_, index) => at + index));
        if (await tryWithout(gone)) isShorter = true;
      }
      if (length > 1) break;
    }
  }
}

async function withoutPairs(
  size: () => number,
  tryWithout: (gone: Set<number>) => Promise<boolean>,
): Promise<void> {
  for (let first = 0; first < size(); first += 1)
    for (let second = first + 1; second < size(); second += 1)
      if (await tryWithout(new Set([first, second]))) second = first;
}
