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

/** How many steps there are; undefined: it has none. */
export function sizeOf(trial: Trial): number | undefined {
  return stepsOf(trial)?.steps.length;
}

/** More than any needs; the rest of a search that does not come to its end would find little. */
const mostTries = 600;

/** What is left when no step, and no two steps, can be taken out of it. It breaks a law still, not always the same. */
export async function shortened(trial: Trial, isBroken: IsBroken): Promise<Trial> {
  let best = trial;
  let tries = 0;
  const tryWithout = async (gone: ReadonlySet<number>): Promise<boolean> => {
    const parts = stepsOf(best);
    if (!parts || tries >= mostTries) return false;
    const next = parts.withSteps(parts.steps.filter((_step, index) => !gone.has(index)) as never[]);
    if (sizeOf(next) === 0) return false;
    for (const one of orders(next)) {
      tries += 1;
      if (!(await isBroken(one))) continue;
      best = one;
      return true;
    }
    return false;
  };
  const isMany = () => 'programs' in best && best.programs.length > 1;
  do await withoutChunks(() => sizeOf(best) ?? 0, tryWithout);
  while (isMany() && tries < mostTries);
  // Of many one is left now, and its own steps are to be taken out.
  if ('programs' in best) await withoutChunks(() => sizeOf(best) ?? 0, tryWithout);
  await withoutPairs(() => sizeOf(best) ?? 0, tryWithout);
  return best;
}

/** What depends on the order of turns may need another order once a step is gone. */
function orders(trial: Trial): readonly Trial[] {
  if (trial.kind === 'tree') return [trial, { ...trial, program: { ...trial.program, schedule: [] } }];
  if (trial.kind !== 'program' && trial.kind !== 'crowd' && trial.kind !== 'keeping') return [trial];
  const { schedule, steps } = trial.program;
  const onOne = steps.map(({ action, turns }) => ({
    action: 'task' in action ? { ...action, task: 0 } : action,
    turns,
  }));
  return [
    ...[schedule, [], schedule.toReversed(), schedule.map((choice) => choice + 1)].map((other) => ({
      schedule: other,
    })),
    // Which task is meant depends on how many there are.
    { schedule: [], steps: onOne },
    { schedule: [], steps: onOne.map((step) => ({ ...step, turns: 0 })) },
  ].map((other) => ({ ...trial, program: { ...trial.program, ...other } }));
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
