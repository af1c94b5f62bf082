import { availableParallelism } from 'node:os';
import type { AnyActorRef } from 'xstate';
import { type Access, type Authorize, authorized, trusted } from './access.ts';
import { bodyTask } from './body-task.ts';
import { type Clock, systemClock } from './clock.ts';
import type { RuntimeEvent } from './event-stream.ts';
import { Fault, invalidArgument, show } from './fault.ts';
import { type TaskFilter, recordFilter } from './filter.ts';
import { CreatedHandle, Handle } from './handle.ts';
import type { InspectObserver } from './observer.ts';
import {
  boolean,
  having,
  known,
  notNegative,
  optionalFunction,
  optionalName,
  positive,
  positiveInteger,
} from './options.ts';
import { type Random, systemRandom } from './random.ts';
import { type RetentionOptions, retentionOf } from './retention.ts';
import type { JournalMode } from './lane.ts';
import { type ResubmitOptions, resubmissionOf } from './resubmission.ts';
import { Runtime } from './runtime.ts';
import type { Store } from './store.ts';
import { memoryStore } from './stores/memory.ts';
import { type CreateTaskOptions, type SubmitOptions, createdOf, noOptions, rootOf } from './submission.ts';
import { type AnyTaskDefinition, type TaskDefinition, isDefinition } from './task.ts';
import type { CreatedTaskHandle, TaskHandle } from './task-handle.ts';
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
  /**
   * How long a process may be silent before others take up what it runs: it renews its lease three times in that time.
   * Milliseconds; default 15,000: longer than an event loop is blocked by garbage collection or a large file, short enough
   * that nobody waits long after a crash. Equal in all processes of a store.
   */
  readonly leaseMs?: number;
  /**
   * What is kept of each task's steps, for `journal()` of its handle: `none`, the `transitions` from one state to another
   * (default: two or three entries for most tasks), or `all` changes, reports of progress included.
   */
  readonly journal?: JournalMode;
  /** How long an `idempotencyKey` stands for its task, beyond the task's own retention. Milliseconds; default 86,400,000, a day. */
  readonly idempotencyMs?: number;
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

type SubmitArguments<I> = undefined extends I
  ? [input?: I, options?: SubmitOptions]
  : [input: I, options?: SubmitOptions];

/** How many records `tasks()` reads at a time. */
const pageSize = 100;

/** Runs tasks, and answers for all of them. Made by `createSupervisor`, ended by `stop` or by `await using`. */
export class Supervisor implements AsyncDisposable {
  readonly #runtime: Runtime;
  readonly #access: Access;

  constructor(runtime: Runtime, access: Access) {
    this.#runtime = runtime;
    this.#access = access;
  }

  /** The XState actor behind it. */
  get actor(): AnyActorRef {
    this.#mustBeTrusted('show its actor');
    return this.#runtime.mailbox.actor;
  }

  /**
   * The task is in the store, queued. The input is kept as it was given, and parsed anew for each attempt.
   *
   * @throws InvalidArgument for a definition that the supervisor was not given, input that its schema refuses (with
   *   the schema's `issues`) or that is not data, and wrong options. Nothing is left behind.
   * @throws InvalidArgument for an `idempotencyKey` that another input was submitted with.
   * @throws SupervisorStopped when it drains or has stopped.
   */
  async submit<I, R>(
    definition: TaskDefinition<I, R>,
    ...[input, options = noOptions]: SubmitArguments<I>
  ): Promise<TaskHandle<R>> {
    this.#mustKnow(definition as AnyTaskDefinition);
    const making = rootOf(this.#runtime, this.#access, definition as AnyTaskDefinition, input, options);
    // A schema may never answer, and then nothing waits for it but this call.
    const submission = definition.input ? await this.#runtime.orStopped(making) : await making;
    if (!this.#access.isTrusted) await this.#access.permitType('Task.Create', definition.type);
    const key = await this.#runtime.insert(submission);
    return new Handle<R>(this.#runtime, this.#access, key);
  }

  /**
   * A new task is in the store, queued, that does again what this one did: of the same type, input, entity, labels and
   * limits, with attempts of its own. What has ended stays as it is. The new one is linked to it by `parentTaskKey`, for
   * reading, so that `tasks({ parentTaskKey: key })` finds it. Its type need not be given to this supervisor.
   *
   * @throws ManagedObjectNotFound when there is none of that key.
   * @throws InvalidState when it has not ended.
   * @throws NotSupported when its creator drove it.
   */
  async resubmit(key: string, options: ResubmitOptions = {}): Promise<TaskHandle> {
    if (typeof key !== 'string') throw invalidArgument('key', 'a text', key);
    const submission = await resubmissionOf(this.#runtime, this.#access, key, options);
    const { type } = submission.record.creation;
    if (!this.#access.isTrusted) await this.#access.permitType('Task.Create', type);
    return new Handle(this.#runtime, this.#access, await this.#runtime.insert(submission));
  }

  /**
   * A task that its creator drives is in the store, queued: the supervisor never runs it, keeps its rules, and shows it
   * to everybody. Its type need not be defined.
   */
  async createTask(options: CreateTaskOptions): Promise<CreatedTaskHandle> {
    const record = await createdOf(this.#runtime, this.#access, options);
    if (!this.#access.isTrusted) await this.#access.permitType('Task.Create', record.creation.type);
    const controller = new AbortController();
    const key = await this.#runtime.insert({ record, reservation: undefined }, controller);
    return new CreatedHandle(this.#runtime, this.#access, key, controller.signal);
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
    return new Handle(this.#runtime, this.#access, key);
  }

  /** The tasks that pass the filter, in the order of their creation, each as it is when it is read. */
  async *tasks(filter: TaskFilter = {}): AsyncGenerator<TaskInfo, undefined, undefined> {
    const { definitions } = this.#runtime.options;
    const wanted = recordFilter(filter, [...definitions.keys()]);
    let after = 0;
    for (;;) {
      const reading = this.#runtime.query({ filter: wanted, after, limit: pageSize });
      const page = await this.#runtime.orStopped(reading);
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
    this.#mustBeTrusted('wait for idle');
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
    if (definition !== undefined && definitions.get(definition?.type) === definition) return;
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
}

const supervisorMembers = [
  'tasks',
  'concurrency',
  'run',
  'store',
  'retention',
  'storeRetryMs',
  'leaseMs',
  'journal',
  'idempotencyMs',
  'strictBounds',
  'inspect',
  'authorize',
  'clock',
  'random',
  'turns',
] as const;

/** How long a store may be out of order before the supervisor gives up: longer than a database takes to come back from a restart. */
const defaultStoreRetryMs = 30_000;

const defaultLeaseMs = 15_000;

/** A day: a client that was down over night still does not start its work twice. */
const defaultIdempotencyMs = 86_400_000;

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
    store: options.store === undefined ? memoryStore() : storeOption(options.store),
    concurrency: run ? concurrency : 0,
    retention: retentionOf(options.retention),
    storeRetryMs: notNegative('storeRetryMs', options.storeRetryMs ?? defaultStoreRetryMs),
    leaseMs: positive('leaseMs', options.leaseMs ?? defaultLeaseMs),
    journal: journalOption(options.journal),
    idempotencyMs: positive('idempotencyMs', options.idempotencyMs ?? defaultIdempotencyMs),
    strictBounds: boolean('strictBounds', options.strictBounds ?? false),
    clock: having('clock', options.clock ?? systemClock, ['now', 'monotonic', 'setTimer']),
    random: having('random', options.random ?? systemRandom, ['bytes', 'fraction']),
    turns: having('turns', options.turns ?? immediateTurns, ['deliver']),
    inspect: inspectOption(options.inspect),
    authorize: optionalFunction('authorize', options.authorize),
    bodyTask: (attempt) => bodyTask(runtime, trusted(runtime), attempt),
  });
  await runtime.start();
  return new Supervisor(runtime, trusted(runtime));
}

function journalOption(mode: JournalMode = 'transitions'): JournalMode {
  if (mode === 'none' || mode === 'transitions' || mode === 'all') return mode;
  throw invalidArgument('journal', "'none', 'transitions' or 'all'", mode);
}

function storeOption(store: Store): Store {
  having('store.records', store?.records, ['commit', 'read', 'query', 'changes']);
  having('store.dispatch', store?.dispatch, ['offer', 'withdraw', 'take', 'offers']);
  return store;
}

function inspectOption(inspect: InspectObserver | undefined): InspectObserver | undefined {
  if (typeof inspect !== 'object') return optionalFunction('inspect', inspect);
  return having('inspect', inspect, ['next']);
}

function definitionsOf(tasks: readonly AnyTaskDefinition[]): ReadonlyMap<string, AnyTaskDefinition> {
  if (!Array.isArray(tasks)) throw invalidArgument('tasks', 'a list of definitions', tasks);
  const definitions = new Map<string, AnyTaskDefinition>();
  for (const definition of tasks as readonly AnyTaskDefinition[]) {
    if (!isDefinition(definition)) {
      throw invalidArgument('tasks', 'a list of what defineTask returned', definition);
    }
    if (definitions.has(definition.type))
      throw invalidArgument('tasks', 'of a different type each', definition.type);
    definitions.set(definition.type, definition);
  }
  return definitions;
}
