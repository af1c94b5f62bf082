import type { Invocation } from './invocation.ts';

/** An operation at its place in the order, with the answer that the specification gives there. */
export interface Linearized<Operation, Answer> {
  readonly invocation: Invocation<Operation, Answer>;
  readonly answer: Answer;
}

/** An operation that could come next by its time, and why it leads nowhere. */
export interface Refused<Operation, Answer> {
  readonly invocation: Invocation<Operation, Answer>;
  /** What the specification answers there; none: the operation cannot happen there. */
  readonly expected: readonly Answer[];
  readonly why: string;
}

/** There is an order in which one operation after the other, each between its call and its return, has these answers. */
export interface Linearizable<Operation, Answer> {
  readonly linearizable: true;
  /** One such order for each object. What is pending or failed and not in it, has had no effect. */
  readonly order: ReadonlyMap<string, readonly Linearized<Operation, Answer>[]>;
  readonly configurations: number;
  readonly message: string;
}

/** There is no such order. */
export interface NotLinearizable<Operation, Answer> {
  readonly linearizable: false;
  /** The first object for which there is none. */
  readonly key: string;
  /** The longest beginning of an order that was found. */
  readonly prefix: readonly Linearized<Operation, Answer>[];
  /** What returned before anything else could come: one of `refused` had to come before its return. */
  readonly overdue: Invocation<Operation, Answer>;
  readonly refused: readonly Refused<Operation, Answer>[];
  readonly configurations: number;
  /** All of this for a reader, with a picture of what overlapped. */
  readonly message: string;
}

/** The limit came first: whether there is such an order is not known. */
export interface Undecided {
  readonly linearizable: undefined;
  /** The objects for which it is not known. For the others there is one. */
  readonly unknown: readonly string[];
  readonly configurations: number;
  readonly message: string;
}

/**
 * Whether a history is linearizable. `linearizable` is `undefined` when that is unknown, so that
 * `assert.ok(verdict.linearizable, verdict.message)` passes only when it is.
 */
export type Linearizability<Operation, Answer> =
  | Linearizable<Operation, Answer>
  | NotLinearizable<Operation, Answer>
  | Undecided;
