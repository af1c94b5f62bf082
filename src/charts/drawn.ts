import type { AnyStateNode } from 'xstate';
import type { DrawnAction, DrawnGuard } from './wording.ts';

/** What a state is, as it is drawn. */
export type StateKind = 'atomic' | 'compound' | 'parallel' | 'final' | 'shallowHistory' | 'deepHistory';

/** An actor that a state starts. */
export interface DrawnInvoke {
  readonly id: string;
  /** The name of its logic; `inline` when it has none. */
  readonly source: string;
}

/** A state of the chart, with all that is written in its box. */
export interface DrawnState {
  /** Unique in the drawing, and the same as long as the machine's id and the state's path stay. */
  readonly id: string;
  readonly name: string;
  readonly path: readonly string[];
  readonly kind: StateKind;
  readonly parent: DrawnState | undefined;
  readonly states: readonly DrawnState[];
  readonly entry: readonly DrawnAction[];
  readonly exit: readonly DrawnAction[];
  readonly invoke: readonly DrawnInvoke[];
  readonly tags: readonly string[];
  readonly description: string | undefined;
  readonly meta: unknown;
  readonly node: AnyStateNode;
}

/** What a transition waits for. */
export type Trigger =
  | { readonly kind: 'event'; readonly text: string; readonly event: string }
  | { readonly kind: 'after'; readonly text: string; readonly delay: number | string }
  | { readonly kind: 'done' | 'error' | 'snapshot'; readonly text: string; readonly event: string }
  | { readonly kind: 'always' | 'initial' | 'default'; readonly text: string };

/** A transition of the chart. One that has no target stays inside of its state's box. */
export interface DrawnTransition {
  /** Unique in the drawing, and the same as long as its state's id and its place among those of its event stay. */
  readonly id: string;
  readonly source: DrawnState;
  readonly targets: readonly DrawnState[];
  readonly trigger: Trigger;
  readonly guard: DrawnGuard | undefined;
  readonly actions: readonly DrawnAction[];
  /** What it declares as `meta.outcome`. */
  readonly answer: string | undefined;
  /** Whether a state is left and entered again though its transition ends in it. */
  readonly reenter: boolean;
  /** Nothing happens, and no state further out is asked. */
  readonly forbidden: boolean;
  readonly description: string | undefined;
  readonly meta: unknown;
}

/** A machine as it is drawn: what all four formats are written from. */
export interface Drawing {
  readonly root: DrawnState;
  /** All of them, the root first, each before those in it. */
  readonly states: readonly DrawnState[];
  /** Those of users, in the order in which their guards are asked. */
  readonly transitions: readonly DrawnTransition[];
  /** Where a state begins, and where a history leads that has seen nothing. */
  readonly defaults: readonly DrawnTransition[];
}
