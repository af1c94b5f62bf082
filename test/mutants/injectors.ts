import type { BodyStep, Program, Step } from '../properties/program.ts';
import type { Trial } from './trials.ts';

/** What a trial is without one kind of trouble; undefined: nothing is left of it. */
type Injector = (trial: Trial) => Trial | undefined;

const withProgram =
  (change: (program: Program) => Program): Injector =>
  (trial) =>
    trial.kind === 'program' || trial.kind === 'crowd' || trial.kind === 'keeping'
      ? { ...trial, program: change(trial.program) }
      : trial;

const withoutActions = (...names: readonly string[]) =>
  withProgram((program) => ({
    ...program,
    steps: program.steps.filter(({ action }) => !names.includes(action.do)),
  }));

/** The same steps, with other bodies. */
const withBodySteps = (isKept: (step: BodyStep) => boolean) =>
  withProgram((program) => ({
    ...program,
    steps: program.steps.map((step): Step => {
      const { action } = step;
      if (action.do !== 'submit') return step;
      return {
        ...step,
        action: { ...action, body: { ...action.body, steps: action.body.steps.filter(isKept) } },
      };
    }),
  }));

function withoutFaults(...names: readonly ('refused' | 'lost' | 'torn')[]): Injector {
  const none = Object.fromEntries(names.map((name) => [name, 0]));
  const { torn: _torn, ...ofPrograms } = { torn: 0, ...none };
  return (trial) => {
    if (trial.kind === 'simulation') return { ...trial, faults: { ...trial.faults, ...none } };
    if (trial.kind === 'losses') {
      const { faults, losses } = trial.program;
      // A line that is cut refuses all.
      const left = names.includes('refused') ? losses.filter(({ how }) => !how.includes('cut')) : losses;
      return { ...trial, program: { ...trial.program, faults: { ...faults, ...none }, losses: left } };
    }
    if (trial.kind === 'tree') return { ...trial, program: { ...trial.program, ...ofPrograms } };
    return withProgram((program) => ({ ...program, ...ofPrograms }))(trial);
  };
}

const withoutKind =
  (kind: Trial['kind']): Injector =>
  (trial) =>
    trial.kind === kind ? undefined : trial;

function inOrder(trial: Trial): Trial | undefined {
  // There the order comes with the seed.
  if (trial.kind === 'simulation' || trial.kind === 'losses') return undefined;
  if (trial.kind === 'tree') return { ...trial, program: { ...trial.program, schedule: [] } };
  return withProgram((program) => ({ ...program, schedule: [] }))(trial) as Trial;
}

function alone(trial: Trial): Trial | undefined {
  if (['simulation', 'losses', 'crowd'].includes(trial.kind)) return undefined;
  // After a stop comes another.
  if (trial.kind === 'tree') return unstopped(trial);
  return withProgram((program) => ({ ...program, supervisors: 1 }))(trial);
}

function unstopped(trial: Trial): Trial | undefined {
  if (trial.kind === 'tree') return { ...trial, program: { ...trial.program, stopMs: undefined } };
  return withoutActions('stop', 'drain')(trial);
}

/** No clock is set, and none goes back. */
function steadily(trial: Trial): Trial | undefined {
  if (trial.kind === 'tree') {
    const steps = trial.program.steps.filter(({ action }) => action.do !== 'setWall');
    return { ...trial, program: { ...trial.program, steps } };
  }
  if (trial.kind !== 'lives') return withoutActions('setWall')(trial);
  const programs = trial.programs.map((program) => ({
    ...program,
    steps: program.steps.map((step) => (step.do === 'send' ? { ...step, ms: Math.max(0, step.ms) } : step)),
  }));
  return { ...trial, programs };
}

const unkeyed = withProgram((program) => ({
  ...program,
  steps: program.steps.map((step): Step => {
    if (step.action.do !== 'submit') return step;
    const { idempotencyKey: _key, ...action } = step.action;
    return { ...step, action };
  }),
}));

/** What is brought into the trials on purpose, by its name, each to be left out by itself. */
export const injectors: Readonly<Record<string, Injector>> = {
  'unanswered calls': withoutFaults('refused', 'lost', 'torn'),
  'lost answers': withoutFaults('lost', 'torn'),
  'turn order': inOrder,
  'second supervisor': alone,
  stops: unstopped,
  pauses: withoutActions('pause', 'resume'),
  'wall clock': steadily,
  'idempotency keys': unkeyed,
  checkpoints: withBodySteps((step) => step.do !== 'saveCheckpoint'),
  programs: withoutKind('program'),
  crowds: withoutKind('crowd'),
  keepings: withoutKind('keeping'),
  trees: withoutKind('tree'),
  simulations: withoutKind('simulation'),
  losses: withoutKind('losses'),
  lives: withoutKind('lives'),
  supervisors: withoutKind('supervisors'),
  stores: withoutKind('store'),
};

/** The trial without all of these; undefined: nothing is left of it. */
export function without(trial: Trial, names: readonly string[]): Trial | undefined {
  return names.reduce<Trial | undefined>((left, name) => {
    const injector = injectors[name];
    return left && injector ? injector(left) : left;
  }, trial);
}
