/** What was thrown by something that the user gave, and that is no call to the system: it ends the check. */
export class UserErrors {
  readonly #errors: unknown[] = [];

  get isEmpty(): boolean {
    return this.#errors.length === 0;
  }

  add(error: unknown): void {
    this.#errors.push(error);
  }

  /** @throws the first of them. */
  throwFirst(): void {
    if (this.#errors.length > 0) throw this.#errors[0];
  }
}
