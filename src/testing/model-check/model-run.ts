import { isDeepStrictEqual } from 'node:util';
import type { AnyMachineSnapshot } from 'xstate';
import { systemClock } from '../../index.ts';
import { type ChartModel, leafAt } from './chart-model.ts';
import { type Reply, asAnswer, replyOf } from './reply.ts';
import { type AnySystem, portOf } from './system.ts';

/** What is done to the system: an instance is made, or one that an earlier step made is sent an event. */
export type Step =
  | { readonly kind: 'create'; readonly instance: number; readonly input: unknown }
  | { readonly kind: 'send'; readonly instance: number; readonly event: { readonly type: string } };

/** A step of which the chart and the system have had their say; opening and closing frame them all. */
export interface DoneStep {
  readonly step: Step | { readonly kind: 'open' } | { readonly kind: 'close' };
  /** The chart's leaves. */
  readonly before?: string;
  readonly after?: string;
  readonly answer: unknown;
  readonly reply: Reply;
}

/** The first thing in which the system is not as the chart. */
export interface Difference {
  readonly about: 'answer' | 'state';
  /** Whose state it is; the step may have been sent to another. */
  readonly instance?: number;
  readonly expected: unknown;
  readonly actual: Reply;
  /** The states after the step, where the system shows them. */
  readonly states?: { readonly expected: unknown; readonly actual: Reply };
}

/** What came of a sequence of steps; it ends at a difference. */
export interface Run {
  readonly done: readonly DoneStep[];
  readonly difference: Difference | undefined;
}

export interface Subject {
  readonly model: ChartModel;
  readonly system: AnySystem;
  readonly timeoutMs: number;
  /** How long a state may take to become what is expected. */
  readonly patienceMs: number;
}

/** Between two looks at a state that is not yet as expected. */
const lookMs = 5;

interface Instance {
  snapshot: AnyMachineSnapshot;
  readonly real: unknown;
}

class SystemRun {
  readonly done: DoneStep[] = [];
  readonly #subject: Subject;
  readonly #instances = new Map<number, Instance>();
  #real: unknown;

  constructor(subject: Subject) {
    this.#subject = subject;
  }

  async open(): Promise<Difference | undefined> {
    const { open } = this.#subject.system;
    if (!open) return undefined;
    const reply = await this.#call(open);
    if (reply.kind === 'answered') this.#real = reply.value;
    return this.#frame('open', reply);
  }

  async close(): Promise<Difference | undefined> {
    const { close = dispose } = this.#subject.system;
    return this.#frame('close', await this.#call(() => close(this.#real)));
  }

  async take(step: Step): Promise<Difference | undefined> {
    if (step.kind === 'create') return this.#create(step);
    const instance = this.#instances.get(step.instance);
    return instance && this.#send(step, instance);
  }

  async #create(step: Step & { readonly kind: 'create' }): Promise<Difference | undefined> {
    const { model, system } = this.#subject;
    const snapshot = model.first(step.input);
    const reply = await this.#call(() => system.create(step.input, this.#real));
    this.done.push({ step, after: leafAt(snapshot), answer: 'an instance', reply });
    if (reply.kind !== 'answered')
      return { about: 'answer', instance: step.instance, expected: 'an instance', actual: reply };
    this.#instances.set(step.instance, { snapshot, real: reply.value });
    return this.#firstStrange(step.instance);
  }

  async #send(step: Step & { readonly kind: 'send' }, instance: Instance): Promise<Difference | undefined> {
    const { model, system } = this.#subject;
    const taken = model.take(instance.snapshot, step.event);
    const expected = model.answer(taken);
    const send = () => portOf(system, step.event.type)?.send(instance.real, step.event);
    const reply = asAnswer(await this.#call(send));
    instance.snapshot = taken.after;
    const leaves = { before: leafAt(taken.before), after: leafAt(taken.after) };
    this.done.push({ step, ...leaves, answer: expected, reply });
    if (reply.kind === 'answered' && model.isSame(expected, reply.value))
      return this.#firstStrange(step.instance);
    const states = reply.kind === 'silent' ? undefined : await this.#states(instance);
    const difference = { about: 'answer', instance: step.instance, expected, actual: reply } as const;
    return states ? { ...difference, states } : difference;
  }

  /** The state of every instance is looked at: a step may have changed another than its own, which is looked at first. */
  async #firstStrange(own: number): Promise<Difference | undefined> {
    const others = [...this.#instances.keys()].filter((instance) => instance !== own);
    for (const number of [own, ...others]) {
      const instance = this.#instances.get(number);
      const states = instance && (await this.#states(instance));
      if (!states || isSameState(states)) continue;
      return { about: 'state', instance: number, ...states, states };
    }
    return undefined;
  }

  async #states({ snapshot, real }: Instance): Promise<Difference['states']> {
    const { model, system, patienceMs } = this.#subject;
    const { state } = system;
    if (!state) return undefined;
    const expected = model.state(snapshot);
    const end = systemClock.monotonic() + patienceMs;
    for (;;) {
      const states = { expected, actual: await this.#call(() => state(real)) };
      const isOver = systemClock.monotonic() >= end;
      if (isOver || states.actual.kind !== 'answered' || isSameState(states)) return states;
      await new Promise<void>((resolve) => systemClock.setTimer(lookMs, resolve));
    }
  }

  #frame(kind: 'open' | 'close', reply: Reply): Difference | undefined {
    if (reply.kind === 'answered') return undefined;
    const expected = kind === 'open' ? 'a system' : 'its end';
    this.done.push({ step: { kind }, answer: expected, reply });
    return { about: 'answer', expected, actual: reply };
  }

  #call(call: () => unknown): Promise<Reply> {
    return replyOf(call, this.#subject.timeoutMs);
  }
}

function isSameState({ expected, actual }: NonNullable<Difference['states']>): boolean {
  return actual.kind === 'answered' && isDeepStrictEqual(expected, actual.value);
}

/** Ends what is disposable. */
export async function dispose(real: unknown): Promise<void> {
  const disposable = (real ?? {}) as Partial<AsyncDisposable & Disposable>;
  if (disposable[Symbol.asyncDispose]) await disposable[Symbol.asyncDispose]?.();
  else disposable[Symbol.dispose]?.();
}

/** Takes the steps on a fresh system and on the chart, one after the other, as far as both agree; closes it in any case. */
export async function runSteps(subject: Subject, steps: readonly Step[]): Promise<Run> {
  const run = new SystemRun(subject);
  let difference = await run.open();
  if (difference) return { done: run.done, difference };
  try {
    for (const step of steps) {
      difference = await run.take(step);
      if (difference) break;
    }
  } finally {
    const done = run.done.length;
    const atEnd = await run.close();
    // What a system that is known to differ does at its end is no news.
    if (difference) run.done.length = done;
    else difference = atEnd;
  }
  return { done: run.done, difference };
}
