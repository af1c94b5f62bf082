import { createSupervisor, defineTask } from '../src/index.ts';

const reportsOfChild = 100;
const hourMs = 3_600_000;

/** CPU microseconds of this process that the act takes. */
async function cost(act: () => Promise<unknown>): Promise<number> {
  globalThis.gc?.();
  const before = process.cpuUsage();
  await act();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

/** What a report costs, when so many children of one parent report a hundred times each. Each is awaited: none is coalesced. */
export async function perReport() {
  const silent = defineTask({ type: 'silent', run: () => {} });
  const child = defineTask({
    type: 'child',
    async run({ task }): Promise<void> {
      for (let percent = 1; percent <= reportsOfChild; percent += 1) await task.updateProgress(percent);
    },
  });
  const parent = (of: typeof child) =>
    defineTask({
      type: `parent of ${of.type}`,
      run: async ({ task, input }) => void (await task.spawnAll(of, Array.from({ length: input as number }))),
    });
  const [reporting, others] = [parent(child), parent(silent)];
  const supervisor = await createSupervisor({ tasks: [silent, child, reporting, others], concurrency: 16 });
  const run = (of: typeof reporting, children: number) =>
    cost(async () => (await supervisor.submit(of, children as never)).result());
  return async (children: number): Promise<number> => {
    await run(reporting, 200);
    const [all, without] = [await run(reporting, children), await run(others, children)];
    return (all - without) / (children * reportsOfChild);
  };
}

/** What a no-op task with a limit of time costs, submitted and awaited, while so many timers of others wait. */
export async function perTaskBesideTimers() {
  const noop = defineTask({ type: 'noop', timeoutMs: hourMs, deadlineMs: 2 * hourMs, run: () => {} });
  const supervisor = await createSupervisor({ tasks: [noop], concurrency: 16 });
  const round = async () => {
    const tasks = await Promise.all(Array.from({ length: 1_000 }, () => supervisor.submit(noop)));
    await Promise.all(tasks.map((task) => task.result()));
  };
  return async ({ timers, rounds }: { timers: number; rounds: number }): Promise<number> => {
    for (let left = timers; left > 0; left -= 1_000) {
      const some = Array.from({ length: Math.min(left, 1_000) });
      await Promise.all(some.map(() => supervisor.submit(noop, undefined, { delayMs: hourMs + left })));
    }
    for (let done = 0; done < 5; done += 1) await round();
    const all = await cost(async () => {
      for (let done = 0; done < rounds; done += 1) await round();
    });
    return all / (rounds * 1_000);
  };
}
