import {
  type AnyTaskDefinition,
  type BodyContext,
  type Clock,
  Fault,
  type TaskDefinition,
  defineTask,
} from '../../src/index.ts';
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

async function act(step: BodyStep, { task, sleep }: BodyContext<Body>, { clock }: Stage): Promise<void> {
  if (step.do === 'work') await (step.honors ? sleep(step.ms) : rest(clock, step.ms));
  else if (step.do === 'reports') {
    for (let time = 1; time <= step.times; time += 1) task.updateProgress(time * 10);
  } else if (step.do === 'report') {
    const report = task.updateProgress(step.percent);
    if (step.awaits) await report;
  } else if (step.do === 'describe') task.setDescription('Working');
  else if (step.do === 'setCancelable') await task.setCancelable(step.to);
  // A body may be asked to do what is refused; that must not end it.
  else if (step.do === 'cancelItself') await Promise.allSettled([task.cancel()]);
  else await task.info();
}

async function end(
  how: Body['end'],
  { task, signal }: BodyContext<Body>,
  { clock, gate }: Stage,
): Promise<string> {
  if (how === 'throws') throw new TypeError('It failed.');
  if (how === 'throws a Fault') throw new Fault('ExtendedFault', 'It failed in its own way.', { code: 7 });
  if (how === 'throws RequestCanceled') throw new Fault('RequestCanceled');
  if (how === 'throws an AbortError') throw new DOMException('It was aborted.', 'AbortError');
  if (how === 'returns, then reports') queueMicrotask(() => void task.updateProgress(99));
  if (how.startsWith('returns') && how !== 'returns when aborted') return how;
  if (how === 'ignores the signal') await gate;
  // Whoever waits for an abort that never comes is let go by the gate.
  else await Promise.race([aborted(signal), gate]);
  if (how === 'throws its reason late') await Promise.race([rest(clock, 30), gate]);
  if (how.startsWith('throws')) signal.throwIfAborted();
  return how;
}

async function perform(context: BodyContext<Body>, by: number, stage: Stage): Promise<string> {
  const { history } = stage;
  const { key } = context.task;
  const run: BodyRun = {
    by,
    key,
    enteredAt: history.tick(`body by ${by}: ${history.name(key)} enters`),
    aborts: [],
  };
  history.bodies.push(run);
  context.signal.addEventListener('abort', () => {
    const { name } = context.signal.reason as Fault;
    run.aborts.push(name);
    history.tick(`body by ${by}: ${history.name(key)} is aborted with ${name}`);
  });
  try {
    for (const step of context.input.steps) await act(step, context, stage);
    return await end(context.input.end, context, stage);
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
