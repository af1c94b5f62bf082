import { v5 } from 'uuid';
import { firstLife } from '../machines/task.ts';
import type { Access } from './access.ts';
import type { Submission } from './creating.ts';
import { invalidArgument } from './fault.ts';
import {
  boolean,
  finite,
  integer,
  known,
  name,
  notNegative,
  optionalName,
  positive,
  time,
} from './options.ts';
import type { ChildLink, Creation, TaskReason, TaskRecord } from './record.ts';
import type { Runtime } from './runtime.ts';
import { parseWith } from './schema.ts';
import { serialize } from './serialize.ts';
import type { Reservation } from './store.ts';
import type { AnyTaskDefinition, SpawnOptions } from './task.ts';

/** Who a task is started for: the name of a user, or any reason of the seed's. */
type Initiator = string | TaskReason;

export interface SubmitOptions {
  /** Higher first; within one priority in the order of submits. An integer; default 0. */
  readonly priority?: number;
  /** Not before so many milliseconds from now. */
  readonly delayMs?: number;
  /** Not before this time. */
  readonly startAt?: Date | number;
  /** From now to its end, attempts and waiting included; then it ends in Timedout. Milliseconds; default: the definition's. */
  readonly deadlineMs?: number;
  /** What the task works on. */
  readonly entity?: string;
  readonly entityName?: string;
  readonly changeTag?: string;
  readonly activationId?: string;
  /** Links it to a task, for reading: nothing of its life depends on that one. */
  readonly parentTaskKey?: string;
  readonly initiatedBy?: Initiator;
  /** A second submit of the type with this key, within `idempotencyMs`, gets the first task, finished or not. */
  readonly idempotencyKey?: string;
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

const linkMembers = ['entity', 'entityName', 'changeTag', 'activationId'] as const;
const timeMembers = ['priority', 'delayMs', 'startAt', 'deadlineMs'] as const;
const rootMembers = ['parentTaskKey', 'initiatedBy'] as const;
const submitMembers = [...timeMembers, ...linkMembers, ...rootMembers, 'idempotencyKey'] as const;
const createMembers = ['type', 'cancelable', 'owner', ...linkMembers, ...rootMembers] as const;
const spawnMembers = ['name', 'weight', 'detached', ...timeMembers, ...linkMembers] as const;

export const noOptions: SubmitOptions = {};
const system: TaskReason = { kind: 'system' };

/** Tasks of which nothing is said but their type share one object. */
const plainCreations = new WeakMap<AnyTaskDefinition, Creation>();

/** The record of a root, checked. @throws InvalidArgument, ManagedObjectNotFound for a parent that is not there. */
export async function rootOf(
  runtime: Runtime,
  access: Access,
  definition: AnyTaskDefinition,
  input: unknown,
  given: SubmitOptions,
): Promise<Submission> {
  // Read at once: whatever the caller does to them while a schema thinks, they count as they were.
  const options = given === noOptions ? noOptions : { ...known('options', given, submitMembers) };
  const serialized = serialize(input, 'input');
  if (definition.input) await parseWith(definition.input, input, 'input');
  const isPlain = options === noOptions && serialized === undefined;
  const creation = isPlain
    ? plainCreation(definition)
    : await rootCreation(access, definition.type, options, serialized);
  const record = supervised(runtime, definition, creation, options);
  return { record, reservation: idempotency(runtime, record, options.idempotencyKey) };
}

/** The record of a task that its creator drives, checked. */
export async function createdOf(
  runtime: Runtime,
  access: Access,
  given: CreateTaskOptions,
): Promise<TaskRecord> {
  const options = { ...known('options', given, createMembers) };
  const { owner = 'process' } = options;
  if (owner !== 'process' && owner !== 'none') throw invalidArgument('owner', "'process' or 'none'", owner);
  const type = name('type', options.type);
  const cancelable = boolean('cancelable', options.cancelable);
  const creation = await rootCreation(access, type, options, undefined);
  const worker = owner === 'process' ? runtime.worker : undefined;
  const life = firstLife({ driver: 'creator', cancelable, queuedAt: runtime.clock.now(), worker });
  return record(runtime, { ...creation, owner }, life);
}

/** The record of a child that a body spawns, checked. */
export async function childOf(
  runtime: Runtime,
  parent: TaskRecord,
  definition: AnyTaskDefinition,
  input: unknown,
  given: SpawnOptions,
): Promise<Submission> {
  const options = { ...known('options', given, spawnMembers) };
  const serialized = serialize(input, 'input');
  if (definition.input) await parseWith(definition.input, input, 'input');
  const child: ChildLink = {
    name: optionalName('name', options.name),
    weight: finite('weight', notNegative('weight', options.weight ?? 1)),
    detached: boolean('detached', options.detached ?? false),
  };
  const creation: Creation = {
    ...said(definition.type, options, serialized),
    priority: integer('priority', options.priority ?? parent.creation.priority),
    reason: parent.creation.reason,
    parentTaskKey: parent.key,
    rootTaskKey: parent.creation.rootTaskKey ?? parent.key,
    child,
  };
  const made = supervised(runtime, definition, creation, options);
  return { record: made, reservation: naming(made, child.name) };
}

async function rootCreation(
  access: Access,
  type: string,
  options: Omit<SubmitOptions & CreateTaskOptions, 'type' | 'cancelable'>,
  input: string | undefined,
): Promise<Creation> {
  const parentTaskKey = optionalName('parentTaskKey', options.parentTaskKey);
  const parent = parentTaskKey === undefined ? undefined : await access.permit('System.View', parentTaskKey);
  return {
    ...said(type, options, input),
    priority: integer('priority', options.priority ?? 0),
    reason: reasonOf(options.initiatedBy),
    parentTaskKey,
    rootTaskKey: parent?.creation.rootTaskKey ?? parentTaskKey,
    child: undefined,
  };
}

/** What is said of every task alike. */
function said(type: string, options: SpawnOptions, input: string | undefined) {
  return {
    type,
    input,
    entity: optionalName('entity', options.entity),
    entityName: optionalName('entityName', options.entityName),
    changeTag: optionalName('changeTag', options.changeTag),
    activationId: optionalName('activationId', options.activationId),
    owner: 'process' as const,
  };
}

function plainCreation(definition: AnyTaskDefinition): Creation {
  let creation = plainCreations.get(definition);
  if (!creation) {
    const rest = {
      priority: 0,
      reason: system,
      parentTaskKey: undefined,
      rootTaskKey: undefined,
      child: undefined,
    };
    plainCreations.set(definition, (creation = { ...said(definition.type, {}, undefined), ...rest }));
  }
  return creation;
}

function supervised(
  runtime: Runtime,
  definition: AnyTaskDefinition,
  creation: Creation,
  options: SpawnOptions,
): TaskRecord {
  const queuedAt = runtime.clock.now();
  const deadlineMs =
    options.deadlineMs === undefined ? definition.deadlineMs : positive('deadlineMs', options.deadlineMs);
  const life = firstLife({
    driver: 'supervisor',
    cancelable: definition.cancelable,
    queuedAt,
    startAt: startTime(options, queuedAt),
    maxAttempts: definition.retry.maxAttempts,
    maxLost: definition.retry.maxLost,
    deadlineAt: Number.isFinite(deadlineMs) ? queuedAt + (deadlineMs ?? 0) : undefined,
  });
  return record(runtime, creation, life);
}

function record(runtime: Runtime, creation: Creation, life: TaskRecord['life']): TaskRecord {
  return {
    key: runtime.newKey(),
    order: 0,
    sequence: 1,
    leaf: 'queued',
    creation,
    life,
    children: undefined,
  };
}

function startTime({ delayMs, startAt }: SpawnOptions, now: number): number | undefined {
  if (delayMs === undefined) return startAt === undefined ? undefined : time('startAt', startAt);
  if (startAt !== undefined) throw invalidArgument('delayMs', 'left out where startAt is given', delayMs);
  return notNegative('delayMs', delayMs) === 0 ? undefined : time('delayMs', delayMs + now);
}

/** Tells one input from another, whatever its size. */
const digestNamespace = '6ba7b812-9dad-11d1-80b4-00c04fd430c8';

function idempotency(runtime: Runtime, { key, creation }: TaskRecord, idempotencyKey: string | undefined) {
  if (idempotencyKey === undefined) return undefined;
  return {
    name: `submit:${JSON.stringify([creation.type, name('idempotencyKey', idempotencyKey)])}`,
    key,
    digest: creation.input === undefined ? undefined : v5(creation.input, digestNamespace),
    expiresAt: runtime.clock.now() + runtime.options.idempotencyMs,
    owner: undefined,
  };
}

/** A child's name is its type's as well: a body that runs again after a change of code may not get another type. */
function naming({ key, creation }: TaskRecord, childName: string | undefined): Reservation | undefined {
  if (childName === undefined) return undefined;
  const { parentTaskKey, type } = creation;
  const expiresAt = Number.POSITIVE_INFINITY;
  return {
    name: `child:${JSON.stringify([parentTaskKey, childName])}`,
    key,
    digest: type,
    expiresAt,
    owner: parentTaskKey,
  };
}

export function reasonOf(initiator: Initiator | undefined): TaskReason {
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
