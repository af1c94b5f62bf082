import type { Simulation } from '../../src/testing/index.ts';

/** So much simulated time has passed, and nothing waits for its turn: a timer in the background fires only then. */
export function rest({ clock }: Pick<Simulation, 'clock'>, ms: number): Promise<void> {
  return new Promise((resolve) => void clock.setTimer(ms, resolve, true));
}
