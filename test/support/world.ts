import {
  type Supervisor,
  type SupervisorOptions,
  type TaskHandle,
  createSupervisor,
} from '../../src/index.ts';
import { type SimulatedClock, simulatedClock } from '../../src/testing/index.ts';
import { type HeldBody, type Run, heldBody } from './held-body.ts';

export interface World extends AsyncDisposable {
  readonly clock: SimulatedClock;
  readonly supervisor: Supervisor;
}

/** A supervisor in simulated time; at the end it is stopped, whatever its bodies do. */
export async function world(options: Partial<SupervisorOptions> = {}): Promise<World> {
  const clock = (options.clock as SimulatedClock | undefined) ?? simulatedClock();
  const supervisor = await createSupervisor({ tasks: [], ...options, clock });
  return { clock, supervisor, [Symbol.asyncDispose]: () => stopAll(clock, supervisor) };
}

/** Stops in no time, by simulated clock, even where bodies ignore their signal. */
export async function stopAll(clock: SimulatedClock, ...supervisors: readonly Supervisor[]): Promise<void> {
  const stopped = supervisors.map((supervisor) => supervisor.stop({ waitMs: 0 }));
  await clock.advance(longerThanAnyGraceMs);
  await Promise.all(stopped);
}

const longerThanAnyGraceMs = 3_600_000;

export interface HeldWorld extends World {
  readonly body: HeldBody;
  readonly task: TaskHandle;
  readonly run: Run;
}

/** A world in which one task runs, whose body does what the test says. */
export async function heldWorld(options: Partial<SupervisorOptions> = {}): Promise<HeldWorld> {
  const body = heldBody();
  const scene = await world({ ...options, tasks: [body.definition, ...(options.tasks ?? [])] });
  const task = await scene.supervisor.submit(body.definition, 'in');
  return { ...scene, body, task, run: await body.started() };
}
