import assert from 'node:assert/strict';
import { type BodyContext, type TaskHandle, type TaskInfo, defineTask, isFault } from '../../src/index.ts';
import type { Faults, SimulatedProcess, Simulation } from '../../src/testing/index.ts';

/** How often the body of each task has run to its end, and how many of one task are at work at once. */
class Bodies {
  readonly #atWork = new Map<string, number>();
  readonly definition = defineTask({
    type: 'work',
    retry: { maxAttempts: 3, backoff: { kind: 'linear', baseMs: 5 } },
    run: (context: BodyContext<number>) => this.#run(context),
  });

  async #run({ input, sleep, task, attempt }: BodyContext<number>): Promise<number> {
    const others = this.#atWork.get(task.key) ?? 0;
    assert.equal(others, 0, `two bodies of ${task.key} at once`);
    this.#atWork.set(task.key, 1);
    try {
      for (let step = 1; step <= 3; step += 1) {
        void task.updateProgress(step * 30);
        await sleep(input);
      }
      if (input % 3 === 0 && attempt < 3) throw new Error('Not yet.');
      return input;
    } finally {
      this.#atWork.set(task.key, 0);
    }
  }
}

/** Final is final, sequences grow, and the last is what the task ended in. */
async function watch(task: TaskHandle): Promise<TaskInfo> {
  const seen: TaskInfo[] = [];
  for await (const info of task.watch()) {
    const last = seen.at(-1);
    if (last) assert.ok(info.sequence > last.sequence, `#${info.sequence} after #${last.sequence}`);
    seen.push(info);
  }
  const end = seen.at(-1);
  assert.ok(end && (end.state === 'success' || end.state === 'error'), 'the final one is never missed');
  assert.deepEqual(await task.ended(), end);
  return end;
}

async function client(process: SimulatedProcess, bodies: Bodies, number: number, simulation: Simulation) {
  const task = await process.supervisor.submit(bodies.definition, number % 7);
  const watching = watch(task);
  // It is awaited only once the rest is over, and may be wrong before.
  watching.catch(() => {});
  let isAccepted = false;
  if (number % 2 === 0) {
    await simulation.sleep(number);
    try {
      await task.cancel();
      isAccepted = true;
    } catch (error) {
      assert.ok(isFault(error, 'InvalidState'), String(error));
    }
  }
  const end = await watching;
  simulation.note(`client ${number}: ${end.state}`);
  if (isAccepted) assert.equal(end.cancelled, true, 'an accepted cancel is not lost');
  else assert.deepEqual([end.state, end.result], ['success', number % 7]);
}

/** Two supervisors on one store, and clients that submit, watch and cancel at once. */
export function busyScenario(faults: Faults, clients = 6) {
  return async (simulation: Simulation): Promise<void> => {
    const bodies = new Bodies();
    const options = { tasks: [bodies.definition], concurrency: 2, faults };
    const processes = await Promise.all([simulation.start(options), simulation.start(options)]);
    const calls = Array.from({ length: clients }, (_, number) =>
      client(processes[number % 2] as SimulatedProcess, bodies, number, simulation),
    );
    await Promise.all(calls);
    await Promise.all(processes.map(({ supervisor }) => supervisor.stop()));
  };
}
