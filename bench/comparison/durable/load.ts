import type { Closed, DurableSystem } from './system.ts';

export interface Load {
  /** Tasks that have not ended: when one has, the next is submitted. */
  readonly inFlight: number;
  /** Until the code is compiled. */
  readonly warmUpMs: number;
  readonly ms: number;
}

export interface Speed extends Closed {
  readonly tasksPerSecond: number;
  /** Of all threads of the process that submits and runs, and of a server of its own; in microseconds a task. */
  readonly cpuPerTask: number;
}

/**
 * Looks at the clock only when a task has ended: a system may leave no turn of the event loop to a timer. On a machine
 * that is too busy for it, it takes longer, until twice as many tasks have ended as are in flight.
 */
export async function loaded(system: DurableSystem, { inFlight, warmUpMs, ms }: Load): Promise<Speed> {
  const begins = performance.now() + warmUpMs;
  let [count, tasks, first, last] = [0, 0, 0, 0];
  let isOver = false;
  const cpu = { first: 0, last: 0 };
  const client = async () => {
    while (!isOver) {
      await system.run();
      tasks += 1;
      const now = performance.now();
      if (now < begins || isOver) continue;
      if (first === 0) [first, cpu.first] = [now, cpuMs()];
      else count += 1;
      last = now;
      isOver = now >= begins + ms && count >= 2 * inFlight;
      // Not for each: asking takes microseconds.
      if (isOver) cpu.last = cpuMs();
    }
  };
  await Promise.all(Array.from({ length: inFlight }, client));
  const closed = await system.close();
  const perTask = (cpu.last - cpu.first) / count + (closed.serverCpuMs ?? 0) / tasks;
  return { ...closed, tasksPerSecond: (count * 1_000) / (last - first), cpuPerTask: perTask * 1_000 };
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
