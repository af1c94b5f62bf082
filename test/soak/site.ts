import { type Clock, type TurnScheduler, immediateTurns, systemClock } from '../../src/index.ts';
import { simulatedClock } from '../../src/testing/index.ts';
import { Turns } from './turns.ts';

/** In what time a round takes place, and whether it is in the one world that lives as long as the soak. */
export type Kind = 'simulated' | 'real' | 'resident';

/** Where a round takes place: its time, and the order of what happens at one time. */
export interface Site {
  readonly kind: Kind;
  readonly clock: Clock;
  readonly turns: TurnScheduler;
  /** Milliseconds of a unit, in which bodies count. */
  readonly unitMs: number;
  /** A call of the store takes its turn. */
  call<T>(happen: () => PromiseLike<T>): Promise<T>;
  /** So much time has passed. */
  pass(ms: number): Promise<void>;
  /** A little of what could happen next has. */
  some(count: number): Promise<void>;
  /** How many timers are set; `foreground`: that keep a process alive. */
  timers(): { readonly foreground: number; readonly all: number };
}

/** Simulated time, in which chance chooses what happens next. */
export function simulatedSite(seed: number): Site & { calm(): void } {
  const turns = new Turns(seed);
  let isCalm = false;
  // Between two timers some turns are taken, or all: what waits may wait longer than time does.
  const settle = () => (!isCalm && turns.chance(40) ? turns.some(3) : turns.all());
  const simulated = simulatedClock({ settle });
  const clock = counted(simulated);
  return {
    kind: 'simulated',
    clock,
    turns,
    unitMs: 10,
    call: (happen) => turns.call(happen),
    pass: (ms) => simulated.advance(ms),
    some: (count) => turns.some(count),
    timers: () => clock.timers(),
    calm: () => void (isCalm = true),
  };
}

/** Simulated time, and everything in the order in which it comes. */
export function residentSite(): Site {
  const simulated = simulatedClock();
  const clock = counted(simulated);
  return {
    kind: 'resident',
    clock,
    turns: immediateTurns,
    unitMs: 10,
    call: async (happen) => happen(),
    pass: (ms) => simulated.advance(ms),
    some: () => simulated.advance(0),
    timers: () => clock.timers(),
  };
}

/** The same clock; what was set and has not fired is counted. */
function counted(clock: Clock) {
  const set = { foreground: new Set<object>(), background: new Set<object>() };
  const setTimer: Clock['setTimer'] = (delayMs, fire, background) => {
    const [token, pending] = [{}, background ? set.background : set.foreground];
    pending.add(token);
    const timer = clock.setTimer(delayMs, () => (pending.delete(token), fire()), background);
    return { cancel: () => (pending.delete(token), timer.cancel()) };
  };
  const timers = () => ({ foreground: set.foreground.size, all: set.foreground.size + set.background.size });
  return { now: () => clock.now(), monotonic: () => clock.monotonic(), setTimer, timers };
}

const immediately = () => new Promise<void>((resolve) => void setImmediate(resolve));

/** The machine's own time. */
export function realSite(): Site {
  const clock = counted(systemClock);
  const rest = (ms: number) => new Promise<void>((resolve) => void setTimeout(resolve, ms));
  return {
    kind: 'real',
    clock,
    turns: immediateTurns,
    unitMs: 1,
    call: (happen) => immediately().then(happen),
    pass: rest,
    some: (count) => (count > 3 ? rest(1) : immediately()),
    timers: () => clock.timers(),
  };
}
