import { AsyncLocalStorage } from 'node:async_hooks';
import { type Clock, type Random, systemClock } from '../../index.ts';
import { settled } from '../settle.ts';
import { type SimulatedClock, simulatedClock } from '../simulated-clock.ts';
import { type Choose, type Option, numberOf, possibilities } from './choosing.ts';
import type { Schedule } from './concurrent-system.ts';

/** On whose behalf something happens. */
export interface Owner {
  readonly client: string;
  /** The command, which keeps its name when others are left out. */
  readonly command: string;
}

interface Waiting extends Owner, Option {
  readonly label: string;
  readonly proceed: () => unknown;
}

/** What happened, by whose choice. */
export interface Taken {
  readonly client: string;
  readonly label: string;
  readonly key: string;
  readonly haste: number;
  /** A client called. */
  readonly isCall: boolean;
}

/** A choice that was made: its number, and of how many. */
export interface Made {
  readonly number: number;
  readonly of: number;
}

const nobody: Owner = { client: 'the system', command: 'system' };

/** More turns than any run has that comes to an end. */
const mostTurns = 10_000;

/** So many timers that nothing follows from are taken for some that go on for ever. */
const mostIdleTimers = 100;

/** How long is waited for a system of which is known that it hangs. */
export function shortly(patienceMs: number): number {
  return Math.min(patienceMs, Math.max(leastPatienceMs, patienceMs / 20));
}

/** Long enough for what comes from a thread, a socket or a short timer. */
const leastPatienceMs = 10;

/** All that waits in one run, of which one thing after the other happens. */
export class Turns {
  readonly schedule: Schedule;
  readonly taken: Taken[] = [];
  readonly made: Made[] = [];
  readonly #clock: SimulatedClock = simulatedClock();
  readonly #owner = new AsyncLocalStorage<Owner>();
  readonly #counts = new Map<string, number>();
  #patienceMs: number;
  #waiting: Waiting[] = [];
  #last = '';
  #idleTimers = 0;
  #stirred = () => {};
  /** How much that comes from outside is waited for. */
  #outside = 0;

  constructor(random: Random, patienceMs: number) {
    this.#patienceMs = patienceMs;
    const turn = (label = 'goes on') => this.#wait(this.#owner.getStore() ?? nobody, label, false);
    const outside: Schedule['outside'] = (answer) => this.#awaited(answer);
    this.schedule = scheduleOf(turn, outside, ownedTimers(this.#clock), random);
  }

  /** Nothing waits, and no timer that would keep a process alive is set. */
  get isIdle(): boolean {
    return this.#waiting.length === 0 && !this.#clock.isNextForeground;
  }

  /** Resolves when the client is to call. */
  beforeCall(owner: Owner, type: string): Promise<void> {
    return this.#wait(owner, `calls ${type}`, true);
  }

  /** What it does, and all that follows from it, is done on behalf of this owner. */
  onBehalf<T>(owner: Owner, act: () => T): T {
    return this.#owner.run(owner, act);
  }

  /** It is known to hang: nothing is waited for as long as before. */
  hurry(): void {
    this.#patienceMs = shortly(this.#patienceMs);
  }

  /** A call has returned. */
  stir(): void {
    this.#stirred();
  }

  /** One thing happens after the other, until it is over; false when nothing happens any more before. */
  async run(choose: Choose, isOver: () => boolean, isRecorded = true): Promise<boolean> {
    let haste = 0;
    for (let turn = 0; turn < mostTurns; turn += 1) {
      if (haste === 0) await settled();
      if (this.#outside > 0) {
        if (!(await this.#somethingOutside())) return false;
        haste = 0;
        continue;
      }
      // Not even one round when it is 1: whoever calls next does so before the first gets any further.
      for (let round = 1; round < haste; round += 1) await Promise.resolve();
      if (isOver()) return true;
      const options = this.#options();
      if (options.length > 0) {
        const choice = choose(options);
        if (isRecorded && options.length > 1)
          this.made.push({
            number: numberOf(choice, options.length),
            of: possibilities(options.length),
          });
        haste = choice.haste;
        const passing = this.#take(options[choice.rank] as Waiting, haste, isRecorded);
        if (passing) await passing;
      } else if (haste > 0) haste = 0;
      else if (!(await this.#somethingOutside())) return false;
    }
    return false;
  }

  /** Whoever went on last comes first, then whoever has waited longest; time passes last. */
  #options(): Waiting[] {
    const own = this.#waiting.filter(({ client }) => client === this.#last);
    const others = this.#waiting.filter(({ client }) => client !== this.#last);
    return [...own, ...others, ...(this.#mayTimePass() ? [this.#timer()] : [])];
  }

  #mayTimePass(): boolean {
    if (this.#clock.isNextForeground) return true;
    return this.#waiting.length === 0 && this.#clock.pending > 0 && this.#idleTimers < mostIdleTimers;
  }

  #timer(): Waiting {
    const proceed = () => this.#clock.fireNext();
    return { client: 'time', command: 'time', label: 'a timer', isCall: false, key: 'time', proceed };
  }

  /** Time takes promises to pass. */
  #take(option: Waiting, haste: number, isRecorded: boolean): Promise<unknown> | undefined {
    const { client, label, key, isCall } = option;
    const at = this.#waiting.indexOf(option);
    if (at >= 0) this.#waiting.splice(at, 1);
    this.#idleTimers = at >= 0 ? 0 : this.#idleTimers + 1;
    if (client !== 'time') this.#last = client;
    if (isRecorded) this.taken.push({ client, label, key, haste, isCall });
    const passing = option.proceed();
    return passing instanceof Promise ? passing : undefined;
  }

  /** What the schedule does not know of (a file, a socket) may bring things on: that takes real time. */
  async #somethingOutside(): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.#stirred = () => resolve(true);
    const timer = systemClock.setTimer(this.#patienceMs, () => resolve(false));
    try {
      return await promise;
    } finally {
      this.#stirred = () => {};
      timer.cancel();
    }
  }

  async #awaited<T>(answer: PromiseLike<T>): Promise<T> {
    this.#outside += 1;
    try {
      return await answer;
    } finally {
      this.#outside -= 1;
      this.#stirred();
    }
  }

  #wait({ client, command }: Owner, label: string, isCall: boolean): Promise<void> {
    return new Promise((proceed) => {
      this.#waiting.push({ client, command, label, isCall, key: this.#key(command), proceed });
      this.#stirred();
    });
  }

  #key(command: string): string {
    const count = this.#counts.get(command) ?? 0;
    this.#counts.set(command, count + 1);
    return `${command}#${count}`;
  }
}

/** What a system is given: its members may be taken out of it. */
function scheduleOf(
  turn: Schedule['turn'],
  outside: Schedule['outside'],
  clock: Clock,
  random: Random,
): Schedule {
  const schedule: Schedule['schedule'] = async (promise, label) => {
    // Its rejection is handed on in its turn, and is no stray one until then.
    await Promise.allSettled([promise]);
    await turn(label);
    return promise;
  };
  return {
    turn,
    schedule,
    scheduleFunction:
      (call, label = call.name || 'a call') =>
      async (...given) => {
        await turn(label);
        return schedule((async () => call(...given))(), `${label} answers`);
      },
    outside,
    clock,
    random,
  };
}

/** What a timer does is done on behalf of whoever set it. */
function ownedTimers(clock: Clock): Clock {
  return {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    setTimer: (delayMs, fire, background) => {
      const asNow = AsyncLocalStorage.snapshot();
      return clock.setTimer(delayMs, () => asNow(fire), background);
    },
  };
}
