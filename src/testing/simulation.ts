import { createHash } from 'node:crypto';
import {
  type Clock,
  type Random,
  type Store,
  type Supervisor,
  type SupervisorOptions,
  Fault,
  createSupervisor,
  memoryStore,
} from '../index.ts';
import { AwaitedStore } from './awaited-store.ts';
import { type CrashPoint, type Faults, type FaultyStore, faultyStore } from './faulty-store.ts';
import { checkKnown, invalid } from './arguments.ts';
import { settled } from './settle.ts';
import { type SimulatedClock, simulatedClock } from './simulated-clock.ts';
import { simulatedRandom } from './simulated-random.ts';
import { type Choose, SimulatedTurns } from './simulated-turns.ts';

/** A supervisor in a simulation, with its own line to the store. */
export interface SimulatedProcess {
  readonly name: string;
  readonly supervisor: Supervisor;
  /** Its line: to be cut, or to fall silent, and to be joined again. */
  readonly line: Pick<FaultyStore, 'disconnect' | 'silence' | 'connect'>;
  /** It is gone, as with `kill -9`: nothing that it began goes on, and what it promised never settles. */
  crash(): void;
  /** Resolves when it has crashed, by `crash` or at its crash point. */
  readonly crashed: Promise<void>;
}

/** What `createSupervisor` takes, but for what the simulation itself gives. */
export interface ProcessOptions extends Omit<SupervisorOptions, 'store' | 'clock' | 'random' | 'turns'> {
  readonly faults?: Faults;
  readonly crashAt?: CrashPoint;
}

/** The world of one run. */
export interface Simulation {
  /** What all processes share. */
  readonly store: Store;
  readonly clock: Clock & Pick<SimulatedClock, 'setWall' | 'pending'>;
  readonly random: Random;
  /** A supervisor that has started. @throws Error when it crashes before. */
  start(options: ProcessOptions): Promise<SimulatedProcess>;
  /** Resolves after so many simulated milliseconds. */
  sleep(ms: number): Promise<void>;
  /** A line in the trace. */
  note(line: string): void;
}

/** A store of one run. */
export type OpenedStore = Store & Partial<AsyncDisposable>;

export interface SimulateOptions {
  /**
   * Default: a new `memoryStore({ leases: true })` for each run. Called once a run; it has to begin empty, and is disposed of at the end
   * if it can be. A store that answers by events of the loop (of another thread, of a socket) is waited for: the same
   * seed gives the same run as long as its hints come before the answer to the call that they tell of.
   */
  readonly openStore?: () => OpenedStore | PromiseLike<OpenedStore>;
  /** Which of the things that could happen next does: 0 the one that has waited longest, and so after the last. Default: by the seed. */
  readonly schedule?: readonly number[];
  /** How often a failing scenario is run again to find a shorter schedule. Default 200; 0: not at all, as when something else shrinks. */
  readonly shrinkRuns?: number;
}

/** A run that came to its end. */
export interface Simulated<T> {
  readonly result: T;
  /** What was chosen, turn by turn: `schedule` for the same run again. */
  readonly schedule: readonly number[];
  readonly trace: readonly string[];
  /** SHA-256 of the trace: equal for equal runs, in any process. */
  readonly hash: string;
}

/** Both look alike from here. */
const stuck =
  'waits for something that never comes, or for a timer or a file of Node, which nobody waits for here: use `sleep` and `clock` of the simulation.';

/** More turns than any scenario has. */
const mostTurns = 100_000;

/** How many lines of a trace a message shows. */
const shownLines = 40;

/** A scenario failed in a simulation. `cause` is what it threw. */
export class SimulationFailure extends Error {
  override readonly name = 'SimulationFailure';
  readonly seed: number;
  readonly schedule: readonly number[];
  readonly trace: readonly string[];

  constructor(seed: number, { schedule, trace, error }: Failed) {
    const left = trace.length - shownLines;
    const lines = [...(left > 0 ? [`… ${left} lines`] : []), ...trace.slice(-shownLines)];
    const replay = `simulate(${seed}, scenario, { schedule: ${JSON.stringify(schedule)} })`;
    const why = error instanceof Error ? error.message : String(error);
    super(`${why}\n\nReplay: ${replay}\n\n${lines.join('\n')}`, { cause: error });
    this.seed = seed;
    this.schedule = schedule;
    this.trace = trace;
  }
}

type Ended<T> = Omit<Simulated<T>, 'hash'>;
interface Failed {
  readonly error: unknown;
  readonly schedule: readonly number[];
  readonly trace: readonly string[];
}

type Scenario<T> = (simulation: Simulation) => Promise<T>;

/**
 * Runs the scenario with one or several supervisors on one store, where time is simulated and chance is seeded, and where
 * of all that could happen next (an answer of the store, a timer, the end of a body, a call) the schedule chooses. The
 * same seed gives the same run. The scenario must take time from `clock` and chance from `random` alone.
 *
 * @throws SimulationFailure when the scenario rejects, or when it waits for what never comes; with the shortest schedule
 * that was found to fail.
 */
export async function simulate<T>(
  seed: number,
  scenario: Scenario<T>,
  options: SimulateOptions = {},
): Promise<Simulated<T>> {
  checkSimulation(seed, scenario, options);
  const first = await run(seed, scenario, options);
  if ('error' in first) throw new SimulationFailure(seed, await shortest(seed, scenario, options, first));
  const hash = createHash('sha256').update(first.trace.join('\n')).digest('hex');
  return { ...first, hash };
}

function checkSimulation(seed: number, scenario: unknown, options: SimulateOptions): void {
  if (!Number.isSafeInteger(seed)) throw invalid('seed', 'an integer', seed);
  if (typeof scenario !== 'function') throw invalid('scenario', 'a function', scenario);
  checkKnown('options', options, ['openStore', 'schedule', 'shrinkRuns']);
  const { openStore, schedule, shrinkRuns = 0 } = options;
  if (openStore !== undefined && typeof openStore !== 'function')
    throw invalid('openStore', 'a function', openStore);
  if (!Number.isSafeInteger(shrinkRuns) || shrinkRuns < 0)
    throw invalid('shrinkRuns', 'an integer of at least 0', shrinkRuns);
  const isChoice = (choice: unknown) => Number.isSafeInteger(choice) && (choice as number) >= 0;
  if (schedule !== undefined && !(Array.isArray(schedule) && schedule.every(isChoice)))
    throw invalid('schedule', 'a list of integers of at least 0', schedule);
}

async function run<T>(
  seed: number,
  scenario: Scenario<T>,
  options: SimulateOptions,
): Promise<Ended<T> | Failed> {
  const store = await (options.openStore ?? openMemory)();
  const world = new World(seed, store, options);
  try {
    return { result: await world.run(scenario), schedule: world.schedule, trace: world.trace };
  } catch (error) {
    return { error, schedule: world.schedule, trace: world.trace };
  } finally {
    await (store as OpenedStore)[Symbol.asyncDispose]?.();
  }
}

/** Cuts the schedule down as long as the scenario goes on to fail. */
async function shortest<T>(
  seed: number,
  scenario: Scenario<T>,
  options: SimulateOptions,
  first: Failed,
): Promise<Failed> {
  let best = first;
  let left = options.shrinkRuns ?? 200;
  const tryOut = async (schedule: readonly number[]): Promise<boolean> => {
    if (left <= 0) return false;
    left -= 1;
    const next = await run(seed, scenario, { ...options, schedule });
    if (!('error' in next)) return false;
    best = { ...next, schedule: withoutEnd(schedule) };
    return true;
  };
  if (left > 0 && (await tryOut([]))) return best;
  await tryOut(withoutEnd(first.schedule));
  for (
    let size = Math.ceil(best.schedule.length / 2);
    size >= 1 && left > 0;
    size = size === 1 ? 0 : Math.ceil(size / 2)
  ) {
    for (let at = 0; at < best.schedule.length && left > 0; at += size) {
      const chunk = best.schedule.slice(at, at + size);
      if (chunk.some((choice) => choice !== 0))
        await tryOut(best.schedule.with(at, 0).map((c, i) => (i >= at && i < at + size ? 0 : c)));
    }
  }
  return best;
}

/** Zeros at the end are what happens anyway. */
function withoutEnd(schedule: readonly number[]): readonly number[] {
  return schedule.slice(0, schedule.findLastIndex((choice) => choice !== 0) + 1);
}

const openMemory = () => memoryStore({ leases: true });

/** One run. */
class World implements Simulation {
  readonly store: AwaitedStore;
  readonly random: Random;
  readonly schedule: number[] = [];
  readonly trace: string[] = [];
  readonly #clock: SimulatedClock = simulatedClock({ settle: () => this.#rest() });
  readonly #turns = new SimulatedTurns();
  readonly #choose: Choose;
  readonly #seed: number;
  #processes = 0;
  #isOver = false;

  constructor(seed: number, store: Store, { schedule }: SimulateOptions) {
    this.#seed = seed;
    this.store = new AwaitedStore(store);
    this.random = simulatedRandom(seed);
    const chance = simulatedRandom(seed ^ 0x5eed);
    this.#choose = (possibilities) =>
      schedule
        ? (schedule[this.schedule.length] ?? 0) % possibilities
        : Math.floor(chance.fraction() * possibilities);
  }

  get clock(): SimulatedClock {
    return this.#clock;
  }

  note(line: string): void {
    this.trace.push(`${this.#clock.monotonic()} ms  ${line}`);
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => void this.#clock.setTimer(ms, resolve));
  }

  async start({ faults = {}, crashAt, ...options }: ProcessOptions): Promise<SimulatedProcess> {
    if (this.#isOver)
      throw new Fault(
        'InvalidState',
        'Expected a scenario that goes on, but it has ended: nothing starts any more.',
      );
    const name = `process ${(this.#processes += 1)}`;
    const { promise: crashed, resolve: isCrashed } = Promise.withResolvers<void>();
    const clock = new ProcessClock(this.#clock);
    const crash = () => {
      line.crash();
      clock.stop();
      this.#turns.drop(name);
      this.note(`${name}: crashes`);
      isCrashed();
    };
    const line = faultyStore(this.store, {
      random: this.random,
      faults,
      onCrash: crash,
      ...(crashAt ? { crashAt } : {}),
      turn: (what, happen) => this.#turns.call(name, what, happen),
    });
    const opening = createSupervisor({
      ...options,
      store: line,
      clock,
      random: simulatedRandom(this.#seed + this.#processes),
      turns: { deliver: (turn, proceed) => this.#turns.add(name, turn, proceed) },
    });
    const early = crashed.then(() => Promise.reject(new Error(`${name} crashed while it started.`)));
    early.catch(() => {});
    const supervisor = await Promise.race([opening, early]);
    return { name, supervisor, line, crash, crashed };
  }

  async run<T>(scenario: Scenario<T>): Promise<T> {
    const playing = Promise.resolve(scenario(this)).finally(() => (this.#isOver = true));
    playing.catch(() => {});
    for (let turn = 0; ; turn += 1) {
      await this.#rest();
      if (this.#isOver) return playing;
      if (turn === mostTurns)
        throw new Error(
          `Expected the scenario to end within ${mostTurns} turns. Where the trace repeats itself, it ${stuck}`,
        );
      await this.#next();
    }
  }

  /** All that can go on has gone on, and the store has answered. */
  async #rest(): Promise<void> {
    await settled();
    while (!this.store.isAnswered) {
      await this.store.answered();
      await settled();
    }
  }

  /** Something happens: one of the turns that wait, or time passes. */
  async #next(): Promise<void> {
    const waiting = this.#turns.size;
    const possibilities = waiting + (waiting === 0 || this.#clock.isNextForeground ? 1 : 0);
    const choice = possibilities === 1 ? 0 : this.#chosen(possibilities);
    if (choice < waiting) return this.note(this.#turns.take(choice));
    if (!(await this.#clock.fireNext())) throw new Error(`Expected the scenario to end, but it ${stuck}`);
    this.note('a timer');
  }

  #chosen(possibilities: number): number {
    const choice = this.#choose(possibilities);
    this.schedule.push(choice);
    return choice;
  }
}

/** The clock of a process: with it, its timers are gone. */
class ProcessClock implements Clock {
  readonly #clock: Clock;
  #isStopped = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  monotonic(): number {
    return this.#clock.monotonic();
  }

  setTimer(...[delayMs, fire, background]: Parameters<Clock['setTimer']>): ReturnType<Clock['setTimer']> {
    return this.#clock.setTimer(delayMs, () => (this.#isStopped ? undefined : fire()), background);
  }

  stop(): void {
    this.#isStopped = true;
  }
}
