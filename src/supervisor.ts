import { availableParallelism } from 'node:os';
import type { AnyActorRef } from 'xstate';
import { firstLife } from '../machines/task.ts';
import { type Access, type Authorize, authorized, trusted } from './access.ts';
import { type Clock, systemClock } from './clock.ts';
import type { RuntimeEvent } from './event-stream.ts';
import { Fault, invalidArgument, show } from './fault.ts';
import { CreatedTaskHandle, TaskHandle, bodyTask } from './handle.ts';
import type { InspectObserver } from './observer.ts';
import {
  boolean,
  finite,
  integer,
  known,
  name,
  notNegative,
  optionalName,
  positiveInteger,
  time,
} from './options.ts';
import { type Random, systemRandom } from './random.ts';
import type { Creation, TaskReason, TaskRecord } from './record.ts';
import { type RetentionOptions, retentionOf } from './retention.ts';
import { Runtime } from './runtime.ts';
import { parseWith } from './schema.ts';
import { serialize } from './serialize.ts';
import type { Store } from './store.ts';
import { memoryStore } from './stores/memory.ts';
import type { AnyTaskDefinition, TaskDefinition } from './task.ts';
import { type TaskFilter, recordFilter } from './filter.ts';
import { type TaskInfo, taskInfo } from './task-info.ts';
import { type TurnScheduler, immediateTurns } from './turn.ts';

export interface SupervisorOptions {
  /** What it runs, or only submits: every type once. */
  readonly tasks: readonly AnyTaskDefinition[];
  /** Bodies at once in this process. A positive integer; default `availableParallelism()`, as bodies that compute would only get in each other's way. */
  readonly concurrency?: number;
  /** False: submits, watches and cancels, and starts nothing. Default true. */
  readonly run?: boolean;
  /** Default `memoryStore()`. */
  readonly store?: Store;
  /** How long final records are kept. Default: a day, and the newest 10,000 of each outcome. */
  readonly retention?: RetentionOptions;
  /** How long a store that refuses to write is tried again before the supervisor counts as failed. Milliseconds; default 30,000. */
  readonly storeRetryMs?: number;
  /** Progress outside of 0..100 is refused with OutOfBounds instead of clamped. Default false. */
  readonly strictBounds?: boolean;
  /** Observes every actor of the supervisor, as XState's `createActor` does. */
  readonly inspect?: InspectObserver;
  /** Decides for `as(principal)`. Without it nobody but the process itself has any privilege. */
  readonly authorize?: Authorize<never>;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly turns?: TurnScheduler;
}

/** Who a task is started for: the name of a user, or any reason of the seed's. */
type Initiator = string | TaskReason;

export interface SubmitOptions {
  /** Higher first; within one priority in the order of submits. An integer; default 0. */
  readonly priority?: number;
  /** Not before so many milliseconds from now. */
  readonly delayMs?: number;
  /** Not before this time. */
  readonly startAt?: Date | number;
  /** What the task works on. */
  readonly entity?: string;
  readonly entityName?: string;
  readonly changeTag?: string;
  readonly activationId?: string;
  /** Links it to a task, for reading: nothing of its life depends on that one. */
  readonly parentTaskKey?: string;
  readonly initiatedBy?: Initiator;
}

export interface CreateTaskOptions {
  readonly type: string;
  readonly cancelable: boolean;
  readonly entity?: string;
  readonly entityName?: string;
  readonly parentTaskKey?: string;
  readonly activationId?: string;
  readonly changeTag?: string;
  readonly initiatedBy?: Initiator;
  /** `none`: it outlives this process. Default `process`. */
  readonly owner?: 'process' | 'none';
}

type SubmitArguments<I> = undefined extends I
  ? [input?: I, options?: SubmitOptions]
  : [input: I, options?: SubmitOptions];

const linkMembers = [
  'entity',
  'entityName',
  'changeTag',
  'activationId',
  'parentTaskKey',
  'initiatedBy',
] as const;
const submitMembers = ['priority', 'delayMs', 'startAt', ...linkMembers] as const;
const createMembers = ['type', 'cancelable', 'owner', ...linkMembers] as const;

/** How many records `tasks()` reads at a time. */
const pageSize = 100;

const noOptions: SubmitOptions = {};
const system: TaskReason = { kind: 'system' };

/** Runs tasks, and answers for all of them. Made by `createSupervisor`, ended by `stop` or by `await using`. */
export class Supervisor implements AsyncDisposable {
  readonly #runtime: Runtime;
  readonly #access: Access;
  readonly #plain = new Map<string, Creation>();

  constructor(runtime: Runtime, access: Access) {
    this.#runtime = runtime;
    this.#access = access;
  }

  /** The XState actor behind it. */
  get actor(): AnyActorRef {
    return this.#runtime.mailbox.actor;
  }

  /**
   * The task is in the store, queued. The input is kept as it was given, and parsed anew for each attempt.
   *
   * @throws InvalidArgument for a definition that the supervisor was not given, input that its schema refuses (with
   *   the schema's `issues`) or that is not data, and wrong options. Nothing is left behind.
   * @throws SupervisorStopped when it drains or has stopped.
   */
  async submit<I, R>(
    definition: TaskDefinition<I, R>,
    ...[input, options = noOptions]: SubmitArguments<I>
  ): Promise<TaskHandle<R>> {
    this.#mustKnow(definition as AnyTaskDefinition);
    if (!this.#access.isTrusted) await this.#access.permitType('Task.Create', definition.type);
    known('options', options, submitMembers);
    if (definition.input) await parseWith(definition.input, input, 'input');
    const now = this.#runtime.clock.now();
    const startAt = startTime(options, now);
    const creation = await this.#creation(definition.type, options, serialize(input, 'input'), 'process');
    const { cancelable } = definition;
    const life = firstLife({ driver: 'supervisor', cancelable, queuedAt: now, startAt });
    const record = await this.#runtime.insert(this.#record(creation, life));
    return new TaskHandle<R>(this.#runtime, this.#access, record.key);
  }

  /**
   * A task that its creator drives is in the store, queued: the supervisor never runs it, keeps its rules, and shows it
   * to everybody. Its type need not be defined.
   */
  async createTask(options: CreateTaskOptions): Promise<CreatedTaskHandle> {
    known('options', options, createMembers);
    const type = name('type', options.type);
    const cancelable = boolean('cancelable', options.cancelable);
    const { owner = 'process' } = options;
    if (owner !== 'process' && owner !== 'none') throw invalidArgument('owner', "'process' or 'none'", owner);
    if (!this.#access.isTrusted) await this.#access.permitType('Task.Create', type);
    const creation = await this.#creation(type, options, undefined, owner);
    const life = firstLife({ driver: 'creator', cancelable, queuedAt: this.#runtime.clock.now() });
    const controller = new AbortController();
    const { key } = await this.#runtime.insert(this.#record(creation, life), controller);
    return new CreatedTaskHandle(this.#runtime, this.#access, key, controller.signal);
  }

  /**
   * A handle for a task of this store.
   *
   * @throws ManagedObjectNotFound when there is none of that key.
   * @throws InvalidArgument when it is of another type than the definition's.
   */
  task(key: string): Promise<TaskHandle>;
  task<I, R>(key: string, definition: TaskDefinition<I, R>): Promise<TaskHandle<R>>;
  async task(key: string, definition?: AnyTaskDefinition): Promise<TaskHandle> {
    if (typeof key !== 'string') throw invalidArgument('key', 'a text', key);
    const { creation } = await this.#access.permit('System.View', key);
    if (definition && creation.type !== definition.type) {
      throw invalidArgument('key', `the key of a task of type ${definition.type}`, creation.type);
    }
    return new TaskHandle(this.#runtime, this.#access, key);
  }

  /** The tasks that pass the filter, in the order of their creation, each as it is when it is read. */
  async *tasks(filter: TaskFilter = {}): AsyncGenerator<TaskInfo, undefined, undefined> {
    const { definitions, store } = this.#runtime.options;
    const wanted = recordFilter(filter, [...definitions.keys()]);
    let after = 0;
    for (;;) {
      const page = await store.records.query({ filter: wanted, after, limit: pageSize });
      for (const record of page) {
        after = record.order;
        if (await this.#access.shows(record)) yield taskInfo(record);
      }
      if (page.length < pageSize) return undefined;
    }
  }

  /** What happens in this process from now on. Bounded: a slow reader is told how much it missed. */
  events(): AsyncIterableIterator<RuntimeEvent, undefined> {
    this.#mustBeTrusted('events');
    return this.#runtime.events.events();
  }

  /** Nothing new (of the type) starts after it resolves, in any process on this store; what runs goes on. */
  async pause(type?: string): Promise<void> {
    this.#mustBeTrusted('pause');
    await this.#runtime.pause(optionalName('type', type), true);
  }

  /** Takes back a `pause` with the same argument. */
  async resume(type?: string): Promise<void> {
    this.#mustBeTrusted('resume');
    await this.#runtime.pause(optionalName('type', type), false);
  }

  /** Resolves when nothing is queued or running. @throws SupervisorStopped when it stops before. */
  async idle(): Promise<void> {
    await this.#runtime.idle();
  }

  /** Takes no new roots, lets what runs end, leaves the rest queued, and stops. */
  async drain(): Promise<void> {
    this.#mustBeTrusted('drain');
    await this.#runtime.drain();
  }

  /**
   * Starts nothing more, and stops: at once if nothing runs; after `waitMs` (default 5,000) what runs is evicted, its
   * signal aborts, and it goes back to the queue. Settles at the latest one `graceMs` after that. A second call
   * hastens the first.
   */
  async stop({ waitMs }: { readonly waitMs?: number } = {}): Promise<void> {
    this.#mustBeTrusted('stop');
    await this.#runtime.stop(waitMs === undefined ? undefined : notNegative('waitMs', waitMs));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  /** The same face under a principal's privileges, decided by `authorize`. */
  as(principal: unknown): Supervisor {
    this.#mustBeTrusted('as');
    const authorize = this.#runtime.options.authorize as Authorize | undefined;
    return new Supervisor(this.#runtime, authorized(this.#runtime, authorize, principal));
  }

  #mustKnow(definition: AnyTaskDefinition): void {
    const { definitions } = this.#runtime.options;
    if (definitions.get(definition?.type) === definition) return;
    const types = [...definitions.keys()].join(', ') || 'none';
    const got = definition?.type ?? show(definition);
    throw invalidArgument('definition', `one of those given to createSupervisor (${types})`, got);
  }

  /** The supervisor's own life is for the process that owns it. */
  #mustBeTrusted(operation: string): void {
    if (this.#access.isTrusted) return;
    throw new Fault(
      'NoPermission',
      `Expected the supervisor itself to be asked to ${operation}, not a principal's face of it.`,
    );
  }

  async #creation(
    type: string,
    options: SubmitOptions,
    input: string | undefined,
    owner: Creation['owner'],
  ): Promise<Creation> {
    if (options === noOptions && input === undefined) return this.#plainCreation(type);
    const parentTaskKey = optionalName('parentTaskKey', options.parentTaskKey);
    const parent =
      parentTaskKey === undefined ? undefined : await this.#access.permit('System.View', parentTaskKey);
    return {
      type,
      input,
      owner,
      priority: integer('priority', options.priority ?? 0),
      reason: reasonOf(options.initiatedBy),
      entity: optionalName('entity', options.entity),
      entityName: optionalName('entityName', options.entityName),
      changeTag: optionalName('changeTag', options.changeTag),
      activationId: optionalName('activationId', options.activationId),
      parentTaskKey,
      rootTaskKey: parent?.creation.rootTaskKey ?? parentTaskKey,
    };
  }

  /** Tasks of which nothing is said but their type share one object. */
  async #plainCreation(type: string): Promise<Creation> {
    let creation = this.#plain.get(type);
    if (!creation) this.#plain.set(type, (creation = await this.#creation(type, {}, undefined, 'process')));
    return creation;
  }

  #record(creation: Creation, life: TaskRecord['life']): TaskRecord {
    return { key: this.#runtime.newKey(), order: 0, sequence: 1, leaf: 'queued', creation, life };
  }
}

function startTime({ delayMs, startAt }: SubmitOptions, now: number): number | undefined {
  if (delayMs === undefined) return startAt === undefined ? undefined : time('startAt', startAt);
  if (startAt !== undefined) throw invalidArgument('delayMs', 'left out where startAt is given', delayMs);
  return notNegative('delayMs', delayMs) === 0 ? undefined : finite('delayMs', delayMs) + now;
}

function reasonOf(initiator: Initiator | undefined): TaskReason {
  if (initiator === undefined) return system;
  if (typeof initiator === 'string') return { kind: 'user', userName: name('initiatedBy', initiator) };
  if (!['user', 'system', 'schedule', 'alarm'].includes(initiator?.kind)) {
    throw invalidArgument(
      'initiatedBy',
      'the name of a user, or { kind: user | system | schedule | alarm }',
      initiator,
    );
  }
  return { ...initiator };
}

const supervisorMembers = [
  'tasks',
  'concurrency',
  'run',
  'store',
  'retention',
  'storeRetryMs',
  'strictBounds',
  'inspect',
  'authorize',
  'clock',
  'random',
  'turns',
] as const;

/** How long a store may be out of order before the supervisor gives up: longer than a database takes to come back from a restart. */
const defaultStoreRetryMs = 30_000;

/**
 * A running supervisor: it has read what its store holds, and starts what is queued.
 *
 * @throws InvalidArgument for a wrong option, or two definitions of one type.
 */
export async function createSupervisor(options: SupervisorOptions): Promise<Supervisor> {
  known('createSupervisor', options, supervisorMembers);
  const run = boolean('run', options.run ?? true);
  const concurrency = positiveInteger('concurrency', options.concurrency ?? availableParallelism());
  const runtime: Runtime = new Runtime({
    definitions: definitionsOf(options.tasks),
    store: options.store ?? memoryStore(),
    concurrency: run ? concurrency : 0,
    retention: retentionOf(options.retention),
    storeRetryMs: notNegative('storeRetryMs', options.storeRetryMs ?? defaultStoreRetryMs),
    strictBounds: boolean('strictBounds', options.strictBounds ?? false),
    clock: options.clock ?? systemClock,
    random: options.random ?? systemRandom,
    turns: options.turns ?? immediateTurns,
    inspect: options.inspect,
    authorize: options.authorize,
    bodyTask: (attempt) => bodyTask(runtime, attempt.definition.type, attempt),
  });
  await runtime.start();
  return new Supervisor(runtime, trusted(runtime));
}

function definitionsOf(tasks: readonly AnyTaskDefinition[]): ReadonlyMap<string, AnyTaskDefinition> {
  if (!Array.isArray(tasks)) throw invalidArgument('tasks', 'a list of definitions', tasks);
  const definitions = new Map<string, AnyTaskDefinition>();
  for (const definition of tasks as readonly AnyTaskDefinition[]) {
    if (typeof definition?.run !== 'function' || typeof definition.type !== 'string') {
      throw invalidArgument('tasks', 'a list of what defineTask returned', definition);
    }
    if (definitions.has(definition.type))
      throw invalidArgument('tasks', 'of a different type each', definition.type);
    definitions.set(definition.type, definition);
  }
  return definitions;
}
