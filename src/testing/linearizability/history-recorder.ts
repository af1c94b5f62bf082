import { busy } from './history-check.ts';
import type { Invocation } from './invocation.ts';

/** What is said at a call. */
export type Call<Operation> = Pick<Invocation<Operation, never>, 'client' | 'key' | 'operation'>;

/** A call that has not returned. Only the first thing that is said of its end counts. */
export interface OpenCall<Answer> {
  /** It has returned with this answer; left out: with one that nobody knows. */
  returned(answer?: Answer): void;
  /** It has returned with an error that does not say whether it took effect. */
  failed(): void;
}

/** Writes down who called what, and in which order calls and returns happened. */
export class HistoryRecorder<Operation, Answer> {
  readonly #invocations: Invocation<Operation, Answer>[] = [];
  /** Of each client that waits for an answer, the index of its call. */
  readonly #pending = new Map<string | number, number>();
  #ticks = 0;

  /** What has happened so far, in order of the calls. What has not returned is pending. */
  get history(): readonly Invocation<Operation, Answer>[] {
    return [...this.#invocations];
  }

  /**
   * It is called now.
   *
   * @throws Fault InvalidArgument when an earlier call of this client has not returned, to whatever object: what it
   * calls meanwhile is to be given another client.
   */
  call({ client, key, operation }: Call<Operation>): OpenCall<Answer> {
    const pending = this.#pending.get(client);
    if (pending !== undefined) throw busy('client', client, pending);
    const called = { client, key, operation, calledAt: this.#tick() };
    const index = this.#invocations.push(called) - 1;
    this.#pending.set(client, index);
    const end = (how: Pick<Invocation<Operation, Answer>, 'answer' | 'failed'>) => {
      if (this.#invocations[index] !== called) return;
      this.#pending.delete(client);
      this.#invocations[index] = { ...called, returnedAt: this.#tick(), ...how };
    };
    return { returned: (answer) => end({ answer }), failed: () => end({ failed: true }) };
  }

  /**
   * Does it, and writes it down from before the call to after the return; what it resolves with is the answer.
   *
   * `refusal` gives the answer that an error is (a refusal, after which nothing was changed); where it gives
   * `undefined`, the operation failed, and may have taken effect all the same.
   */
  async record<Result extends Answer | void>(
    call: Call<Operation>,
    act: () => PromiseLike<Result> | Result,
    refusal: (error: unknown) => Answer | undefined = () => undefined,
  ): Promise<Result> {
    const open = this.call(call);
    try {
      const result = await act();
      open.returned(result as Answer | undefined);
      return result;
    } catch (error) {
      const answer = refusal(error);
      if (answer === undefined) open.failed();
      else open.returned(answer);
      throw error;
    }
  }

  #tick(): number {
    return (this.#ticks += 1);
  }
}

/** An empty history, whose times are the ticks of a counter: exact, whatever a clock says. */
export function recordHistory<Operation, Answer>(): HistoryRecorder<Operation, Answer> {
  return new HistoryRecorder();
}
