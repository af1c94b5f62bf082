import { collect } from './garbage.ts';
import { type SystemName, openSystem } from './systems.ts';

export interface Round {
  /** How many tasks at once: a wave is submitted when the one before has ended. */
  readonly inFlight: number;
  /** Waves follow each other until so much time is over: a fast system gets no shorter a round, and no luckier. */
  readonly leastMs: number;
}

export interface Speed {
  readonly tasksPerSecond: number;
  /** Of all threads of the process, in microseconds a task: what other processes do matters less to it. */
  readonly cpuPerTask: number;
}

/** Bodies at once. */
export const concurrency = 16;

/** How fast one round was. */
export async function rate(name: SystemName) {
  const system = await openSystem(name, concurrency);
  return async ({ inFlight, leastMs }: Round): Promise<Speed> => {
    await collect();
    const cpuBefore = process.cpuUsage();
    const started = performance.now();
    let count = 0;
    do {
      count += inFlight;
      const results = await Promise.all(Array.from({ length: inFlight }, () => system.run()));
      if (!results.every((result) => result === 1)) throw new Error('Expected every result to be 1.');
    } while (performance.now() - started < leastMs);
    const seconds = (performance.now() - started) / 1_000;
    const { user, system: kernel } = process.cpuUsage(cpuBefore);
    return { tasksPerSecond: count / seconds, cpuPerTask: (user + kernel) / count };
  };
}
