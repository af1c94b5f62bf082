import type { TaskEvent } from '../machines/task.ts';
import type { Clock, Timer } from './clock.ts';
import { type TaskRecord, isFinal } from './record.ts';
import type { Timers } from './timers.ts';

/** How long an attempt may take, and how long it has to end once it was told to. */
export interface Limits {
  readonly timeoutMs: number | undefined;
  readonly graceMs: number;
}

export interface AlarmsPort {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly worker: string;
  limits(type: string): Limits | undefined;
  ring(key: string, event: TaskEvent): void;
}

type AlarmType = 'EXPIRE' | 'UNRESPONSIVE';

interface Alarm {
  readonly type: AlarmType;
  readonly at: number;
  /** The longest that it can be until then, whatever the wall clock says. */
  readonly mostMs: number;
  readonly fence: number | undefined;
}

/**
 * The time at which something must happen to a task by itself: at most one for each task, at an absolute time that
 * follows from its record.
 */
export class Alarms {
  readonly #port: AlarmsPort;
  readonly #alarms = new Map<string, Alarm & { readonly timer: Timer }>();

  constructor(port: AlarmsPort) {
    this.#port = port;
  }

  /** Level-triggered: the alarm of the task is the one that this record calls for. */
  follow(record: TaskRecord): void {
    const { key } = record;
    const next = this.#next(record);
    const present = this.#alarms.get(key);
    if (!next && !present) return;
    if (
      next &&
      present &&
      next.at === present.at &&
      next.type === present.type &&
      next.fence === present.fence
    )
      return;
    this.silence(key);
    if (next) this.#set(key, next);
  }

  /** The task has no alarm. */
  silence(key: string): void {
    this.#alarms.get(key)?.timer.cancel();
    this.#alarms.delete(key);
  }

  #set(key: string, alarm: Alarm): void {
    const { clock, timers } = this.#port;
    const timer = timers.set(Math.min(alarm.at - clock.now(), alarm.mostMs), () => {
      this.#alarms.delete(key);
      this.#port.ring(key, { type: alarm.type, at: Math.max(clock.now(), alarm.at), fence: alarm.fence });
    });
    this.#alarms.set(key, { ...alarm, timer });
  }

  #next(record: TaskRecord): Alarm | undefined {
    const { life, leaf, creation } = record;
    if (isFinal(record) || life.driver !== 'supervisor') return undefined;
    if (leaf === 'queued') return alarm('EXPIRE', life.deadlineAt, life.queuedAt, undefined);
    if (life.worker !== this.#port.worker) return undefined;
    const limits = this.#port.limits(creation.type);
    if (!limits) return undefined;
    if (leaf === 'running.active')
      return alarm('EXPIRE', expiresAt(record, limits), life.attemptStartedAt ?? life.queuedAt, life.fence);
    if (life.abortedAt === undefined || life.unresponsiveAt !== undefined) return undefined;
    return alarm('UNRESPONSIVE', life.abortedAt + limits.graceMs, life.abortedAt, life.fence);
  }
}

function alarm(
  type: AlarmType,
  at: number | undefined,
  since: number,
  fence: number | undefined,
): Alarm | undefined {
  if (at === undefined || at === Number.POSITIVE_INFINITY) return undefined;
  return { type, at, mostMs: at - since, fence };
}

function expiresAt({ life }: TaskRecord, { timeoutMs }: Limits): number | undefined {
  const { attemptStartedAt, deadlineAt } = life;
  if (attemptStartedAt === undefined || timeoutMs === undefined) return deadlineAt;
  return Math.min(attemptStartedAt + timeoutMs, deadlineAt ?? Number.POSITIVE_INFINITY);
}
