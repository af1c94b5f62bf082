/** What an operation comes to when nothing else happens meanwhile. */
export interface SpecificationStep<State, Answer> {
  readonly state: State;
  readonly answer: Answer;
}

/** An object as it is when it is called by one at a time: what concurrent histories of it are judged by. */
export interface Specification<State, Operation, Answer> {
  /** The object before the first call. */
  initial(key: string): State;
  /**
   * The next state and the answer; several, if any of them is right; none, if the operation cannot happen now (to take
   * a lock that is held). The state that came in is not changed: a new one is made.
   */
  step(
    state: State,
    operation: Operation,
  ): SpecificationStep<State, Answer> | Iterable<SpecificationStep<State, Answer>>;
  /**
   * Equal for two states exactly when nobody can tell them apart. Default: the state as text (`devalue`), for which it
   * has to be plain data. A fingerprint that leaves out what makes a difference makes the verdict wrong; one that
   * keeps what makes none makes it slow.
   */
  fingerprint?(state: State): string;
  /**
   * Whether it never changes anything, in no state: it is given its place as soon as it fits, which makes the search
   * shorter and the verdict no other. Default: nobody knows.
   */
  isReading?(operation: Operation): boolean;
  /** Whether what was answered is what is right. Default: deeply equal. */
  isAnswer?(expected: Answer, actual: Answer): boolean;
  /** How reports name it. Default: as Node's `inspect` does. */
  showOperation?(operation: Operation): string;
  showAnswer?(answer: Answer): string;
  showState?(state: State): string;
}
