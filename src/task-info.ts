import type { LocalizableMessage, LocalizedFault } from '../machines/fault.ts';
import type { TaskState } from '../machines/task.ts';
import { type TaskReason, type TaskRecord, stateOf } from './record.ts';
import { deserialize } from './serialize.ts';

/** One ended attempt. */
export interface AttemptInfo {
  readonly start: Date;
  readonly end: Date;
  readonly fault?: LocalizedFault;
}

/** Everything that can be known about a task, as it was committed. The names are the seed's; a member is left out while it is unset. */
export interface TaskInfo<R = unknown> {
  readonly key: string;
  /** The type of the task. */
  readonly descriptionId: string;
  readonly description?: LocalizableMessage;
  /** What the task works on. */
  readonly entity?: string;
  readonly entityName?: string;
  readonly state: TaskState;
  /** A client asked for its end. The state says whether it ended. */
  readonly cancelled: boolean;
  readonly cancelable: boolean;
  /** What clients noted of it, for themselves. */
  readonly customValue?: Readonly<Record<string, string>>;
  /** Set exactly when the state is error. */
  readonly error?: LocalizedFault;
  /** Set only when the state is success: a fresh copy on every reading. */
  readonly result?: R;
  /** An integer from 0 to 100, while the task runs and has reported. */
  readonly progress?: number;
  readonly reason: TaskReason;
  readonly queueTime: Date;
  /** When its first attempt started. */
  readonly startTime?: Date;
  readonly completeTime?: Date;
  /** Joins the events of a task; unique in its store. */
  readonly eventChainId: number;
  readonly changeTag?: string;
  readonly activationId?: string;
  readonly parentTaskKey?: string;
  readonly rootTaskKey?: string;
  /** Grows by one with every visible change. */
  readonly sequence: number;
  /** The number of the present attempt, from 1. */
  readonly attempt: number;
  readonly maxAttempts: number;
  /** The last of those that ended, at most 50. */
  readonly attempts: readonly AttemptInfo[];
  /** It is not started before this. */
  readonly startAt?: Date;
  /** Higher first. */
  readonly priority: number;
  /** It ends in Timedout if it is not final by then. */
  readonly deadline?: Date;
  /** What its body saved last: a fresh copy on every reading. */
  readonly checkpoint?: unknown;
  /** Since when its body has ignored an abort for longer than its grace. */
  readonly unresponsiveSince?: Date;
}

/** What a record that was read from a store says of its task, as a handle's `info()` shows it. */
export function taskInfo(record: TaskRecord): TaskInfo {
  const { creation, life } = record;
  return defined({
    key: record.key,
    descriptionId: creation.type,
    description: copy(life.description),
    entity: creation.entity,
    entityName: creation.entityName,
    customValue: copy(life.customValue),
    state: stateOf(record),
    cancelled: life.cancelled,
    cancelable: life.cancelable,
    error: copy(life.error),
    result: deserialize(life.result),
    progress: life.progress,
    reason: { ...creation.reason },
    queueTime: new Date(life.queuedAt),
    startTime: date(life.startedAt),
    completeTime: date(life.completedAt),
    eventChainId: record.order,
    changeTag: creation.changeTag,
    activationId: creation.activationId,
    parentTaskKey: creation.parentTaskKey,
    rootTaskKey: creation.rootTaskKey,
    sequence: record.sequence,
    attempt: life.attempt,
    maxAttempts: life.maxAttempts,
    attempts: life.attempts.map(({ startedAt, endedAt, error }) =>
      defined({ start: new Date(startedAt), end: new Date(endedAt), fault: copy(error) }),
    ),
    startAt: date(life.startAt),
    priority: creation.priority,
    deadline: date(life.deadlineAt),
    checkpoint: deserialize(life.checkpoint),
    unresponsiveSince: date(life.unresponsiveAt),
  });
}

/** What a reader does to it is the reader's affair. */
function copy<T>(value: T): T {
  return value === undefined ? value : structuredClone(value);
}

function date(at: number | undefined): Date | undefined {
  return at === undefined ? undefined : new Date(at);
}

type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** The same without the members that are undefined. */
function defined<T extends object>(members: T): Defined<T> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Defined<T>;
}
