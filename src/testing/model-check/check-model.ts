import type { RunDetails } from 'fast-check';
import type { AnyStateMachine, EventFrom, EventObject } from 'xstate';
import { Fault } from '../../index.ts';
import { checkKnown, invalid } from '../arguments.ts';
import { ChartFails, chartFault, followed } from './chart-fault.ts';
import { ChartModel, type ChartView } from './chart-model.ts';
import { nodesOf } from './chart-support.ts';
import { checkSystem } from './checked-system.ts';
import { type ChartDifference, differenceError } from './difference.ts';
import { type FastCheck, loadFastCheck } from './fast-check.ts';
import { type Run, type Step, type Subject, runSteps } from './model-run.ts';
import { type RepeatOptions, checkNumbers, parametersOf, wrongNumber } from './parameters.ts';
import { type Program, type ProgramSize, otherSteps, programs, simplerSteps, stepsOf } from './program.ts';
import { shorten } from './shortening.ts';
import { type AnySystem, type ModelSystem, type SequenceSize, sequenceSizes } from './system.ts';

/** How much is tried, and from where chance starts. */
export interface ModelOptions<TMachine extends AnyStateMachine = AnyStateMachine>
  extends ChartView<TMachine>, RepeatOptions {
  /** Default 100 sequences of commands, each on a fresh system. */
  readonly numRuns?: number;
  /** In one sequence. Default 30, creations included. */
  readonly maxCommands?: number;
  /** Alive side by side in one sequence. Default 3. */
  readonly maxInstances?: number;
  /** How long sequences are within `maxCommands`, as fast-check has it. Default `max`: any length is as likely. */
  readonly size?: SequenceSize;
  /** For each call to the system, by the real clock; one that is not answered by then is a difference. Default 1,000. */
  readonly timeoutMs?: number;
  /**
   * For a system that is slow to show what it does: a state that is not as expected is looked at again until it is, at
   * most for so long, by the real clock. Default 0: at once. What comes although it must not is waited for in `send`.
   */
  readonly patienceMs?: number;
}

/** What a check that found no difference has looked at. */
export interface ModelReport {
  readonly runs: number;
  /** Events that were sent and answered. */
  readonly events: number;
  /** The leaves of the chart in which an instance has been, and those in which none has. */
  readonly visited: readonly string[];
  readonly missed: readonly string[];
}

/** Carries a run that differs out of fast-check. */
class RunDiffers extends Error {
  readonly run: Run;

  constructor(run: Run) {
    super('The run differs.');
    this.run = run;
  }
}

/** Counts what runs have looked at. */
class Survey {
  events = 0;
  readonly #leaves = new Set<string>();

  add({ done }: Run): void {
    for (const { step, after } of done) {
      if (step.kind === 'send') this.events += 1;
      if (after !== undefined) this.#leaves.add(after);
    }
  }

  report({ machine }: ChartModel, runs: number): ModelReport {
    const leaves = nodesOf(machine.root).filter((node) => node.type === 'atomic' || node.type === 'final');
    const names = leaves.map(({ path }) => path.join('.'));
    const visited = names.filter((name) => this.#leaves.has(name));
    return { runs, events: this.events, visited, missed: names.filter((name) => !visited.includes(name)) };
  }
}

/**
 * The system has answered random sequences of commands as its chart declares, and looked like it after each of them.
 * A command creates an instance, or sends an event to one that an earlier command created.
 *
 * A transition's answer is its `meta.outcome`, `ok` if it declares none; where the chart has no transition, or the
 * instance has ended, it is `InvalidState`. `answerOf` maps these to the words of the system.
 *
 * @throws ChartDifference with the shortest sequence that was found, and the seed and path that repeat it.
 * @throws NotSupported for a chart that has `invoke`, `after`, delayed events, spawned actors or parallel states; when
 * fast-check is not installed.
 * @throws InvalidArgument for options that make no sense, and events that the chart cannot take; when the chart cannot
 * begin with the inputs, or throws while it takes an event.
 */
export async function checkModel<
  TMachine extends AnyStateMachine,
  TInstance,
  TReal = undefined,
  TEvent extends EventObject = EventFrom<TMachine>,
>(
  machine: TMachine,
  system: ModelSystem<TMachine, TInstance, TReal, TEvent>,
  options: ModelOptions<TMachine> = {},
): Promise<ModelReport> {
  const limits = limitsOf(options);
  const model = new ChartModel(machine, options as ChartView);
  const { timeoutMs, patienceMs } = limits;
  const subject = { model, system: system as unknown as AnySystem, timeoutMs, patienceMs };
  checkSystem(subject.system, model);
  if (!subject.system.inputs) model.first(undefined);
  const fc = await loadFastCheck();
  const survey = new Survey();
  let hasHung = false;
  const property = fc.asyncProperty(programs(fc, subject.system, limits), async (program) => {
    // Each repetition of a hang takes its time: fast-check is kept from shortening it, which is done below with fewer.
    if (hasHung) return;
    const run = await runSteps(subject, stepsOf(program, model, limits));
    survey.add(run);
    hasHung = run.difference?.actual.kind === 'silent';
    if (run.difference) throw new RunDiffers(run);
  });
  const details = await replayable(() => fc.check<[Program]>(property, parametersOf(options)), options);
  if (details.failed) throw await explained(fc, subject, details, limits);
  return survey.report(model, details.numRuns);
}

async function explained(
  fc: FastCheck,
  subject: Subject,
  details: RunDetails<[Program]>,
  limits: ProgramSize,
): Promise<unknown> {
  const { model, system } = subject;
  const { counterexample, errorInstance, seed, counterexamplePath: path } = details;
  if (!counterexample) return new Error(await fc.asyncDefaultReportMessage(details));
  const shortestOf = (steps: readonly Step[], run: (steps: readonly Step[]) => Run | Promise<Run>) =>
    shorten(steps, {
      run: async (tried) => run(tried),
      simpler: (step) => simplerSteps(system, step),
      others: (step) => otherSteps(fc, system, step),
    });
  if (errorInstance instanceof ChartFails) {
    const shortest = await shortestOf(errorInstance.steps, (steps) => followed(model, steps));
    return chartFault(model, shortest ?? followed(model, errorInstance.steps), again(seed, path));
  }
  if (!(errorInstance instanceof RunDiffers)) return errorInstance;
  const shortest = await shortestOf(stepsOf(counterexample[0], model, limits), (steps) =>
    // Fewer steps may be more than the chart can take.
    followed(model, steps).difference ? { done: [], difference: undefined } : runSteps(subject, steps),
  );
  return inWords(subject, shortest ?? errorInstance.run, { seed, path, isSteady: shortest !== undefined });
}

function again(seed: number, path: string | null): string {
  return `To repeat it, add to the options: seed: ${seed}, path: '${path}'`;
}

/** @throws InvalidArgument for a path that leads nowhere. */
async function replayable<T>(check: () => T, { path }: RepeatOptions): Promise<Awaited<T>> {
  try {
    return await check();
  } catch (cause) {
    if (path === undefined || !String(cause).includes('Unable to replay')) throw cause;
    const expected = 'the path of a difference that this check found with this seed';
    throw new Fault('InvalidArgument', `Expected path to be ${expected}, got ${path}.`, {
      cause,
      invalidProperty: 'path',
    });
  }
}

function inWords(
  { model }: Subject,
  { done, difference }: Run,
  { seed, path, isSteady }: { seed: number; path: string | null; isSteady: boolean },
): ChartDifference {
  const first = done[0]?.step.kind === 'open' ? 0 : 1;
  return differenceError(
    model,
    { done, difference: difference as NonNullable<Run['difference']> },
    {
      subject: 'The system',
      place: `step ${done.length - 1 + first}`,
      firstNumber: first,
      notes: [
        again(seed, path),
        ...(isSteady ? [] : ['It did not differ again when these steps were repeated.']),
      ],
      seed,
      ...(path === null ? {} : { path }),
    },
  );
}

function limitsOf(options: ModelOptions): ProgramSize & Pick<Subject, 'timeoutMs' | 'patienceMs'> {
  checkKnown('options', options, known.split(' '));
  const { maxCommands = 30, maxInstances = 3, timeoutMs = 1_000, size = 'max', patienceMs = 0 } = options;
  checkNumbers({ maxCommands, maxInstances, timeoutMs }, options);
  if (!Number.isSafeInteger(patienceMs) || patienceMs < 0)
    throw wrongNumber('patienceMs', 'a whole number, at least 0', patienceMs);
  if (!sequenceSizes.includes(size)) throw invalid('size', `one of ${sequenceSizes.join(', ')}`, size);
  return { maxCommands, maxInstances, size, timeoutMs, patienceMs };
}

const known =
  'answerOf stateOf same seed path numRuns parameters maxCommands maxInstances size timeoutMs patienceMs';
