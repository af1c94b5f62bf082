import { stringify } from 'devalue';
import { isDeepStrictEqual } from 'node:util';
import { invalid } from '../arguments.ts';
import { type Invocation, isOptional } from './invocation.ts';
import type { Specification } from './specification.ts';

/** What an operation may come to: the number of the next state, and the answer by the specification. */
export interface Outcome<Answer> {
  readonly to: number;
  readonly answer: Answer;
}

/** As many results of steps are kept: what is forgotten is asked for again. */
const keptSteps = 100_000;

/** The states of one object as numbers, equal ones by their fingerprint, and what each operation makes of them. */
export class StateTable<State, Operation, Answer> {
  readonly #specification: Specification<State, Operation, Answer>;
  readonly #invocations: readonly Invocation<Operation, Answer>[];
  readonly #readings: readonly boolean[];
  readonly #states: State[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #accepted = new Map<number, readonly Outcome<Answer>[]>();

  constructor(
    specification: Specification<State, Operation, Answer>,
    invocations: readonly Invocation<Operation, Answer>[],
  ) {
    this.#specification = specification;
    this.#invocations = invocations;
    this.#readings = invocations.map(({ operation }) => specification.isReading?.(operation) === true);
  }

  numberOf(state: State): number {
    const fingerprint = this.#fingerprint(state);
    const known = this.#numbers.get(fingerprint);
    if (known !== undefined) return known;
    const number = this.#states.push(state) - 1;
    this.#numbers.set(fingerprint, number);
    return number;
  }

  state(number: number): State {
    return this.#states[number] as State;
  }

  /** Whether the operation of this index never changes a state. */
  isReading(index: number): boolean {
    return this.#readings[index] as boolean;
  }

  /** What the operation of this index may come to, and still have the answer that was seen. */
  accepted(number: number, index: number): readonly Outcome<Answer>[] {
    const place = number * this.#invocations.length + index;
    const known = this.#accepted.get(place);
    if (known) return known;
    const invocation = this.#invocations[index] as Invocation<Operation, Answer>;
    const outcomes = this.outcomes(number, invocation.operation);
    // The search relies on it: with one that is called a reading and changes something, its verdict would be wrong.
    if (this.isReading(index) && outcomes.some(({ to }) => to !== number))
      throw invalid('isReading()', 'false for an operation that changes the state', invocation.operation);
    // One that need not take effect, and would change nothing, is left out: that leads as far.
    const accepted = isOptional(invocation)
      ? outcomes.filter(({ to }) => to !== number)
      : outcomes.filter(({ answer }) => this.#isAnswer(answer, invocation.answer));
    if (this.#accepted.size >= keptSteps) this.#accepted.clear();
    this.#accepted.set(place, accepted);
    return accepted;
  }

  /** What the operation may come to, whatever was seen. */
  outcomes(number: number, operation: Operation): readonly Outcome<Answer>[] {
    const result = this.#specification.step(this.state(number), operation);
    const steps = isSeveral(result) ? atMost(result) : [result];
    return steps.map((step) => {
      if (typeof step !== 'object' || step === null || !('state' in step))
        throw invalid('what step() gives', '{ state, answer }, or several', step);
      return { to: this.numberOf(step.state), answer: step.answer };
    });
  }

  #isAnswer(expected: Answer, actual: Answer | undefined): boolean {
    if (actual === undefined) return true;
    return this.#specification.isAnswer?.(expected, actual) ?? isDeepStrictEqual(expected, actual);
  }

  #fingerprint(state: State): string {
    if (!this.#specification.fingerprint) return asText(state);
    const fingerprint = this.#specification.fingerprint(state);
    if (typeof fingerprint === 'string') return fingerprint;
    throw invalid('what fingerprint() gives', 'a text', fingerprint);
  }
}

/** More than any operation comes to; without a bound, one that never ends would be asked until there is no memory left. */
const mostOutcomes = 10_000;

function atMost<Step>(steps: Iterable<Step>): Step[] {
  const all: Step[] = [];
  for (const step of steps) {
    if (all.length === mostOutcomes)
      throw invalid('what step() gives', `at most ${mostOutcomes} outcomes`, 'more');
    all.push(step);
  }
  return all;
}

function isSeveral<Step>(result: Step | Iterable<Step>): result is Iterable<Step> {
  return typeof result === 'object' && result !== null && Symbol.iterator in result;
}

/** Plain data as text, alike only for what is alike. */
export function asText(state: unknown): string {
  try {
    return stringify(state);
  } catch (error) {
    throw invalid('a state', `plain data, where no fingerprint is given (${String(error)})`, state);
  }
}
