import type { Turn } from '../index.ts';

/** Chooses one of so many possibilities: 0 is the one that has waited longest. */
export type Choose = (possibilities: number) => number;

interface Waiting {
  readonly process: string;
  readonly what: string;
  readonly proceed: () => void;
}

/** All that could happen next in a simulation. */
export class SimulatedTurns {
  #waiting: Waiting[] = [];

  get size(): number {
    return this.#waiting.length;
  }

  add(process: string, { source, key }: Turn, proceed: () => void): void {
    this.#waiting.push({ process, what: key === undefined ? source : `${source} ${key}`, proceed });
  }

  /** A call that happens in a turn of its own. */
  call<T>(process: string, what: string, happen: () => PromiseLike<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ process, what, proceed: () => void happen().then(resolve, reject) });
    });
  }

  /** The turn happens; the answer tells which it was. */
  take(index: number): string {
    const [turn] = this.#waiting.splice(index, 1);
    if (!turn) throw new RangeError(`Expected one of ${this.#waiting.length} turns, got ${index}.`);
    turn.proceed();
    return `${turn.process}: ${turn.what}`;
  }

  /** Nothing of this process happens any more. */
  drop(process: string): void {
    this.#waiting = this.#waiting.filter((turn) => turn.process !== process);
  }
}
