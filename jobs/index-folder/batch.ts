/** So much is under way at once, and no more. */
export class Batch {
  readonly #size: number;
  readonly #underWay: Promise<void>[] = [];
  #failures: unknown[] = [];

  constructor(size: number) {
    this.#size = size;
  }

  /** Resolves when there is room for another. @throws What one of those before has failed with. */
  async add(begun: Promise<void>): Promise<void> {
    this.#underWay.push(begun.catch((error: unknown) => void this.#failures.push(error)));
    if (this.#underWay.length >= this.#size) await this.ended();
  }

  /** Resolves when nothing is under way. @throws What one of them has failed with. */
  async ended(): Promise<void> {
    await Promise.all(this.#underWay.splice(0));
    if (this.#failures.length > 0) throw this.#failures[0];
  }
}
