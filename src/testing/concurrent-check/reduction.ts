import { type Choose, byNumbers, byOrder, mostHaste } from './choosing.ts';
import type { Command, Program } from './concurrent-program.ts';
import type { Run } from './concurrent-run.ts';
import { type Candidate, detoursOf, shorterThan, simplerThan } from './shorter-programs.ts';
import { type Taken, shortly } from './turns.ts';

/** So many runs are spent on it at most. */
const mostRuns = 2_000;

/** A run that waits in vain takes as long as so many others: all of them together, as long as a call may take. */
const costOfSilence = 100;

/** So many orders of the shortest program are tried for a straighter one. */
const ordersAtEnd = 400;

export interface Reduction {
  /** `timeoutMs`: how long is waited for what is not answered, when it is not the whole time. */
  readonly run: (program: Program, choose: Choose, timeoutMs?: number) => Promise<Run>;
  readonly timeoutMs: number;
  /** The same command with a simpler payload, simplest first. */
  readonly simpler: (command: Command) => Iterable<Command>;
  /** Commands that could stand in its place. */
  readonly others: (command: Command) => readonly Command[];
}

/**
 * A run that differs, of which no command can be left out, nor any two, and no payload be simpler, in any of the orders
 * that were tried; and in an order that departs as seldom as possible from one client after the other. Undefined when it
 * does not differ again.
 */
export async function reduce(failed: Run, ways: Reduction): Promise<Run | undefined> {
  const again = new Reducer(ways, failed.isSilent);
  const first = await again.inOrderOf(failed, failed.program);
  if (!first) return undefined;
  const best = await again.straightened(await again.shortened(first));
  const confirmed = await again.confirmed(best);
  // It may be slow, and not hang: then what was cut down is none, and what it was cut down from stands.
  if (confirmed || !first.isSilent) return confirmed ?? first;
  return failed.isSilent ? again.confirmed(failed) : undefined;
}

class Reducer {
  readonly #ways: Reduction;
  #spent = 0;
  /** Since something is known to hang, nothing is waited for as long as before. */
  #hasHung: boolean;

  constructor(ways: Reduction, hasHung: boolean) {
    this.#ways = ways;
    this.#hasHung = hasHung;
  }

  /** The run, if it does not answer in the whole time either. */
  async confirmed(found: Run): Promise<Run | undefined> {
    if (!found.isSilent) return found;
    const run = await this.#ways.run(found.program, byOrder(found.taken));
    return run.failure ? run : undefined;
  }

  async shortened(first: Run): Promise<Run> {
    let best = first;
    for (let next: Run | undefined = first; next; next = await this.#shorter(best)) best = next;
    return best;
  }

  /** The order with the fewest choices that are not straight on. */
  async straightened(first: Run): Promise<Run> {
    let best = first;
    for (let next: Run | undefined = first; next; next = await this.#straighter(best)) best = next;
    const straightest = await this.#inSomeOrder(best.program, ordersAtEnd);
    return straightest && crookednessOf(straightest) <= crookednessOf(best) ? straightest : best;
  }

  inOrderOf({ taken }: Run, program: Program): Promise<Run | undefined> {
    return this.#failing(program, byOrder(taken));
  }

  /** What fails in the same order is found soon; only then other orders are tried, and other ways last. */
  async #shorter(best: Run): Promise<Run | undefined> {
    const { program } = best;
    const short = [...shorterThan(program)];
    return (
      (await this.#first(short, (each) => this.inOrderOf(best, each.program))) ??
      (await this.#first(simplerThan(program, this.#ways), (each) => this.inOrderOf(best, each.program))) ??
      (await this.#first(short, (each) => this.#inSomeOrder(each.program, each.orders))) ??
      (await this.#first(detoursOf(program, this.#ways), (each) =>
        this.#inSomeOrder(each.program, each.orders),
      ))
    );
  }

  async #first(
    candidates: Iterable<Candidate>,
    attempt: (candidate: Candidate) => Promise<Run | undefined>,
  ): Promise<Run | undefined> {
    for (const candidate of candidates) {
      if (this.#spent > mostRuns) return undefined;
      const found = await attempt(candidate);
      if (found) return found;
    }
    return undefined;
  }

  async #straighter(best: Run): Promise<Run | undefined> {
    const { program } = best;
    for (const choose of [...straighterNumbers(best), ...pulledTogether(best)]) {
      if (this.#spent > mostRuns) return undefined;
      const next = await this.#failing(program, choose);
      if (next && crookednessOf(next) < crookednessOf(best)) return next;
    }
    return undefined;
  }

  /** Straight on first, then with one choice that is not, then with two. */
  async #inSomeOrder(program: Program, most: number): Promise<Run | undefined> {
    let orders: readonly Order[] = [{ numbers: [], hasty: 0 }];
    for (let tried = 0; orders.length > 0;) {
      const next: Order[] = [];
      for (const order of orders) {
        if ((tried += 1) > most || this.#spent > mostRuns) return undefined;
        const run = await this.#run(program, byNumbers(order.numbers));
        if (run.failure) return run;
        next.push(...furtherThan(order, run));
      }
      orders = next.toSorted((a, b) => a.hasty - b.hasty).slice(0, most);
    }
    return undefined;
  }

  async #failing(program: Program, choose: Choose): Promise<Run | undefined> {
    const run = await this.#run(program, choose);
    return run.failure ? run : undefined;
  }

  async #run(program: Program, choose: Choose): Promise<Run> {
    const { timeoutMs } = this.#ways;
    const run = await this.#ways.run(program, choose, this.#hasHung ? shortly(timeoutMs) : timeoutMs);
    if (run.isSilent) this.#hasHung = true;
    this.#spent += run.isSilent ? costOfSilence : 1;
    return run;
  }
}

/** How often another client goes on than before; among equals, how many choices were not straight on. */
function crookednessOf({ made, taken }: Run): number {
  const switches = taken.filter(({ client }, index) => index > 0 && client !== taken[index - 1]?.client);
  const bends = made.filter(({ number }) => number !== 0);
  return switches.length + bends.length / (made.length + 1);
}

/** With one choice straight on, or left out. */
function straighterNumbers({ made }: Run): Choose[] {
  const numbers = made.map(({ number }) => number);
  const bends = [...numbers.keys()].filter((at) => numbers[at] !== 0);
  return bends.flatMap((at) => [byNumbers(numbers.with(at, 0)), byNumbers(numbers.toSpliced(at, 1))]);
}

/** With one turn right after the one before it of the same client, or right before the one after it. */
function pulledTogether({ taken }: Run): Choose[] {
  return taken.flatMap((turn, at) => {
    const isOwn = ({ client }: Taken) => client === turn.client;
    const others = taken.toSpliced(at, 1);
    const before = taken.slice(0, at).findLastIndex(isOwn);
    const after = others.findIndex((other, index) => index >= at && isOwn(other));
    const places = [before < 0 ? at : before + 1, after < 0 ? at : after];
    return places.filter((place) => place !== at).map((place) => byOrder(others.toSpliced(place, 0, turn)));
  });
}

/** Choices by their numbers, and how many of them leave promises no time. */
interface Order {
  readonly numbers: readonly number[];
  readonly hasty: number;
}

/** The orders with one choice more that is not straight on, later than the others. */
function furtherThan({ numbers, hasty }: Order, { made }: Run): Order[] {
  return made.flatMap(({ of }, at) => {
    if (at < numbers.length) return [];
    const before = [...numbers, ...Array.from({ length: at - numbers.length }, () => 0)];
    return Array.from({ length: of - 1 }, (_, index) => ({
      numbers: [...before, index + 1],
      hasty: hasty + (index + 1 >= of / (1 + mostHaste) ? 1 : 0),
    }));
  });
}
