import { isDeepStrictEqual } from 'node:util';
import type { Invocation, Linearized, Specification } from '../../src/testing/index.ts';

type Calls<Operation, Answer> = readonly Invocation<Operation, Answer>[];

/** Whether it returned, and is known to have taken effect. */
const isDone = ({ returnedAt, failed }: Invocation<unknown, unknown>) =>
  returnedAt !== undefined && failed !== true;

const isBefore = (a: Invocation<unknown, unknown>, b: Invocation<unknown, unknown>) =>
  isDone(a) && (a.returnedAt ?? 0) < b.calledAt;

function* permutations<T>(items: readonly T[]): Generator<readonly T[]> {
  if (items.length === 0) yield [];
  for (const [index, item] of items.entries())
    for (const rest of permutations(items.toSpliced(index, 1))) yield [item, ...rest];
}

function* subsets<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let mask = 0; mask < 2 ** items.length; mask += 1)
    yield items.filter((_, index) => (mask & (1 << index)) !== 0);
}

function steps<State, Operation, Answer>(
  specification: Specification<State, Operation, Answer>,
  state: State,
  operation: Operation,
) {
  const result = specification.step(state, operation);
  return Symbol.iterator in result ? [...result] : [result];
}

/** Whether one after the other gives these answers, when every choice of the specification is tried. */
function fits<State, Operation, Answer>(
  order: Calls<Operation, Answer>,
  specification: Specification<State, Operation, Answer>,
  state: State,
): boolean {
  const [first, ...rest] = order;
  if (!first) return true;
  return steps(specification, state, first.operation).some(
    (step) =>
      (first.answer === undefined || isDeepStrictEqual(step.answer, first.answer)) &&
      fits(rest, specification, step.state),
  );
}

/** The definition, word for word: some choice of what took effect, in some order, respects time and specification. */
export function isLinearizable<State, Operation, Answer>(
  history: Calls<Operation, Answer>,
  specification: Specification<State, Operation, Answer>,
): boolean {
  return [...new Set(history.map(({ key }) => key))].every((key) => {
    const calls = history.filter((call) => call.key === key);
    const done = calls.filter(isDone);
    const others = calls.filter((call) => !isDone(call));
    return subsets(others).some((chosen) =>
      permutations([...done, ...chosen]).some(
        (order) => isInTime(order) && fits(order, specification, specification.initial(key)),
      ),
    );
  });
}

function isInTime(order: Calls<unknown, unknown>): boolean {
  return order.every((call, place) => order.slice(place + 1).every((later) => !isBefore(later, call)));
}

/** What is wrong with an order that is said to be legal. */
export function faultsOf<State, Operation, Answer>(
  key: string,
  order: readonly Linearized<Operation, Answer>[],
  history: Calls<Operation, Answer>,
  specification: Specification<State, Operation, Answer>,
): string[] {
  const calls = order.map(({ invocation }) => invocation);
  const own = history.filter((call) => call.key === key);
  // With the answers that the order names: they have to fit, and to be what was seen.
  const answered = order.map(({ invocation, answer }) => ({ ...invocation, answer }));
  return [
    ...(new Set(calls).size === calls.length ? [] : ['one took effect twice']),
    ...(calls.every((call) => own.includes(call)) ? [] : ['one is of another object']),
    ...(own.every((call) => !isDone(call) || calls.includes(call)) ? [] : ['one that returned is left out']),
    ...(isInTime(calls) ? [] : ['one is before another that had returned']),
    ...(fits(calls, specification, specification.initial(key)) ? [] : ['the answers do not fit']),
    ...(fits(answered, specification, specification.initial(key))
      ? []
      : ['the answers of the order do not fit']),
    ...order
      .filter(
        ({ invocation, answer }) =>
          invocation.answer !== undefined && !isDeepStrictEqual(invocation.answer, answer),
      )
      .map(({ answer }) => `an answer ${String(answer)} that was not seen`),
  ];
}
