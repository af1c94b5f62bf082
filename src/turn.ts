/** What came back to the runtime from outside and waits to be dealt with. */
export interface Turn {
  /** Who brings it: the store, the dispatch, a timer, a body that ended or speaks, a caller of the public face. */
  readonly source: 'store' | 'dispatch' | 'clock' | 'body' | 'client';
  /** The task that it is about, where it is about one. */
  readonly key?: string | undefined;
}

/**
 * Decides which pending settlement the runtime deals with next. Each must proceed exactly once; in what order is the
 * scheduler's choice, and no order may break a law of the runtime.
 */
export interface TurnScheduler {
  deliver(turn: Turn, proceed: () => void): void;
}

/** Every settlement is dealt with when it comes. */
export const immediateTurns: TurnScheduler = { deliver: (_turn, proceed) => proceed() };
