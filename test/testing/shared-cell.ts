import type { Schedule } from '../../src/testing/index.ts';

/** A value behind a line: whoever reads or writes it waits on the way there, and the others go on. */
export class SharedCell<T> {
  readonly #schedule: Schedule;
  #value: T;

  constructor(schedule: Schedule, value: T) {
    this.#schedule = schedule;
    this.#value = value;
  }

  async read(): Promise<T> {
    await this.#schedule.turn('reads');
    return this.#value;
  }

  async write(value: T): Promise<void> {
    await this.#schedule.turn('writes');
    this.#value = value;
  }

  /** Writes only if it is as it was read. */
  async swap(from: T, to: T): Promise<boolean> {
    await this.#schedule.turn('swaps');
    if (this.#value !== from) return false;
    this.#value = to;
    return true;
  }

  /** Changes it in one go. */
  async change<R>(by: (value: T) => readonly [next: T, answer: R]): Promise<R> {
    for (;;) {
      const before = await this.read();
      const [next, answer] = by(before);
      if (next === before || (await this.swap(before, next))) return answer;
    }
  }
}
