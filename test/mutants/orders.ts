import type { Trial } from './trials.ts';

type Of<K extends Trial['kind']> = Extract<Trial, { kind: K }>;

/** What depends on the order of turns, or on chance, may need another once a step is gone. */
export function orders(trial: Trial): readonly Trial[] {
  switch (trial.kind) {
    case 'tree':
      return ordersOfTree(trial);
    case 'losses':
      return ordersOfLosses(trial);
    case 'program':
    case 'crowd':
    case 'keeping':
      return ordersOfProgram(trial);
    default:
      return [trial];
  }
}

function ordersOfTree(trial: Of<'tree'>): readonly Trial[] {
  // What a step that is gone gave time to has it between the others.
  const patient = [undefined, 0, 1, 2, 3, 4, 5, 6, 7].map((task) => ({
    schedule: [],
    stopMs: undefined,
    steps: trial.program.steps.map(({ action }) => ({ action: onTask(action, task), turns: 100 })),
  }));
  const crowded = patient.slice(0, 1).map((other) => ({ ...other, concurrency: 3 }));
  return [{}, { schedule: [] }, ...patient, ...crowded].map((other) => ({
    ...trial,
    program: { ...trial.program, ...other },
  }));
}

/** Which task is meant depends on how many there are. */
function onTask<A extends object>(action: A, task: number | undefined): A {
  return 'task' in action && task !== undefined ? { ...action, task } : action;
}

function ordersOfLosses(trial: Of<'losses'>): readonly Trial[] {
  // Chance says who takes a job, and only what is at work can be lost.
  const long = { ...trial.program, jobs: trial.program.jobs.map((job) => ({ ...job, ms: 60_000 })) };
  const seeds = [0, 1, 2, 3].map((more) => trial.seed + more);
  return [trial.program, long].flatMap((program) => seeds.map((seed) => ({ ...trial, seed, program })));
}

/** The same steps at other times: with others, with none and with as many turns between them, all of them for one task. */
function ordersOfProgram(trial: OfSteps): readonly Trial[] {
  const { schedule, steps } = trial.program;
  const [, onOne = steps, ...evenly] = times(steps);
  return [
    ...schedules(schedule).map((other) => ({ schedule: other, steps })),
    ...[onOne, ...evenly].flatMap((other) => [
      { schedule: [], steps: other },
      { schedule, steps: other },
    ]),
  ].map((other) => ({ ...trial, program: { ...trial.program, ...other } }));
}

/** Far more of them, also with other troubles of the store, for what is still long. */
export function moreOrders(trial: Trial): readonly Trial[] {
  if (!hasSteps(trial)) return orders(trial);
  const { schedule, steps, seed, refused, lost } = trial.program;
  const worse = { refused: refused > 0 ? 25 : 0, lost: lost > 0 ? 25 : 0 };
  return schedules(schedule).flatMap((other) =>
    times(steps).flatMap((same) =>
      [0, 1, 2].map((more) => ({
        ...trial,
        program: { ...trial.program, ...worse, seed: seed + more, schedule: other, steps: same },
      })),
    ),
  );
}

type OfSteps = Of<'program' | 'crowd' | 'keeping'>;
type Program = OfSteps['program'];

const hasSteps = (trial: Trial): trial is OfSteps => ['program', 'crowd', 'keeping'].includes(trial.kind);

function schedules(schedule: Program['schedule']): Program['schedule'][] {
  const later = (by: number) => schedule.map((choice) => choice + by);
  return [schedule, [], schedule.toReversed(), later(1), later(2), schedule.slice(7), schedule.slice(31)];
}

function times(steps: Program['steps']): Program['steps'][] {
  const onOne = steps.map(({ action, turns }) => ({ action: onTask(action, 0), turns }));
  return [steps, onOne, ...[0, 2, 5].map((turns) => onOne.map((step) => ({ ...step, turns })))];
}
