import {
  type AnyTaskDefinition,
  type BodyContext,
  type Clock,
  Fault,
  type TaskDefinition,
  defineTask,
  isFault,
} from '../../src/index.ts';
import type { TaskEvent } from '../../machines/index.ts';
import { serialize } from '../../src/serialize.ts';
import type { BodyRun, History } from './history.ts';
import type { Body, BodyStep } from './program.ts';

export const graceMs = 50;

/** What bodies need of the world that they run in. */
export interface Stage {
  readonly history: History;
  readonly clock: Clock;
  /** Opens when all is over: a body that ignores its signal ends then. */
  readonly gate: Promise<void>;
}

const rest = (clock: Clock, ms: number) => new Promise<void>((resolve) => void clock.setTimer(ms, resolve));

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

async function act(
  step: BodyStep,
  context: BodyContext<Body>,
  { clock, history }: Stage,
  run: BodyRun,
): Promise<void> {
  const { task } = context;
  // Whoever asks for `sleep` asks for the signal.
  if (step.do === 'work') await (step.honors ? context.sleep(step.ms) : rest(clock, step.ms));
  else if (step.do === 'reports') {
    for (let time = 1; time <= step.times; time += 1)
      void history.say(run, progress(time * 10), () => task.updateProgress(time * 10), false);
  } else if (step.do === 'report') {
    const report = () => task.updateProgress(step.percent);
    await history.say(run, progress(step.percent), report, step.awaits);
  } else if (step.do === 'describe') {
    void history.say(run, description('Working'), () => task.setDescription('Working'), false);
  } else if (step.do === 'setCancelable') {
    await history.say(run, cancelable(step.to), () => task.setCancelable(step.to));
  } else if (step.do === 'saveCheckpoint') {
    const save = { value: step.value, isSaved: false };
    run.saves?.push(save);
    await history.say(run, checkpoint(step.value), () => task.saveCheckpoint(step.value));
    save.isSaved = true;
  }
  // A body may be asked to do what is refused; that must not end it.
  else if (step.do === 'cancelItself') {
    await Promise.allSettled([history.say(run, { type: 'CANCEL', at: 0 }, () => task.cancel())]);
  } else await history.say(run, undefined, () => task.info());
}

const progress = (percentDone: number): TaskEvent => ({ type: 'UPDATE_PROGRESS', at: 0, percentDone });
const cancelable = (to: boolean): TaskEvent => ({ type: 'SET_CANCELABLE', at: 0, cancelable: to });
const description = (message: string): TaskEvent => ({
  type: 'SET_DESCRIPTION',
  at: 0,
  description: { key: 'phase', message },
});
const checkpoint = (value: unknown): TaskEvent => ({
  type: 'SAVE_CHECKPOINT',
  at: 0,
  checkpoint: serialize(value, 'checkpoint'),
});

/** Everything that an attempt may say, though its body has ended. */
function speakLate(task: BodyContext['task'], run: BodyRun, history: History): void {
  const late = (what: string, event: TaskEvent, say: () => PromiseLike<unknown>) =>
    void history.ask(`late ${what}`, run.by, run.key, say, event, run);
  late('progress', progress(99), () => task.updateProgress(99));
  late('description', description('Late'), () => task.setDescription('Late'));
  late('cancelable', cancelable(false), () => task.setCancelable(false));
  late('checkpoint', checkpoint('late'), () => task.saveCheckpoint('late'));
}

async function end(
  how: Body['end'],
  context: BodyContext<Body>,
  run: BodyRun,
  { clock, gate, history }: Stage,
): Promise<string> {
  const { task, signal } = context;
  if (how === 'throws, then reports late') {
    // By then another attempt may run.
    clock.setTimer(15, () => speakLate(task, run, history));
    throw new TypeError('It failed, and goes on.');
  }
  if (how === 'throws') throw new TypeError('It failed.');
  if (how === 'throws a Fault') throw new Fault('ExtendedFault', 'It failed in its own way.', { code: 7 });
  if (how === 'throws RequestCanceled') throw new Fault('RequestCanceled');
  if (how === 'throws an AbortError') throw new DOMException('It was aborted.', 'AbortError');
  if (how === 'returns, then reports') speakSoon(task, run, history);
  if (how.startsWith('returns') && how !== 'returns when aborted') return how;
  if (how === 'ignores the signal') await gate;
  // Whoever waits for an abort that never comes is let go by the gate.
  else await Promise.race([aborted(signal), gate]);
  if (how === 'throws its reason late') await Promise.race([rest(clock, 30), gate]);
  if (how.startsWith('throws')) signal.throwIfAborted();
  return how;
}

function speakSoon(task: BodyContext['task'], run: BodyRun, history: History): void {
  queueMicrotask(() => void history.say(run, progress(99), () => task.updateProgress(99), false));
}

/** What the body sees of its signal now. */
function look(run: BodyRun, { signal }: BodyContext<Body>, history: History): void {
  const { aborted: isAborted } = signal;
  const what = isAborted ? 'aborted' : 'not aborted';
  const at = history.tick(`body by ${run.by}: ${history.name(run.key)} sees that it is ${what}`);
  run.looks?.push({ at, isAborted });
}

/** Notes each abort of the signal, from now on; one that was before counts now. */
function listen(run: BodyRun, context: BodyContext<Body>, history: History): void {
  look(run, context, history);
  const { signal } = context;
  const note = () => {
    const { name } = signal.reason as Fault;
    run.aborts.push(name);
    history.tick(`body by ${run.by}: ${history.name(run.key)} is aborted with ${name}`);
  };
  if (signal.aborted) note();
  signal.addEventListener('abort', note);
}

/** What a body threw, and whether that is because of the abort of its signal. */
function thrown(error: unknown, signal: AbortSignal): NonNullable<BodyRun['threw']> {
  const saysSo = /^(AbortError|RequestCanceled|SupervisorStopped)$/.test((error as Error).name);
  const isAbort = signal.aborted && (error === signal.reason || saysSo);
  return { name: isFault(error) ? error.name : 'SystemError', isAbort };
}

async function perform(context: BodyContext<Body>, by: number, stage: Stage): Promise<string> {
  const { history } = stage;
  const { key } = context.task;
  const run: BodyRun = {
    by,
    key,
    enteredAt: history.tick(`body by ${by}: ${history.name(key)} enters`),
    aborts: [],
    checkpoint: context.checkpoint,
    saves: [],
    looks: [],
  };
  history.bodies.push(run);
  try {
    const { steps, listensAfter = 0 } = context.input;
    // Some ask for their signal when it may have aborted already.
    for (const step of steps.slice(0, listensAfter)) await act(step, context, stage, run);
    listen(run, context, history);
    for (const step of steps.slice(listensAfter)) await act(step, context, stage, run);
    look(run, context, history);
    const returned = await end(context.input.end, context, run, stage);
    run.threw = undefined;
    run.returned = returned;
    return returned;
  } catch (error) {
    run.threw = thrown(error, context.signal);
    throw error;
  } finally {
    run.leftAt = history.tick(`body by ${by}: ${history.name(key)} leaves`);
  }
}

export interface Definitions {
  readonly soft: TaskDefinition<Body, string>;
  readonly firm: TaskDefinition<Body, string>;
  /** With a deadline for each attempt, and more attempts than one. */
  readonly stubborn: TaskDefinition<Body, string>;
  readonly all: readonly AnyTaskDefinition[];
}

/** The types of tasks as one supervisor knows them. */
export function definitions(by: number, stage: Stage): Definitions {
  const run = (context: BodyContext<Body>) => perform(context, by, stage);
  const soft = defineTask({ type: 'soft', graceMs, run });
  const firm = defineTask({ type: 'firm', cancelable: false, graceMs, run });
  const retry = { maxAttempts: 3, backoff: { kind: 'linear', baseMs: 10 } } as const;
  const stubborn = defineTask({ type: 'stubborn', timeoutMs: 35, retry, graceMs, run });
  const all = [soft, firm, stubborn] as readonly AnyTaskDefinition[];
  return { soft, firm, stubborn, all };
}
