import { ConfigurationSet } from './configuration-set.ts';
import { type Invocation, isOptional, latest } from './invocation.ts';
import { LinearizedSet } from './linearized-set.ts';
import type { StateTable } from './state-table.ts';

/** One operation that was given its place in the order, after those behind `before`. */
export interface Placed<Answer> {
  readonly before: Placed<Answer> | undefined;
  readonly index: number;
  /** Which of the outcomes that fit was taken. */
  readonly outcome: number;
  readonly from: number;
  readonly to: number;
  readonly answer: Answer;
  /** How many that have to take effect have their place. */
  readonly needed: number;
  /** How many have their place. */
  readonly size: number;
}

/** Why a search ended: all have their place, some never can, or it was called off. */
export interface SearchEnd<Answer> {
  readonly why: 'found' | 'stuck' | 'configurations' | 'time';
  /** The last of the order, or of the longest that was found. */
  readonly last: Placed<Answer> | undefined;
  readonly configurations: number;
}

export interface SearchLimits {
  readonly maxConfigurations: number;
  isOver(): boolean;
}

/** The clock is asked once in so many steps. */
const stepsUnasked = 16;

/**
 * Looks for an order of the operations on one object: Wing and Gong's search (1993), with what Lowe (2017) adds to it:
 * no set of operations that led to the same state before is gone on from twice.
 *
 * The calls and returns are a linked list in order of time. Whatever is called before the first return may come next,
 * and is then taken out of the list; going back puts it in again where it was. Node `2i` is the call of operation i,
 * `2i + 1` its return; what may take effect at any time has none.
 */
export class Search<State, Operation, Answer> {
  readonly #table: StateTable<State, Operation, Answer>;
  readonly #limits: SearchLimits;
  readonly #next: Int32Array;
  readonly #previous: Int32Array;
  readonly #head: number;
  readonly #optional: readonly boolean[];
  /** Its number among those that have to take effect, or among those that need not. */
  readonly #rank: readonly number[];
  readonly #needed: number;
  readonly #set: LinearizedSet;
  readonly #optionalSet: LinearizedSet;
  readonly #row: Uint32Array;
  readonly #seen = new ConfigurationSet();
  #last: Placed<Answer> | undefined;
  #longest: Placed<Answer> | undefined;
  #state: number;
  #steps = 0;

  constructor(
    table: StateTable<State, Operation, Answer>,
    initial: number,
    invocations: readonly Invocation<Operation, Answer>[],
    limits: SearchLimits,
  ) {
    this.#table = table;
    this.#state = initial;
    this.#limits = limits;
    this.#optional = invocations.map(isOptional);
    this.#rank = ranks(invocations, this.#optional);
    this.#needed = this.#optional.filter((isOne) => !isOne).length;
    this.#set = new LinearizedSet(this.#needed);
    this.#optionalSet = new LinearizedSet(invocations.length - this.#needed);
    this.#row = new Uint32Array((invocations.length >>> 5) + 8);
    this.#head = 2 * invocations.length;
    this.#next = new Int32Array(this.#head + 1);
    this.#previous = new Int32Array(this.#head + 1);
    this.#link(nodes(invocations));
  }

  run(): SearchEnd<Answer> {
    let node = this.#first();
    let outcome = 0;
    while (this.#placed() < this.#needed) {
      const called = this.#call(node, outcome);
      if (called !== undefined) {
        node = called;
        outcome = 0;
      } else {
        const undone = this.#goBack();
        if (!undone) return this.#end('stuck', this.#longest);
        node = 2 * undone.index;
        outcome = undone.outcome + 1;
      }
      const isOver = this.#isOver();
      if (isOver) return this.#end(isOver, this.#longest);
    }
    return this.#end('found', this.#last);
  }

  /** Goes on along the list to where one operation more has its place, and from the start again; undefined where none may come. */
  #call(from: number, firstOutcome: number): number | undefined {
    let outcome = firstOutcome;
    for (let node = from; node !== this.#head && node % 2 === 0; node = this.#next[node] as number) {
      if (this.#place(node / 2, outcome)) return this.#first();
      outcome = 0;
    }
    this.#keepLongest();
    return undefined;
  }

  /** Among those that are as long, the one that makes do with the fewest that need not take effect. */
  #keepLongest(): void {
    const { needed, size } = this.#longest ?? { needed: 0, size: 0 };
    const [own, all] = [this.#placed(), this.#last?.size ?? 0];
    if (own > needed || (own === needed && all < size)) this.#longest = this.#last;
  }

  /** Gives the operation its place, if one of its outcomes, from this on, fits and leads to where nobody was before. */
  #place(index: number, firstOutcome: number): boolean {
    const outcomes = this.#table.accepted(this.#state, index);
    if (firstOutcome >= outcomes.length) return false;
    this.#mark(index, true);
    for (let outcome = firstOutcome; outcome < outcomes.length; outcome += 1) {
      const { to, answer } = outcomes[outcome] as (typeof outcomes)[0];
      if (!this.#isNew(to)) continue;
      const needed = this.#placed() + (this.#optional[index] ? 0 : 1);
      const size = (this.#last?.size ?? 0) + 1;
      this.#last = { before: this.#last, index, outcome, from: this.#state, to, answer, needed, size };
      this.#state = to;
      this.#takeOut(index);
      return true;
    }
    this.#mark(index, false);
    return false;
  }

  /**
   * Takes back what was placed last. A reading goes with what came before it: it was right to come as soon as it
   * fitted, for wherever else it comes, all others have the same places without it.
   */
  #goBack(): Placed<Answer> | undefined {
    while (this.#last) {
      const undone = this.#unplace(this.#last);
      if (!this.#table.isReading(undone.index)) return undone;
    }
    return undefined;
  }

  #unplace(last: Placed<Answer>): Placed<Answer> {
    this.#last = last.before;
    this.#state = last.from;
    this.#putBack(last.index);
    this.#mark(last.index, false);
    return last;
  }

  #placed(): number {
    return this.#last?.needed ?? 0;
  }

  #isNew(state: number): boolean {
    this.#row[0] = state;
    const end = this.#set.write(this.#row, 1);
    return this.#seen.add(this.#row, this.#optionalSet.write(this.#row, end));
  }

  #isOver(): 'configurations' | 'time' | undefined {
    if (this.#seen.size > this.#limits.maxConfigurations) return 'configurations';
    this.#steps += 1;
    return this.#steps % stepsUnasked === 0 && this.#limits.isOver() ? 'time' : undefined;
  }

  #mark(index: number, isIn: boolean): void {
    const set = this.#optional[index] ? this.#optionalSet : this.#set;
    const rank = this.#rank[index] as number;
    if (isIn) set.add(rank);
    else set.delete(rank);
  }

  #end(why: SearchEnd<Answer>['why'], last: Placed<Answer> | undefined): SearchEnd<Answer> {
    return { why, last, configurations: this.#seen.size };
  }

  #first(): number {
    return this.#next[this.#head] as number;
  }

  #link(order: readonly number[]): void {
    let last = this.#head;
    for (const node of order) {
      this.#next[last] = node;
      this.#previous[node] = last;
      last = node;
    }
    this.#next[last] = this.#head;
    this.#previous[this.#head] = last;
  }

  #takeOut(index: number): void {
    this.#unlink(2 * index);
    if (!this.#optional[index]) this.#unlink(2 * index + 1);
  }

  /** In the opposite order, so that each finds its neighbours. */
  #putBack(index: number): void {
    if (!this.#optional[index]) this.#relink(2 * index + 1);
    this.#relink(2 * index);
  }

  #unlink(node: number): void {
    const [previous, next] = [this.#previous[node] as number, this.#next[node] as number];
    this.#next[previous] = next;
    this.#previous[next] = previous;
  }

  #relink(node: number): void {
    this.#next[this.#previous[node] as number] = node;
    this.#previous[this.#next[node] as number] = node;
  }
}

/** Calls and returns in order of time; at the same time, calls first: they overlap. */
function nodes(invocations: readonly Invocation<unknown, unknown>[]): number[] {
  const at = (node: number) => {
    const invocation = invocations[node >>> 1] as (typeof invocations)[0];
    return node % 2 === 0 ? invocation.calledAt : latest(invocation);
  };
  const all = invocations.flatMap((invocation, index) =>
    isOptional(invocation) ? [2 * index] : [2 * index, 2 * index + 1],
  );
  return all.sort((a, b) => at(a) - at(b) || (a % 2) - (b % 2) || a - b);
}

/** In order of their calls: those that have their place are then mostly the first ones. */
function ranks(
  invocations: readonly Invocation<unknown, unknown>[],
  optional: readonly boolean[],
): readonly number[] {
  const called = (index: number) => invocations[index]?.calledAt ?? 0;
  const order = [...invocations.keys()].sort((a, b) => called(a) - called(b) || a - b);
  const result: number[] = [];
  let [needed, others] = [0, 0];
  for (const index of order) result[index] = optional[index] ? others++ : needed++;
  return result;
}
