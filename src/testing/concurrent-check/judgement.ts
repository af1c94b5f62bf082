import { isDeepStrictEqual } from 'node:util';
import type { AnyMachineSnapshot, AnyStateMachine } from 'xstate';
import type { ChartOperation } from '../linearizability/chart-specification.ts';
import { chartSpecification } from '../linearizability/chart-specification.ts';
import type { Invocation } from '../linearizability/invocation.ts';
import type { Specification } from '../linearizability/specification.ts';
import type { Linearizability, NotLinearizable } from '../linearizability/verdict.ts';
import { linearizable } from '../linearizable.ts';
import { type ChartModel, leafAt } from '../model-check/chart-model.ts';
import { type Reply, shown, shownReply } from '../model-check/reply.ts';

export type Operation = ChartOperation<AnyStateMachine>;

/** What came of a call, or of a look. */
export type Answered = Reply & { readonly about?: 'state' };

/** What the chart expects, or what came. */
export type Answer =
  | Answered
  | { readonly kind: 'expected'; readonly value: unknown; readonly about: 'answer' | 'state' };

export type History = readonly Invocation<Operation, Answer>[];
export type Verdict = Linearizability<Operation, Answer>;
export type Refusal = NotLinearizable<Operation, Answer>;

/** A look at an instance: an operation that changes nothing. */
export function look(model: ChartModel): Operation {
  return { type: 'state', observe: (snapshot: AnyMachineSnapshot) => model.state(snapshot) };
}

/** The chart, with the answers by which `checkModel` judges as well. */
export function specificationOf(
  model: ChartModel,
  inputs: ReadonlyMap<string, unknown>,
  fingerprint?: (snapshot: AnyMachineSnapshot) => string,
): Specification<AnyMachineSnapshot, Operation, Answer> {
  const plain = chartSpecification<AnyStateMachine>(model.machine, fingerprint ? { fingerprint } : {});
  return {
    ...plain,
    initial: (key) => model.first(inputs.get(key)),
    step: (state, operation) => stepOf(model, state, operation),
    isAnswer: (expected, actual) => isRight(model, expected, actual),
    showAnswer,
    showState: (snapshot) => showState(model, snapshot),
  };
}

/** The leaf, and what `stateOf` makes of it where that says more. */
function showState(model: ChartModel, snapshot: AnyMachineSnapshot): string {
  const [leaf, seen] = [leafAt(snapshot), shown(model.state(snapshot))];
  return leaf === seen ? leaf : `${leaf}, seen as ${seen}`;
}

/** An answer as a message shows it: whoever resolves with nothing has accepted. */
export function showAnswer(answer: Answer): string {
  if (answer.kind === 'expected') return shown(answer.value);
  const isAccepted = answer.kind === 'answered' && answer.value === undefined && answer.about !== 'state';
  return isAccepted ? 'ok' : shownReply(answer);
}

/** What the chart makes of an operation. */
export function stepOf(model: ChartModel, state: AnyMachineSnapshot, operation: Operation) {
  if ('observe' in operation) {
    const value: unknown = operation.observe(state);
    return { state, answer: { kind: 'expected', value, about: 'state' } as const };
  }
  const taken = model.take(state, operation);
  const answer = { kind: 'expected', value: model.answer(taken), about: 'answer' } as const;
  return { state: taken.after, answer };
}

function isRight(model: ChartModel, expected: Answer, actual: Answer): boolean {
  if (expected.kind !== 'expected' || actual.kind !== 'answered') return false;
  if (expected.about === 'state') return isDeepStrictEqual(expected.value, actual.value);
  return model.isSame(expected.value, actual.value);
}

export interface JudgeOptions {
  readonly fingerprint?: (snapshot: AnyMachineSnapshot) => string;
  readonly maxConfigurations?: number;
}

/** Whether the chart explains the history. */
export function judge(
  model: ChartModel,
  history: History,
  inputs: ReadonlyMap<string, unknown>,
  { fingerprint, maxConfigurations }: JudgeOptions,
): Verdict {
  const limits = maxConfigurations === undefined ? {} : { maxConfigurations };
  return linearizable(history, specificationOf(model, inputs, fingerprint), limits);
}
