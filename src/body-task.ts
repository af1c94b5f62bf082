import type { TaskEvent } from '../machines/task.ts';
import type { Access } from './access.ts';
import { Acknowledgement } from './acknowledgement.ts';
import type { Attempt } from './body.ts';
import { type Fault, invalidArgument, notFound, toFaultData } from './fault.ts';
import { Handle, cancelableEvent, descriptionEvent, progressEvent, receipt } from './handle.ts';
import type { Runtime } from './runtime.ts';
import { parseWith } from './schema.ts';
import { serialize } from './serialize.ts';
import type { Submission } from './creating.ts';
import { known } from './options.ts';
import { childOf } from './submission.ts';
import type { AnyTaskDefinition, BodyTask, SpawnAllOptions, SpawnOptions } from './task.ts';
import type { TaskHandle } from './task-handle.ts';
import { type TaskInfo, taskInfo } from './task-info.ts';

/** The task for its own body: every event carries the attempt's fence. */
export function bodyTask(runtime: Runtime, access: Access, attempt: Attempt): BodyTask {
  const { key, definition } = attempt;
  const say = (event: TaskEvent) => heard(runtime, attempt, event.type, tell(runtime, attempt, event));
  return {
    key,
    info: async () => taskInfo(await access.permit('System.View', key)),
    cancel() {
      const asked = runtime.ask(key, { type: 'CANCEL', at: runtime.clock.now() }, 'body');
      return heard(runtime, attempt, 'CANCEL', asked.then(receipt));
    },
    updateProgress: (percentDone) => say(progressEvent(runtime, percentDone)),
    setDescription: (message) => say(descriptionEvent(runtime, definition.type, message)),
    setCancelable: (cancelable) => say(cancelableEvent(runtime, cancelable)),
    saveCheckpoint: (checkpoint) =>
      heard(runtime, attempt, 'SAVE_CHECKPOINT', saveCheckpoint(runtime, attempt, checkpoint)),
    spawn: (child, ...[input, options = {}]) => {
      const spawned = spawn(runtime, access, attempt, child as AnyTaskDefinition, input, options);
      return heard(runtime, attempt, 'SPAWN', attempt.track(spawned)) as never;
    },
    spawnAll: (child: AnyTaskDefinition, inputs: readonly unknown[], options?: SpawnAllOptions) =>
      heard(runtime, attempt, 'SPAWN', spawnAll(runtime, access, attempt, child, inputs, options)) as never,
    log: (message) => runtime.events.emit({ kind: 'log', key, sequence: 0, message: String(message) }),
  };
}

/** What the body says is committed. */
async function tell(runtime: Runtime, { key, fence }: Attempt, event: TaskEvent): Promise<void> {
  await runtime.ask(key, { ...event, fence } as TaskEvent, 'body');
}

/** The answer to something that the body need not await. */
function heard<T>(runtime: Runtime, { key }: Attempt, event: string, answer: Promise<T>): PromiseLike<T> {
  const acknowledgement = new Acknowledgement<T>((refusal) =>
    runtime.events.emit({ kind: 'refused', key, sequence: 0, event, fault: toFaultData(refusal) }),
  );
  answer.then(
    (value) => acknowledgement.settle({ value }),
    (refusal: unknown) => acknowledgement.settle({ refusal: refusal as Fault }),
  );
  return acknowledgement;
}

async function saveCheckpoint(runtime: Runtime, attempt: Attempt, value: unknown): Promise<void> {
  const { definition, fence } = attempt;
  if (definition.checkpoint) await parseWith(definition.checkpoint, value, 'checkpoint');
  const checkpoint = serialize(value, 'checkpoint');
  await tell(runtime, attempt, { type: 'SAVE_CHECKPOINT', at: runtime.clock.now(), fence, checkpoint });
}

/** A child for the body of its parent: waiting for it ends when the body has to. */
class ChildHandle<R> extends Handle<R> {
  readonly #attempt: Attempt;

  constructor(runtime: Runtime, access: Access, key: string, attempt: Attempt) {
    super(runtime, access, key);
    this.#attempt = attempt;
  }

  override result(): Promise<R> {
    return this.#attempt.orAborted(super.result());
  }

  override ended(): Promise<TaskInfo<R>> {
    return this.#attempt.orAborted(super.ended());
  }
}

/** The child, checked; nothing is created yet. */
async function prepared(
  runtime: Runtime,
  { key }: Attempt,
  definition: AnyTaskDefinition,
  input: unknown,
  options: SpawnOptions,
): Promise<Submission> {
  if (definition === undefined || runtime.options.definitions.get(definition.type) !== definition) {
    throw invalidArgument('definition', 'one of those given to createSupervisor', definition?.type);
  }
  const parent = await runtime.read(key);
  if (!parent) throw notFound(key);
  return childOf(runtime, parent, definition, input, options);
}

async function spawn(
  runtime: Runtime,
  access: Access,
  attempt: Attempt,
  definition: AnyTaskDefinition,
  input: unknown,
  options: SpawnOptions,
): Promise<TaskHandle> {
  const submission = await prepared(runtime, attempt, definition, input, options);
  const key = await runtime.spawn(submission, attempt.key, attempt.fence);
  return new ChildHandle(runtime, access, key, attempt);
}

async function spawnAll(
  runtime: Runtime,
  access: Access,
  attempt: Attempt,
  definition: AnyTaskDefinition,
  inputs: readonly unknown[],
  options: SpawnAllOptions = {},
): Promise<readonly unknown[]> {
  const { onFailure = 'fail', each } = known('options', options, ['onFailure', 'each']);
  if (!Array.isArray(inputs)) throw invalidArgument('inputs', 'a list', inputs);
  if (!['fail', 'ignore', 'cancelSiblings'].includes(onFailure)) {
    throw invalidArgument('onFailure', "'fail', 'ignore' or 'cancelSiblings'", onFailure);
  }
  const submissions = await Promise.all(
    inputs.map((input: unknown, index) =>
      prepared(runtime, attempt, definition, input, each?.(input as never, index) ?? {}),
    ),
  );
  const { key, fence } = attempt;
  const keys = await attempt.track(Promise.all(submissions.map((child) => runtime.spawn(child, key, fence))));
  const children = keys.map((child) => new ChildHandle(runtime, access, child, attempt));
  const results = children.map((child) => child.result());
  if (onFailure === 'fail') return Promise.all(results);
  if (onFailure === 'ignore') return Promise.allSettled(results);
  return untilFirstFailure(children, results);
}

/** The results; or the first fault, once the others were asked to end and have. */
async function untilFirstFailure(
  children: readonly TaskHandle[],
  results: readonly Promise<unknown>[],
): Promise<readonly unknown[]> {
  try {
    return await Promise.all(results);
  } catch (fault) {
    // One that has ended, or may not be canceled, refuses; it is waited for all the same.
    await Promise.allSettled(children.map((child) => child.cancel()));
    await Promise.allSettled(results);
    throw fault;
  }
}
