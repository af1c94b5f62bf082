import { assign, setup } from 'xstate';
import { type FaultName, type LocalizableMessage, type LocalizedFault, localized } from './fault.ts';

/** The words of `TaskInfo.state`. */
export type TaskState = 'queued' | 'running' | 'success' | 'error';

/** What a sender is told when the chart accepts its event; anything else is the name of a fault. */
export type Accepted = 'ok' | 'canceled' | 'requested' | 'alreadyRequested' | 'nothing';

/** The answer that a transition declares. `nothing`: accepted, and nothing had to change. */
export type Outcome = Accepted | FaultName;

/** One attempt that ended, as `TaskInfo.attempts` shows it. Times are epoch milliseconds. */
export interface EndedAttempt {
  readonly startedAt: number;
  readonly endedAt: number;
  readonly error?: LocalizedFault | undefined;
}

/** The part of a task that its chart reads and changes. Times are epoch milliseconds; user values are serialized text. */
export interface TaskLife {
  /** Who drives it: the supervisor that runs a submitted task, or the creator of a created one. */
  readonly driver: 'supervisor' | 'creator';
  /** The value to which `cancelable` returns when an attempt is left. */
  readonly cancelableAtFirst: boolean;
  readonly cancelable: boolean;
  /** A client asked for the end. Never goes back to false. */
  readonly cancelled: boolean;
  /** Grows with every attempt that starts or is left: whoever holds an older one has lost the task. */
  readonly fence: number;
  /** The process that runs the present attempt. */
  readonly worker: string | undefined;
  readonly attempt: number;
  readonly maxAttempts: number;
  readonly attempts: readonly EndedAttempt[];
  readonly queuedAt: number;
  /** Not claimed before this time. */
  readonly startAt: number | undefined;
  readonly startedAt: number | undefined;
  readonly attemptStartedAt: number | undefined;
  readonly completedAt: number | undefined;
  readonly unresponsiveAt: number | undefined;
  readonly progress: number | undefined;
  readonly description: LocalizableMessage | undefined;
  readonly customValue: Readonly<Record<string, string>> | undefined;
  readonly result: string | undefined;
  readonly error: LocalizedFault | undefined;
}

/** The chart's context: one object inside another, because XState copies a context member by member on every change. */
export interface TaskContext {
  readonly task: TaskLife;
}

/** When it happened, by the clock of whoever sends it (epoch milliseconds). */
interface Stamped {
  readonly at: number;
}

/** Whose attempt speaks; a sender that is no body leaves it out. */
interface Fenced {
  readonly fence?: number | undefined;
}

export type TaskEvent =
  | (Stamped & { readonly type: 'CANCEL' })
  | (Stamped &
      Fenced & { readonly type: 'UPDATE_PROGRESS'; readonly percentDone: number; readonly strict?: boolean })
  | (Stamped & Fenced & { readonly type: 'SET_DESCRIPTION'; readonly description: LocalizableMessage })
  | (Stamped & Fenced & { readonly type: 'SET_CANCELABLE'; readonly cancelable: boolean })
  | (Stamped &
      Fenced & {
        readonly type: 'SET_CUSTOM_VALUE';
        readonly key: string;
        readonly value: string | undefined;
      })
  | (Stamped & {
      readonly type: 'SET_STATE';
      readonly state: TaskState;
      readonly result?: string | undefined;
      readonly error?: LocalizedFault | undefined;
    })
  | (Stamped & { readonly type: 'START'; readonly worker: string })
  | (Stamped & Fenced & { readonly type: 'BODY_RETURNED'; readonly result?: string | undefined })
  | (Stamped &
      Fenced & {
        readonly type: 'BODY_THREW';
        readonly error: LocalizedFault;
        /** What it rejected with is the reason of its abort, or calls itself an abort. */
        readonly aborted: boolean;
        /** When the next attempt may start; left out when this fault is not to be tried again. */
        readonly retryAt?: number | undefined;
      })
  | (Stamped & Fenced & { readonly type: 'EXPIRE' })
  | (Stamped & Fenced & { readonly type: 'EVICT' })
  | (Stamped & Fenced & { readonly type: 'UNRESPONSIVE' });

/** What a task is at its creation: everything else in its context has one first value. */
export interface TaskInput {
  readonly driver: TaskLife['driver'];
  readonly cancelable: boolean;
  readonly queuedAt: number;
  readonly startAt?: number | undefined;
  readonly maxAttempts?: number | undefined;
}

/** The life of a task that was just created. */
export function firstLife(input: TaskInput): TaskLife {
  return {
    driver: input.driver,
    cancelableAtFirst: input.cancelable,
    cancelable: input.cancelable,
    cancelled: false,
    fence: 0,
    worker: undefined,
    attempt: 1,
    maxAttempts: input.maxAttempts ?? 1,
    attempts: noAttempts,
    queuedAt: input.queuedAt,
    startAt: input.startAt,
    startedAt: undefined,
    attemptStartedAt: undefined,
    completedAt: undefined,
    unresponsiveAt: undefined,
    progress: undefined,
    description: undefined,
    customValue: undefined,
    result: undefined,
    error: undefined,
  };
}

const noAttempts: readonly EndedAttempt[] = [];

/** The time of a change: never before an earlier stamp of the task, whatever a wall clock says. */
function stamp(task: TaskLife, at: number): number {
  const { queuedAt, startedAt = 0, attemptStartedAt = 0, attempts } = task;
  return Math.max(at, queuedAt, startedAt, attemptStartedAt, attempts.at(-1)?.endedAt ?? 0);
}

/** What every attempt leaves behind: nobody holds its fence, and what described only it is unset. */
function left(task: TaskLife) {
  return {
    fence: task.fence + 1,
    worker: undefined,
    attemptStartedAt: undefined,
    progress: undefined,
    unresponsiveAt: undefined,
  };
}

function ended(task: TaskLife, at: number, error: LocalizedFault | undefined): readonly EndedAttempt[] {
  if (task.attemptStartedAt === undefined) return task.attempts;
  return [...task.attempts, { startedAt: task.attemptStartedAt, endedAt: at, error }];
}

function failed(task: TaskLife, at: number, error: LocalizedFault): TaskLife {
  const completedAt = stamp(task, at);
  return { ...task, ...left(task), completedAt, error, attempts: ended(task, completedAt, error) };
}

function withValue(
  values: TaskLife['customValue'],
  key: string,
  value: string | undefined,
): TaskLife['customValue'] {
  const { [key]: _old, ...others } = values ?? {};
  if (value !== undefined) return { ...others, [key]: value };
  return Object.keys(others).length === 0 ? undefined : others;
}

const requestCanceled = localized({ name: 'RequestCanceled' });
const timedout = localized({ name: 'Timedout' });
const noFaultGiven = localized(
  { name: 'SystemError' },
  'The task ended in error, and its driver gave no fault.',
);

/** A body's own fault. `RequestCanceled` is for tasks that were asked to end: one that was not had an error of its own. */
function own({ error }: Thrown): LocalizedFault {
  if (error.fault.name !== 'RequestCanceled') return error;
  return localized({ name: 'SystemError', faultCause: error }, error.localizedMessage);
}

/** The fault of a body whose time was over: of its own, if it did not end because of that. */
function ownOrTimedout(event: Thrown): LocalizedFault {
  return event.aborted ? timedout : own(event);
}

/** An attempt that failed and counts, and left its task queued: the next may start at `retryAt`. */
function charged(task: TaskLife, event: Thrown, error: LocalizedFault): TaskLife {
  return {
    ...requeued(task),
    attempt: task.attempt + 1,
    startAt: event.retryAt,
    attempts: ended(task, stamp(task, event.at), error),
  };
}

function requeued(task: TaskLife): TaskLife {
  return { ...task, ...left(task), cancelable: task.cancelableAtFirst };
}

type Thrown = Extract<TaskEvent, { readonly type: 'BODY_THREW' }>;

/** For events of these types, the action that makes the next life of the task. */
function changing<T extends TaskEvent['type']>(..._types: readonly T[]) {
  return (change: (task: TaskLife, event: Extract<TaskEvent, { readonly type: T }>) => TaskLife) =>
    assign<TaskContext, TaskEvent, undefined, TaskEvent, never>(({ context, event }) => ({
      task: change(context.task, event as never),
    }));
}

const chart = setup({
  types: {
    context: {} as TaskContext,
    events: {} as TaskEvent,
    input: {} as TaskInput,
    transitionMeta: {} as { outcome: Outcome },
  },
  guards: {
    fenceLost: ({ context: { task }, event }) =>
      'fence' in event && event.fence !== undefined && event.fence !== task.fence,
    bySupervisor: ({ context: { task } }) => task.driver === 'supervisor',
    notCancelable: ({ context: { task } }) => !task.cancelable,
    outOfBounds: ({ event }) =>
      event.type === 'UPDATE_PROGRESS' &&
      event.strict === true &&
      (event.percentDone < 0 || event.percentDone > 100),
    outcomeOfAnotherState: ({ event }) =>
      event.type === 'SET_STATE' &&
      ((event.error !== undefined && event.state !== 'error') ||
        (event.result !== undefined && event.state !== 'success')),
    notDriver: ({ context: { task }, event }) =>
      task.driver === 'supervisor' && !('fence' in event && event.fence !== undefined),
    asked: ({ context: { task } }) => task.cancelled,
    toQueuedThoughAsked: ({ context: { task }, event }) =>
      event.type === 'SET_STATE' && event.state === 'queued' && task.cancelled,
    toQueued: ({ event }) => event.type === 'SET_STATE' && event.state === 'queued',
    toRunning: ({ event }) => event.type === 'SET_STATE' && event.state === 'running',
    toSuccess: ({ event }) => event.type === 'SET_STATE' && event.state === 'success',
    retryLeft: ({ context: { task }, event }) =>
      event.type === 'BODY_THREW' && event.retryAt !== undefined && task.attempt < task.maxAttempts,
    becauseAborted: ({ event }) => event.type === 'BODY_THREW' && event.aborted,
    unresponsive: ({ context: { task } }) => task.unresponsiveAt !== undefined,
  },
  actions: {
    ask: changing('CANCEL')((task) => ({ ...task, cancelled: true })),
    cancelQueued: changing('CANCEL')((task, { at }) => ({
      ...task,
      ...left(task),
      cancelled: true,
      completedAt: stamp(task, at),
      error: requestCanceled,
    })),
    start: changing(
      'START',
      'SET_STATE',
    )((task, event) => {
      const at = stamp(task, event.at);
      return {
        ...task,
        fence: task.fence + 1,
        worker: event.type === 'START' ? event.worker : undefined,
        startAt: undefined,
        startedAt: task.startedAt ?? at,
        attemptStartedAt: at,
      };
    }),
    reportProgress: changing('UPDATE_PROGRESS')((task, { percentDone }) => ({
      ...task,
      progress: Math.floor(Math.min(100, Math.max(0, percentDone))),
    })),
    describe: changing('SET_DESCRIPTION')((task, { description }) => ({ ...task, description })),
    setCustomValue: changing('SET_CUSTOM_VALUE')((task, { key, value }) => ({
      ...task,
      customValue: withValue(task.customValue, key, value),
    })),
    setCancelable: changing('SET_CANCELABLE')((task, { cancelable }) => ({ ...task, cancelable })),
    succeed: changing(
      'SET_STATE',
      'BODY_RETURNED',
    )((task, { at, result }) => {
      const completedAt = stamp(task, at);
      return {
        ...task,
        ...left(task),
        startedAt: task.startedAt ?? completedAt,
        completedAt,
        result,
        attempts: ended(task, completedAt, undefined),
      };
    }),
    failAsGiven: changing('SET_STATE')((task, { at, error }) => failed(task, at, error ?? noFaultGiven)),
    failAsCanceled: changing(
      'SET_STATE',
      'BODY_THREW',
    )((task, event) =>
      failed(task, event.at, (event.type === 'SET_STATE' ? event.error : undefined) ?? requestCanceled),
    ),
    failAsThrown: changing('BODY_THREW')((task, event) => failed(task, event.at, own(event))),
    failAsExpired: changing('BODY_THREW')((task, event) => failed(task, event.at, ownOrTimedout(event))),
    requeue: changing('SET_STATE', 'BODY_THREW')(requeued),
    chargeAttempt: changing('BODY_THREW')((task, event) => charged(task, event, own(event))),
    chargeExpiredAttempt: changing('BODY_THREW')((task, event) => charged(task, event, ownOrTimedout(event))),
    markUnresponsive: changing('UNRESPONSIVE')((task, { at }) => ({
      ...task,
      unresponsiveAt: stamp(task, at),
    })),
  },
});

const ok = { outcome: 'ok' } as const;
const nothing = { outcome: 'nothing' } as const;
const invalidState = { outcome: 'InvalidState' } as const;
const notSupported = { outcome: 'NotSupported' } as const;

const refuseLostFence = { guard: 'fenceLost', meta: notSupported } as const;
const refuseUncancelable = { guard: 'notCancelable', meta: notSupported } as const;
const refuseSupervised = { guard: 'bySupervisor', meta: notSupported } as const;
const refuseMismatch = { guard: 'outcomeOfAnotherState', meta: invalidState } as const;
const describe = [refuseLostFence, { actions: 'describe', meta: ok }] as const;
const setCustomValue = [refuseLostFence, { actions: 'setCustomValue', meta: ok }] as const;
const setCancelable = [
  refuseLostFence,
  { guard: 'notDriver', meta: notSupported },
  { actions: 'setCancelable', meta: ok },
] as const;
const cancelRunning = [
  refuseUncancelable,
  { target: 'canceling', actions: 'ask', meta: { outcome: 'requested' } },
] as const;
const ignored = { meta: nothing } as const;

/**
 * The life of a task: every rule of what may happen to it, and the answer that each sender gets.
 *
 * No transition for an event means `InvalidState`. A transition whose outcome is a fault's name changes nothing.
 */
export const taskMachine = chart.createMachine({
  id: 'task',
  context: ({ input }) => ({ task: firstLife(input) }),
  initial: 'queued',
  states: {
    queued: {
      description: 'Waits for a slot, for its time, or for its driver.',
      on: {
        CANCEL: [
          refuseUncancelable,
          { target: 'error', actions: 'cancelQueued', meta: { outcome: 'canceled' } },
        ],
        START: { guard: 'bySupervisor', target: 'running', actions: 'start', meta: ok },
        UPDATE_PROGRESS: refuseLostFence,
        SET_DESCRIPTION: describe,
        SET_CANCELABLE: setCancelable,
        SET_CUSTOM_VALUE: setCustomValue,
        SET_STATE: [
          refuseSupervised,
          refuseMismatch,
          { guard: 'toQueued', meta: nothing },
          { guard: 'toRunning', target: 'running', actions: 'start', meta: ok },
          { guard: 'toSuccess', target: 'success', actions: 'succeed', meta: ok },
          { target: 'error', actions: 'failAsGiven', meta: ok },
        ],
        BODY_RETURNED: refuseLostFence,
        BODY_THREW: refuseLostFence,
        EXPIRE: refuseLostFence,
        EVICT: refuseLostFence,
        UNRESPONSIVE: refuseLostFence,
      },
    },
    running: {
      description: 'An attempt holds the fence.',
      initial: 'active',
      on: {
        UPDATE_PROGRESS: [
          refuseLostFence,
          { guard: 'outOfBounds', meta: { outcome: 'OutOfBounds' } },
          { actions: 'reportProgress', meta: ok },
        ],
        SET_DESCRIPTION: describe,
        SET_CANCELABLE: setCancelable,
        SET_CUSTOM_VALUE: setCustomValue,
        SET_STATE: [
          refuseSupervised,
          refuseMismatch,
          { guard: 'toQueuedThoughAsked', meta: invalidState },
          { guard: 'toQueued', target: 'queued', actions: 'requeue', meta: ok },
          { guard: 'toRunning', meta: nothing },
          { guard: 'toSuccess', target: 'success', actions: 'succeed', meta: ok },
          { guard: 'asked', target: 'error', actions: 'failAsCanceled', meta: ok },
          { target: 'error', actions: 'failAsGiven', meta: ok },
        ],
        BODY_RETURNED: [refuseLostFence, { target: 'success', actions: 'succeed', meta: ok }],
        EXPIRE: [refuseLostFence, ignored],
        EVICT: [refuseLostFence, ignored],
        UNRESPONSIVE: [
          refuseLostFence,
          { guard: 'unresponsive', meta: nothing },
          { actions: 'markUnresponsive', meta: ok },
        ],
      },
      states: {
        active: {
          description: 'Works normally; the signal is not aborted.',
          on: {
            CANCEL: cancelRunning,
            BODY_THREW: [
              refuseLostFence,
              { guard: 'retryLeft', target: '#task.queued', actions: 'chargeAttempt', meta: ok },
              { target: '#task.error', actions: 'failAsThrown', meta: ok },
            ],
            EXPIRE: [refuseLostFence, { target: 'expiring', meta: ok }],
            EVICT: [refuseLostFence, { target: 'evicting', meta: ok }],
            UNRESPONSIVE: [refuseLostFence, ignored],
          },
        },
        canceling: {
          description: 'A cancel request was accepted; the signal is aborted with RequestCanceled.',
          on: {
            CANCEL: { meta: { outcome: 'alreadyRequested' } },
            BODY_THREW: [
              refuseLostFence,
              { guard: 'becauseAborted', target: '#task.error', actions: 'failAsCanceled', meta: ok },
              { target: '#task.error', actions: 'failAsThrown', meta: ok },
            ],
          },
        },
        expiring: {
          description: 'The deadline of the attempt passed; the signal is aborted with Timedout.',
          on: {
            CANCEL: cancelRunning,
            BODY_THREW: [
              refuseLostFence,
              { guard: 'retryLeft', target: '#task.queued', actions: 'chargeExpiredAttempt', meta: ok },
              { target: '#task.error', actions: 'failAsExpired', meta: ok },
            ],
          },
        },
        evicting: {
          description: 'The supervisor stops and wants the slot back; the signal is aborted with Evicted.',
          on: {
            CANCEL: cancelRunning,
            BODY_THREW: [refuseLostFence, { target: '#task.queued', actions: 'requeue', meta: ok }],
          },
        },
      },
    },
    success: { type: 'final', description: 'Ended with a result. Final.' },
    error: { type: 'final', description: 'Ended with a fault. Final.' },
  },
});
