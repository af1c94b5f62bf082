/** One operation of a client on one object, from its call to its return. */
export interface Invocation<Operation, Answer> {
  /** Who called: one after the other, never two at once. Whoever left one pending goes on under another name. */
  readonly client: string | number;
  /** The object that was called. Each is judged by itself. */
  readonly key: string;
  readonly operation: Operation;
  /**
   * When it was called, in any unit: milliseconds, or the ticks of a counter. Two operations are ordered when one
   * returned before the other was called; at the same time is not before, so a counter says more than a clock.
   */
  readonly calledAt: number;
  /** When it returned. Left out: it is pending, and takes effect at any time after its call, or never. */
  readonly returnedAt?: number | undefined;
  /** What it returned. Left out: nobody knows, and every answer will do. */
  readonly answer?: Answer | undefined;
  /**
   * It returned with an error that does not say whether it took effect (a lost connection): it takes effect at any time
   * after its call, also after its return, or never. A refusal is no failure: it is an answer.
   */
  readonly failed?: boolean | undefined;
}

/** Whether it need not take effect at all: it is pending, or has failed. */
export function isOptional({ returnedAt, failed }: Invocation<unknown, unknown>): boolean {
  return returnedAt === undefined || failed === true;
}

/** The last moment at which it takes effect. */
export function latest(invocation: Invocation<unknown, unknown>): number {
  return isOptional(invocation) ? Number.POSITIVE_INFINITY : (invocation.returnedAt as number);
}
