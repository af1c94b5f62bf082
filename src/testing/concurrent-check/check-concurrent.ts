import type { RunDetails } from 'fast-check';
import type { AnyMachineSnapshot, AnyStateMachine, EventFrom, EventObject, SnapshotFrom } from 'xstate';
import { Fault } from '../../index.ts';
import { checkFunctions, checkKnown } from '../arguments.ts';
import { ChartModel, type ChartView } from '../model-check/chart-model.ts';
import { type FastCheck, loadFastCheck } from '../model-check/fast-check.ts';
import { type RepeatOptions, checkNumbers, parametersOf } from '../model-check/parameters.ts';
import { otherSteps, simplerSteps } from '../model-check/program.ts';
import type { AnySystem } from '../model-check/system.ts';
import { checkConcurrentSystem } from './checked-system.ts';
import { byChance } from './choosing.ts';
import { type ConcurrentDifference, differenceError } from './concurrent-difference.ts';
import type { Command, Program, ProgramSize } from './concurrent-program.ts';
import { programs } from './drawn-programs.ts';
import { type Failure, type Run, type Subject, runProgram } from './concurrent-run.ts';
import type { AnyConcurrentSystem, ConcurrentSystem } from './concurrent-system.ts';
import { reduce } from './reduction.ts';
import { type ConcurrentReport, Survey } from './survey.ts';
import { UserErrors } from './user-errors.ts';

/** How much is tried, and from where chance starts. */
export interface ConcurrentOptions<TMachine extends AnyStateMachine = AnyStateMachine>
  extends ChartView<TMachine>, RepeatOptions {
  /** Default 200 programs, each on a fresh system and in an order of its own. */
  readonly numRuns?: number;
  /** Who call at once. Default 3. */
  readonly clients?: number;
  /** Commands of each client. Default 4. */
  readonly maxCommandsEach?: number;
  /** Default 2, of which the first is called most. */
  readonly maxInstances?: number;
  /**
   * How long, by the real clock, nothing may happen while a call is not answered. It is a difference then. Default
   * 1,000, for which a hang is told after some 3 s. What waits for the schedule alone takes no time.
   */
  readonly timeoutMs?: number;
  /**
   * Whether an error leaves open whether the call took effect, as when a line broke. Default: none does. A `Fault` is
   * an answer, any other error a difference.
   */
  readonly isUncertain?: (error: unknown) => boolean;
  /** Equal for two snapshots of the chart exactly when nobody can tell them apart. Default: as `chartSpecification` has it. */
  readonly fingerprint?: (snapshot: SnapshotFrom<TMachine>) => string;
  /** The limit of `linearizable` for each run; a run beyond it is counted as undecided. */
  readonly maxConfigurations?: number;
}

/** Carries a run that differs out of fast-check. */
class RunDiffers extends Error {
  readonly run: Run;

  constructor(run: Run) {
    super('The run differs.');
    this.run = run;
  }
}

const known =
  'seed path numRuns parameters answerOf stateOf same clients maxCommandsEach maxInstances timeoutMs isUncertain ' +
  'fingerprint maxConfigurations';

/**
 * The system has answered clients that call at once as its chart could have answered them one after the other, each call
 * at some moment between its begin and its return, in random programs and in random orders of all that waited.
 *
 * A command sends an event to an instance, or looks at its state; when everything has come to rest, each is looked at.
 * Answers are judged as by `checkModel`, orders by `linearizable`. A system is interleaved where it waits through the
 * `Schedule` that `open` and `create` are given; calls of one moment also overlap where they only await promises.
 *
 * @throws ConcurrentDifference with the shortest program and the straightest order that were found, and the seed and
 * path that repeat them.
 * @throws NotSupported for a chart that has `invoke`, `after`, delayed events, spawned actors or parallel states; when
 * fast-check is not installed.
 * @throws InvalidArgument for options that make no sense, for events that the chart does not know or cannot take, and
 * when `maxConfigurations` was too small to judge a single run.
 * @throws what `answerOf`, `stateOf`, `same`, `fingerprint`, `isUncertain` or `own` throw, or `own` rejects with.
 */
export async function checkConcurrent<
  TMachine extends AnyStateMachine,
  TInstance,
  TReal = undefined,
  TEvent extends EventObject = EventFrom<TMachine>,
>(
  machine: TMachine,
  system: ConcurrentSystem<TMachine, TInstance, TReal, TEvent>,
  options: ConcurrentOptions<TMachine> = {},
): Promise<ConcurrentReport> {
  const limits = limitsOf(options);
  const subject = subjectOf(machine, system as unknown as AnyConcurrentSystem, options as ConcurrentOptions);
  const fc = await loadFastCheck();
  const survey = new Survey(subject.model);
  const drawn = programs(fc, subject.model, subject.system, limits);
  const property = fc.asyncProperty(drawn, async (program) => {
    const run = await runProgram(subject, program, byChance(program.chance));
    survey.add(run);
    if (run.failure) throw new RunDiffers(run);
  });
  // It would shorten programs without their order.
  const details = await fc.check<[Program]>(property, {
    ...parametersOf({ numRuns: 200, ...options }),
    endOnFailure: true,
  });
  if (details.failed) throw await explained(fc, subject, details);
  subject.errors.throwFirst();
  return decided(survey.report(details.numRuns), subject);
}

/** A check that could judge nothing has not passed. */
function decided(report: ConcurrentReport, { maxConfigurations = 1_000_000 }: Subject): ConcurrentReport {
  const { runs, undecided } = report;
  if (runs === 0 || undecided < runs) return report;
  throw new Fault(
    'InvalidArgument',
    `Expected maxConfigurations to be enough for one run at least, but none of ${runs} could be judged by ` +
      `${maxConfigurations}. Raise it, or lower clients or maxCommandsEach.`,
    { invalidProperty: 'maxConfigurations' },
  );
}

async function explained(fc: FastCheck, subject: Subject, details: RunDetails<[Program]>): Promise<unknown> {
  const { counterexample, errorInstance, seed, counterexamplePath: path } = details;
  if (!counterexample) return new Error(await fc.asyncDefaultReportMessage(details));
  if (!(errorInstance instanceof RunDiffers)) return errorInstance;
  const { run } = errorInstance;
  const shortest = await reduce(run, {
    run: (program, choose, timeoutMs = subject.timeoutMs) =>
      runProgram({ ...subject, timeoutMs }, program, choose),
    timeoutMs: subject.timeoutMs,
    simpler: (command) => simpler(subject, command),
    others: (command) => others(fc, subject, command),
  });
  return inWords(subject, shortest ?? run, { seed, path, isSteady: shortest !== undefined });
}

function inWords(
  { model }: Subject,
  run: Run,
  story: { seed: number; path: string | null; isSteady: boolean },
): ConcurrentDifference {
  return differenceError(model, run as Run & { readonly failure: Failure }, story);
}

function* simpler({ system }: Subject, command: Command): Iterable<Command> {
  const { event, instance } = command;
  if (!event) return;
  for (const step of simplerSteps(system as AnySystem, { kind: 'send', instance, event }))
    if (step.kind === 'send') yield { ...command, event: step.event };
}

function others(fc: FastCheck, { system }: Subject, command: Command): Command[] {
  const { event, instance } = command;
  const steps = event ? otherSteps(fc, system as AnySystem, { kind: 'send', instance, event }) : [];
  return steps.flatMap((step) => (step.kind === 'send' ? [{ ...command, event: step.event }] : []));
}

function subjectOf(
  machine: AnyStateMachine,
  system: AnyConcurrentSystem,
  options: ConcurrentOptions,
): Subject {
  const model = new ChartModel(machine, options as ChartView);
  checkConcurrentSystem(model, system);
  const { timeoutMs = 1_000, isUncertain = () => false, fingerprint, maxConfigurations } = options;
  return {
    model,
    system,
    timeoutMs,
    isUncertain,
    errors: new UserErrors(),
    ...(fingerprint === undefined ? {} : { fingerprint: fingerprint as (of: AnyMachineSnapshot) => string }),
    ...(maxConfigurations === undefined ? {} : { maxConfigurations }),
  };
}

function limitsOf(options: ConcurrentOptions<never>): ProgramSize {
  checkKnown('options', options, known.split(' '));
  const { clients = 3, maxCommandsEach = 4, maxInstances = 2, timeoutMs = 1_000 } = options;
  const { maxConfigurations = 1, answerOf, stateOf, same, isUncertain, fingerprint } = options;
  checkNumbers({ clients, maxCommandsEach, maxInstances, timeoutMs, maxConfigurations }, options);
  checkFunctions({ answerOf, stateOf, same, isUncertain, fingerprint });
  return { clients, maxCommandsEach, maxInstances };
}
