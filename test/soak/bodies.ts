import type { StandardSchemaV1 } from '@standard-schema/spec';
import {
  type AnyTaskDefinition,
  type BodyContext,
  type Clock,
  Fault,
  type TaskDefinition,
  defineTask,
  noRetry,
} from '../../src/index.ts';
import type { BodyRun, Ledger } from './ledger.ts';
import { type Plan, type Script, type Step, type TaskType, taskTypes } from './script.ts';

/** What bodies need of the round that they run in. */
export interface Stage {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly unitMs: number;
  /** Opens when all is over: a body that ignores its signal ends then. */
  readonly gate: Promise<void>;
}

/** What all definitions of one supervisor share. */
export interface Troupe {
  readonly stage: () => Stage;
  readonly unitMs: number;
  readonly concurrency: number;
  /** Lets the probes pass, once so many are in. */
  readonly probed: () => Promise<void>;
}

export type Definitions = Readonly<Record<TaskType, TaskDefinition<Script, string>>>;

type Context = BodyContext<Script>;

const rest = (clock: Clock, ms: number) => new Promise<void>((resolve) => void clock.setTimer(ms, resolve));

/** Resolves when the signal aborts, or else when the gate opens. */
async function abortedOr(gate: Promise<void>, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (signal.aborted) return;
  const abort = () => resolve();
  signal.addEventListener('abort', abort);
  await Promise.race([promise, gate]);
  signal.removeEventListener('abort', abort);
}

async function spawn(
  step: Extract<Step, { do: 'spawn' }>,
  { task }: Context,
  stage: Stage,
  all: Definitions,
) {
  const { name, weight, detached, delayUnits, type, script, awaits } = step;
  const named = name === undefined ? {} : { name: `${name} ${type} ${detached}` };
  const options = { weight, detached, delayMs: delayUnits * stage.unitMs, ...named };
  const child = await task.spawn(all[type], script, options);
  stage.ledger.account(child.key, `child ${type}`);
  void stage.ledger.ask('ended of a child', async () => stage.ledger.see(await child.ended()));
  // One that waits for a detached child keeps its slot: with a single one, both would wait for ever.
  if (detached || awaits === 'nothing') return;
  if (awaits === 'result') await child.result();
  else await Promise.allSettled([child.result()]);
}

async function act(step: Step, context: Context, stage: Stage, all: Definitions) {
  const { task, sleep } = context;
  if (step.do === 'sleep') await sleep(step.units * stage.unitMs);
  else if (step.do === 'stall') await rest(stage.clock, step.units * stage.unitMs);
  else if (step.do === 'report') for (const percent of step.percents) task.updateProgress(percent);
  else if (step.do === 'describe') await task.setDescription('Working');
  else if (step.do === 'log') task.log('Working');
  else if (step.do === 'info') stage.ledger.see(await task.info());
  else if (step.do === 'setCancelable') await task.setCancelable(step.to);
  else if (step.do === 'checkpoint') await task.saveCheckpoint({ page: step.page });
  else if (step.do === 'spawn' || step.do === 'spawnAll') {
    stage.ledger.parents.add(task.key);
    if (step.do === 'spawn') await spawn(step, context, stage, all);
    else await task.spawnAll(all[step.type], step.scripts, { onFailure: step.onFailure });
  }
  // It may be refused; that must not end the body.
  else stage.ledger.receipt(task.key, await stage.ledger.ask('cancel by the body', () => task.cancel()));
}

/** An error that throws when it is read. */
class Unreadable extends Error {
  override get message(): string {
    throw new TypeError('It cannot be read.');
  }
}

function throwAs(end: Plan['end']): void {
  if (end === 'throws') throw new TypeError('It failed.');
  if (end === 'throws noRetry') throw noRetry(new TypeError('It failed for good.'));
  if (end === 'throws a Fault') throw new Fault('ExtendedFault', 'It failed in its own way.', { code: 7 });
  if (end === 'throws RequestCanceled') throw new Fault('RequestCanceled');
  if (end === 'throws an AbortError') throw new DOMException('It was aborted.', 'AbortError');
  if (end === 'throws what cannot be read') throw new Unreadable();
}

async function finish(end: Plan['end'], context: Context, stage: Stage, type: TaskType): Promise<string> {
  const { task, signal, input, sleep } = context;
  throwAs(end);
  if (end === 'returns a function') return (() => {}) as unknown as string;
  if (end === 'returns, then reports') queueMicrotask(() => void task.updateProgress(99));
  if (end === 'ignores its signal') await stage.gate;
  if (end === 'sleeps for days' && (type === 'timed' || type === 'deadlined')) await sleep(1e9);
  if (!end.startsWith('holds')) return end;
  // Who never looks at the signal is let go by the gate.
  await (input.isDeaf ? stage.gate : abortedOr(stage.gate, signal));
  if (end === 'holds, then ends late') await rest(stage.clock, 8 * stage.unitMs);
  if (end !== 'holds, then returns' && !input.isDeaf) signal.throwIfAborted();
  return end;
}

/** Schemas that do with a script what it says. */
function schemas() {
  let asked = 0;
  const input: StandardSchemaV1<Script, Script> = {
    '~standard': {
      version: 1,
      vendor: 'soak',
      validate(value) {
        const { schema } = value as Script;
        asked += 1;
        if (schema === 'throws' || (schema === 'throws now and then' && asked % 3 === 0))
          throw new TypeError('It threw.');
        if (schema === 'refuses') return { issues: [{ message: 'refused', path: ['schema'] }] };
        const accepted = { value: value as Script };
        return schema === 'accepts later' ? Promise.resolve(accepted) : accepted;
      },
    },
  };
  const checkpoint: StandardSchemaV1<{ page: number }, { page: number }> = {
    '~standard': {
      version: 1,
      vendor: 'soak',
      validate: (value) =>
        (value as { page: number }).page % 10 === 9
          ? { issues: [{ message: 'a page that ends in 9' }] }
          : { value: value as { page: number } },
    },
  };
  return { input, checkpoint };
}

/** What each type of task demands. */
function rulesOf(unitMs: number) {
  const backoff = { kind: 'exponential', baseMs: 3 * unitMs, maxMs: 10 * unitMs } as const;
  const { input, checkpoint } = schemas();
  const moody = ({ attempt }: { attempt: number }) => {
    if (attempt === 2) throw new TypeError('It threw.');
    return unitMs;
  };
  const graceMs = 5 * unitMs;
  return {
    plain: { graceMs },
    // A limit that nobody reaches: what waits for it has to go with its task.
    firm: { graceMs, cancelable: false, timeoutMs: 1e9 },
    retried: { graceMs, retry: { maxAttempts: 3, backoff } },
    timed: { graceMs, timeoutMs: 10 * unitMs, retry: { maxAttempts: 2, backoff } },
    deadlined: { graceMs, deadlineMs: 30 * unitMs, retry: { maxAttempts: 2, backoff } },
    picky: { graceMs, input },
    noted: { graceMs, checkpoint, retry: { maxAttempts: 3, backoff } },
    moody: { graceMs, retry: { maxAttempts: 4, backoff: { kind: 'custom', delayMs: moody } } },
  } as const;
}

/** The types of tasks as one supervisor knows them, and the probe, whose bodies have to run at once. */
export function definitionsFor({ stage, unitMs, concurrency, probed }: Troupe) {
  const supervisor = {};
  async function body(type: TaskType, context: Context): Promise<string> {
    const { input, attempt, task } = context;
    const now = stage();
    const signal = input.isDeaf ? undefined : context.signal;
    const run: BodyRun = { key: task.key, supervisor, signal, aborts: 0 };
    now.ledger.enter(run, concurrency);
    try {
      const plan = input.plans[Math.min(attempt, input.plans.length) - 1];
      for (const step of plan?.steps ?? []) await act(step, context, now, all);
      return await finish(plan?.end ?? 'returns', context, now, type);
    } finally {
      now.ledger.leave(run);
    }
  }
  const rules = rulesOf(unitMs);
  const define = (type: TaskType) =>
    defineTask({ type, ...rules[type], run: (context: Context) => body(type, context) } as never);
  const all = Object.fromEntries(taskTypes.map((type) => [type, define(type)])) as unknown as Definitions;
  const probe = defineTask({ type: 'probe', run: () => probed() });
  const list = [...Object.values(all), probe] as readonly AnyTaskDefinition[];
  return { supervisor, all, probe, list };
}
