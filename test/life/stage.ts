import {
  type RuntimeEvent,
  type Supervisor,
  type SupervisorOptions,
  type TaskHandle,
  type TaskRecord,
  defineTask,
  memoryStore,
} from '../../src/index.ts';
import { type HeldBody, type Run, heldBody } from '../support/held-body.ts';
import { quiet } from '../support/quiet.ts';
import { type World, world } from '../support/world.ts';

/** Every rule that a definition may have. */
type Rules = Omit<Parameters<typeof defineTask>[0], 'run' | 'type' | 'input' | 'result'> & {
  readonly type?: string;
};

/** A held body with any rules. */
export function held(rules: Rules = {}): HeldBody {
  return heldBody(rules as Parameters<typeof heldBody>[0]);
}

/** Backoff of exactly this many milliseconds. */
export const after = (baseMs: number) => ({ kind: 'linear', baseMs, maxMs: baseMs, jitter: 'none' }) as const;

export interface FamilyWorld extends World {
  readonly parent: HeldBody;
  readonly child: HeldBody;
  readonly task: TaskHandle;
  readonly run: Run;
  /** The committed record of a task. */
  record(of: TaskHandle): Promise<TaskRecord>;
}

export interface FamilyOptions extends Partial<SupervisorOptions> {
  readonly parent?: Rules;
  readonly child?: Rules;
}

/** A world in which a parent runs; it and its children do what the test says. */
export async function familyWorld({
  parent: parentRules,
  child: childRules,
  ...options
}: FamilyOptions = {}): Promise<FamilyWorld> {
  const parent = held({ type: 'parent', ...parentRules });
  const child = held({ type: 'child', ...childRules });
  const store = options.store ?? memoryStore();
  const tasks = [parent.definition, child.definition, ...(options.tasks ?? [])];
  const scene = await world({ concurrency: 8, ...options, store, tasks });
  const task = await scene.supervisor.submit(parent.definition, 'parent');
  const run = await parent.started();
  return { ...scene, parent, child, task, run, record: (of) => recordOf(store, of) };
}

export async function recordOf(
  store: ReturnType<typeof memoryStore>,
  { key }: Pick<TaskHandle, 'key'>,
): Promise<TaskRecord> {
  const [record] = await store.records.read([key]);
  if (!record) throw new Error(`Expected a record of ${key}.`);
  return record;
}

/** The aborts of a run, as they come. */
export function abortsOf({ signal }: Run): string[] {
  const aborts: string[] = [];
  signal.addEventListener('abort', () => aborts.push((signal.reason as Error).name));
  return aborts;
}

/** What the supervisor tells, as it tells it. */
export function listen(supervisor: Supervisor): RuntimeEvent[] {
  const told: RuntimeEvent[] = [];
  const reader = supervisor.events();
  void (async () => {
    for await (const event of reader) told.push(event);
  })();
  return told;
}

/** The fields of the information that the test names, once all is quiet. */
export async function told(task: TaskHandle) {
  await quiet();
  const { state, cancelled, error, attempt, progress } = await task.info();
  return { state, cancelled, fault: error?.fault.name, attempt, progress };
}
