import fc from 'fast-check';
import type { Invocation } from '../../src/testing/index.ts';
import type { Kind } from './objects.ts';

export type History = readonly Invocation<unknown, unknown>[];

interface Moment<Operation> {
  readonly client: number;
  readonly key: string;
  readonly operation: Operation;
  /** Which of several right outcomes is taken. */
  readonly choice: number;
  readonly way: 'takes its time' | 'fails' | 'never returns' | 'tells nothing';
  /** For one that fails or never returns. */
  readonly effect: 'none' | 'before the return' | 'after the return';
}

/** A call on its way. One that is lost may take its effect when its client has long been told so. */
interface Running {
  readonly moment: Moment<unknown>;
  readonly index: number;
  readonly isLost: boolean;
  answer?: unknown;
  isEffected: boolean;
  isReturned: boolean;
}

const mostOperations = 6;

/** An object that really takes one call after the other, and clients that are kept waiting. */
class Simulation {
  readonly history: Invocation<unknown, unknown>[] = [];
  readonly #kind: Kind;
  readonly #isCoarse: boolean;
  readonly #states = new Map<string, unknown>();
  readonly #running = new Map<number, Running>();
  readonly #lives = new Map<number, number>();
  #ticks = 0;

  constructor(kind: Kind, isCoarse: boolean) {
    this.#kind = kind;
    this.#isCoarse = isCoarse;
  }

  /** The client goes on: it calls, or its call takes effect, or returns. */
  turn(moment: Moment<unknown>): void {
    const running = this.#running.get(moment.client);
    if (!running) this.#call(moment);
    else if (this.#isEffectDue(running)) this.#takeEffect(running);
    else if (!running.isReturned) this.#return(running);
    if (running?.isReturned && !this.#isEffectDue(running)) this.#running.delete(running.moment.client);
  }

  #isEffectDue({ moment, isLost, isEffected, isReturned }: Running): boolean {
    if (isEffected) return false;
    if (!isLost) return true;
    return moment.effect === (isReturned ? 'after the return' : 'before the return');
  }

  /** By a coarse clock, some things happen at the same time. */
  #now(): number {
    this.#ticks += 1;
    return this.#isCoarse ? Math.floor(this.#ticks / 2) : this.#ticks;
  }

  #call(moment: Moment<unknown>): void {
    if (this.history.length >= mostOperations) return;
    const { client, key, operation, way } = moment;
    const name = `${client}/${this.#lives.get(client) ?? 0}`;
    const index = this.history.push({ client: name, key, operation, calledAt: this.#now() }) - 1;
    const isLost = way === 'fails' || way === 'never returns';
    this.#running.set(client, { moment, index, isLost, isEffected: false, isReturned: false });
  }

  /** What cannot happen now has to wait; what is lost does not wait. */
  #takeEffect(running: Running): void {
    const { key, operation, choice } = running.moment;
    const { specification } = this.#kind;
    const state = this.#states.get(key) ?? specification.initial(key);
    const result = specification.step(state, operation);
    const steps = Symbol.iterator in result ? [...result] : [result];
    const step = steps[choice % steps.length];
    running.isEffected = step !== undefined || running.isLost;
    if (!step) return;
    this.#states.set(key, step.state);
    running.answer = step.answer;
  }

  #return(running: Running): void {
    const { client, way } = running.moment;
    running.isReturned = true;
    if (way === 'never returns') {
      this.#lives.set(client, (this.#lives.get(client) ?? 0) + 1);
      return;
    }
    const returnedAt = this.#now();
    const answer = way === 'tells nothing' ? undefined : running.answer;
    const how = way === 'fails' ? { returnedAt, failed: true } : { returnedAt, answer };
    Object.assign(this.history[running.index] as object, how);
  }
}

function moments(kind: Kind): fc.Arbitrary<Moment<unknown>> {
  return fc.record({
    client: fc.nat({ max: 3 }),
    key: fc.constantFrom('x', 'x', 'x', 'fixed'),
    operation: kind.operations,
    choice: fc.nat({ max: 3 }),
    way: fc.constantFrom(
      'takes its time' as const,
      'takes its time' as const,
      'takes its time' as const,
      'fails' as const,
      'never returns' as const,
      'tells nothing' as const,
    ),
    effect: fc.constantFrom('none' as const, 'before the return' as const, 'after the return' as const),
  });
}

/** Histories of an object that is linearizable: whatever is slow, lost or unknown in them. */
export function legalHistories(kind: Kind): fc.Arbitrary<History> {
  const turns = fc.array(moments(kind), { minLength: 12, maxLength: 40 });
  return fc.tuple(turns, fc.boolean()).map(([all, isCoarse]) => {
    const simulation = new Simulation(kind, isCoarse);
    for (const moment of all) simulation.turn(moment);
    return simulation.history;
  });
}

/** The same with another answer here and there, or an answer that came in less time. */
export function anyHistories(kind: Kind): fc.Arbitrary<History> {
  const change = fc.record({
    index: fc.nat({ max: mostOperations }),
    answer: fc.option(kind.answers, { nil: undefined, freq: 3 }),
    isHasty: fc.boolean(),
  });
  return fc
    .tuple(legalHistories(kind), fc.array(change, { minLength: 1, maxLength: 3 }))
    .map(([history, changes]) =>
      changes.reduce((changed, { index, answer, isHasty }) => {
        const call = changed[index];
        if (call?.returnedAt === undefined || call.failed === true) return changed;
        const returnedAt = isHasty ? call.calledAt : call.returnedAt;
        return changed.with(index, { ...call, returnedAt, answer: answer ?? call.answer });
      }, history),
    );
}
