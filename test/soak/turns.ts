import { settled } from '../../src/testing/settle.ts';
import { type Random, type Turn, type TurnScheduler } from '../../src/index.ts';
import { simulatedRandom } from '../../src/testing/index.ts';

/** All that could happen next, of which chance chooses; with seed 0 it is the one that has waited longest. */
export class Turns implements TurnScheduler {
  readonly random: Random;
  readonly #isOrderly: boolean;
  readonly #pending: (() => void)[] = [];

  constructor(seed: number) {
    this.#isOrderly = seed === 0;
    this.random = simulatedRandom(seed);
  }

  get isEmpty(): boolean {
    return this.#pending.length === 0;
  }

  deliver(_turn: Turn, proceed: () => void): void {
    this.#pending.push(proceed);
  }

  /** A call that happens in a turn of its own. */
  call<T>(happen: () => PromiseLike<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#pending.push(() => void happen().then(resolve, reject));
    });
  }

  /** Whether something happens of which so many of 100 do. */
  chance(percent: number): boolean {
    return percent > 0 && this.random.fraction() * 100 < percent;
  }

  /** So many turns are over, and all that followed from them; fewer, if nothing is left. */
  async some(count: number): Promise<void> {
    for (let done = 0; done < count; done += 1) {
      await settled();
      if (!this.#one()) return;
    }
    await settled();
  }

  async all(): Promise<void> {
    for (let done = 0; done < mostTurns; done += 1) {
      await settled();
      if (!this.#one()) return;
    }
    throw new Error(`Expected the turns to come to an end, but there were ${mostTurns}.`);
  }

  #one(): boolean {
    const index = this.#isOrderly ? 0 : Math.floor(this.random.fraction() * this.#pending.length);
    const [proceed] = this.#pending.splice(index, 1);
    proceed?.();
    return proceed !== undefined;
  }
}

/** More than any program has. */
const mostTurns = 20_000;
