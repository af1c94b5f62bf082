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

/** What a body's end is to become once the children have ended. */
export type Held =
  | { readonly to: 'success'; readonly result: string | undefined }
  | { readonly to: 'error'; readonly error: LocalizedFault }
  | { readonly to: 'queued'; readonly error: LocalizedFault; readonly startAt: number | undefined };

/** The structured children of a task, as counters: sums that each child adds to, in any order. */
export interface Children {
  /** Those that are not final. */
  readonly open: number;
  /** The sum of all weights. */
  readonly weight: number;
  /** The sum of weight times progress. */
  readonly done: number;
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
  /** The process under whose lease it is: of a submitted task the present attempt, of a created one its whole life. */
  readonly worker: string | undefined;
  /** How often the process that ran it was lost, and how often that may happen before it is given up. */
  readonly lost: number;
  readonly maxLost: number;
  readonly attempt: number;
  readonly maxAttempts: number;
  /** The last of those that ended, at most `keptAttempts`. */
  readonly attempts: readonly EndedAttempt[];
  readonly queuedAt: number;
  /** Not claimed before this time. */
  readonly startAt: number | undefined;
  readonly startedAt: number | undefined;
  readonly attemptStartedAt: number | undefined;
  readonly completedAt: number | undefined;
  /** When the signal of the present attempt was aborted. */
  readonly abortedAt: number | undefined;
  readonly unresponsiveAt: number | undefined;
  /** The task ends in Timedout if it is not final by then. */
  readonly deadlineAt: number | undefined;
  readonly progress: number | undefined;
  /** The progress with which it failed. */
  readonly lastProgress: number | undefined;
  /** Its progress was reported, and is not rolled up from its children. */
  readonly reportsItself: boolean;
  readonly checkpoint: string | undefined;
  readonly held: Held | undefined;
  readonly description: LocalizableMessage | undefined;
  readonly customValue: Readonly<Record<string, string>> | undefined;
  readonly result: string | undefined;
  readonly error: LocalizedFault | undefined;
}

/** The chart's context: one object inside another, because XState copies a context member by member on every change. */
export interface TaskContext {
  readonly task: TaskLife;
  /** Left out while it has none. */
  readonly children?: Children | undefined;
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
        /** Its signal was aborted, and what it rejected with is the reason, or calls itself an abort. */
        readonly aborted: boolean;
        /** When the next attempt may start; left out when this fault is not to be tried again. */
        readonly retryAt?: number | undefined;
      })
  | (Stamped & Fenced & { readonly type: 'EXPIRE' })
  | (Stamped & Fenced & { readonly type: 'EVICT' })
  | (Stamped & Fenced & { readonly type: 'UNRESPONSIVE' })
  | (Stamped & Fenced & { readonly type: 'SAVE_CHECKPOINT'; readonly checkpoint: string | undefined })
  /** The lease of this worker is over: its process is gone, or has been frozen for too long. */
  | (Stamped & { readonly type: 'LOSE'; readonly worker: string })
  /** May a child be created? The child itself is no part of its parent's life; the counters are. */
  | (Stamped & Fenced & { readonly type: 'SPAWN' })
  /** The sums of the children have changed. */
  | (Stamped & { readonly type: 'ROLL_UP' })
  /** The last child has ended. */
  | (Stamped & { readonly type: 'CHILDREN_ENDED' });

/** What a task is at its creation: everything else in its context has one first value. */
export interface TaskInput {
  readonly driver: TaskLife['driver'];
  readonly cancelable: boolean;
  readonly queuedAt: number;
  readonly startAt?: number | undefined;
  readonly maxAttempts?: number | undefined;
  readonly maxLost?: number | undefined;
  readonly deadlineAt?: number | undefined;
  /** The process whose creation it is, and with which it is lost. */
  readonly worker?: string | undefined;
}

/** A process that dies takes its tasks along a few times by bad luck; more often, it is a task that kills it. */
const defaultMaxLost = 3;

/** The life of a task that was just created. */
export function firstLife(input: TaskInput): TaskLife {
  return {
    driver: input.driver,
    cancelableAtFirst: input.cancelable,
    cancelable: input.cancelable,
    cancelled: false,
    fence: 0,
    worker: input.worker,
    lost: 0,
    maxLost: input.maxLost ?? defaultMaxLost,
    attempt: 1,
    maxAttempts: input.maxAttempts ?? 1,
    attempts: noAttempts,
    queuedAt: input.queuedAt,
    startAt: input.startAt,
    startedAt: undefined,
    attemptStartedAt: undefined,
    completedAt: undefined,
    abortedAt: undefined,
    unresponsiveAt: undefined,
    deadlineAt: input.deadlineAt,
    progress: undefined,
    lastProgress: undefined,
    reportsItself: false,
    checkpoint: undefined,
    held: undefined,
    description: undefined,
    customValue: undefined,
    result: undefined,
    error: undefined,
  };
}

const noAttempts: readonly EndedAttempt[] = [];

/** How many ended attempts a task remembers: enough to see a pattern, and a year of retries stays small. */
export const keptAttempts = 50;

/** What sums of weights like 0.1 lose must not keep a finished parent at 99. */
const tolerance = 1e-9;

/** The progress of a parent by its children: the mean of theirs by weight, rounded down. */
export function rolledUp({ weight, done }: Children): number | undefined {
  return weight > 0 ? Math.floor(Math.min(100, Math.max(0, done / weight + tolerance))) : undefined;
}

/** The time of a change: never before an earlier stamp of the task, whatever a wall clock says. */
function stamp(task: TaskLife, at: number): number {
  const { queuedAt, startedAt = 0, attemptStartedAt = 0, abortedAt = 0, attempts } = task;
  return Math.max(at, queuedAt, startedAt, attemptStartedAt, abortedAt, attempts.at(-1)?.endedAt ?? 0);
}

/** The signal is aborted, now if it was not before. A task without an attempt has none. */
function aborted(task: TaskLife, event: Stamped): TaskLife {
  if (task.attemptStartedAt === undefined || task.abortedAt !== undefined) return { ...task };
  return { ...task, abortedAt: stamp(task, event.at) };
}

/** What every attempt leaves behind: nobody holds its fence, and what described only it is unset. */
function left(task: TaskLife) {
  return {
    fence: task.fence + 1,
    worker: task.driver === 'creator' ? task.worker : undefined,
    attemptStartedAt: undefined,
    abortedAt: undefined,
    unresponsiveAt: undefined,
    progress: undefined,
    reportsItself: false,
    held: undefined,
  };
}

function ended(task: TaskLife, at: number, error: LocalizedFault | undefined): readonly EndedAttempt[] {
  if (task.attemptStartedAt === undefined) return task.attempts;
  const attempt = { startedAt: task.attemptStartedAt, endedAt: at, error };
  return [...task.attempts.slice(1 - keptAttempts), attempt];
}

/** The life of a task whose body, and whose children, have ended this way. */
function concluded(task: TaskLife, held: Held, event: Stamped): TaskLife {
  const at = stamp(task, event.at);
  const after = { ...task, ...left(task) };
  switch (held.to) {
    case 'success': {
      const attempts = ended(task, at, undefined);
      return { ...after, startedAt: task.startedAt ?? at, completedAt: at, result: held.result, attempts };
    }
    case 'error': {
      const attempts = ended(task, at, held.error);
      return { ...after, completedAt: at, error: held.error, lastProgress: task.progress, attempts };
    }
    case 'queued': {
      const attempts = ended(task, at, held.error);
      return { ...requeued(task), attempt: task.attempt + 1, startAt: held.startAt, attempts };
    }
  }
}

/** The life of a task whose body has ended this way, and whose children have not. It keeps its progress. */
function joining(task: TaskLife, held: Held, event: Stamped): TaskLife {
  const { progress, reportsItself } = task;
  const attempts = ended(task, stamp(task, event.at), held.to === 'success' ? undefined : held.error);
  return { ...task, ...left(task), progress, reportsItself, held, attempts };
}

function requeued(task: TaskLife): TaskLife {
  return { ...task, ...left(task), cancelable: task.cancelableAtFirst };
}

/** The life of a task that waits for another process, as its own was lost with the attempt. */
function lost(task: TaskLife, event: Stamped): TaskLife {
  const attempts = ended(task, stamp(task, event.at), workerLost);
  return { ...requeued(task), lost: task.lost + 1, attempts };
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
const workerLost = localized({ name: 'WorkerLost' });
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

type Thrown = Extract<TaskEvent, { readonly type: 'BODY_THREW' }>;

type Event<T extends TaskEvent['type']> = Extract<TaskEvent, { readonly type: T }>;

/** For events of these types, the action that makes the next life of the task. */
function changing<T extends TaskEvent['type']>(..._types: readonly T[]) {
  return (change: (task: TaskLife, event: Event<T>, children: Children | undefined) => TaskLife) =>
    assign<TaskContext, TaskEvent, undefined, TaskEvent, never>(({ context, event }) => ({
      task: change(context.task, event as never, context.children),
    }));
}

/** What the end of a body comes to, in each substate of `running`. */
const outcomes = {
  returned: ({ result }: Event<'BODY_RETURNED'>): Held => ({ to: 'success', result }),
  thrown: (event: Thrown): Held => ({ to: 'error', error: own(event) }),
  canceled: (_event: Thrown): Held => ({ to: 'error', error: requestCanceled }),
  expired: (event: Thrown): Held => ({ to: 'error', error: ownOrTimedout(event) }),
  retried: (event: Thrown): Held => ({ to: 'queued', error: own(event), startAt: event.retryAt }),
  retriedAfterExpiry: (event: Thrown): Held => ({
    to: 'queued',
    error: ownOrTimedout(event),
    startAt: event.retryAt,
  }),
};

function retryIsLeft({ task }: TaskContext, event: TaskEvent): boolean {
  if (event.type !== 'BODY_THREW' || event.retryAt === undefined) return false;
  return task.attempt < task.maxAttempts && event.retryAt < (task.deadlineAt ?? Number.POSITIVE_INFINITY);
}

function isOpen({ children }: TaskContext): boolean {
  return children !== undefined && children.open > 0;
}

const thrownEvent = changing('BODY_THREW');

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
    byCreator: ({ context: { task } }) => task.driver === 'creator',
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
    retryLeft: ({ context, event }) => retryIsLeft(context, event),
    childrenOpen: ({ context }) => isOpen(context),
    retryLeftButChildrenOpen: ({ context, event }) => isOpen(context) && retryIsLeft(context, event),
    abortedButChildrenOpen: ({ context, event }) =>
      isOpen(context) && event.type === 'BODY_THREW' && event.aborted,
    heldSuccess: ({ context: { task } }) => task.held?.to === 'success',
    heldRetryTooLate: ({ context: { task }, event }) =>
      task.held?.to === 'queued' && task.deadlineAt !== undefined && event.at >= task.deadlineAt,
    heldRetry: ({ context: { task } }) => task.held?.to === 'queued',
    heldRetryThoughAsked: ({ context: { task } }) => task.held?.to === 'queued' && task.cancelled,
    reportsItself: ({ context: { task } }) => task.reportsItself,
    pastDeadlineButChildrenOpen: ({ context, event }) =>
      isOpen(context) && context.task.deadlineAt !== undefined && event.at >= context.task.deadlineAt,
    pastDeadline: ({ context: { task }, event }) =>
      task.deadlineAt !== undefined && event.at >= task.deadlineAt,
    becauseAborted: ({ event }) => event.type === 'BODY_THREW' && event.aborted,
    unresponsive: ({ context: { task } }) => task.unresponsiveAt !== undefined,
    notHolder: ({ context: { task }, event }) => event.type === 'LOSE' && event.worker !== task.worker,
    mayBeLostAgain: ({ context: { task } }) => task.driver === 'supervisor' && task.lost < task.maxLost,
  },
  actions: {
    ask: changing('CANCEL')((task, event) => ({ ...aborted(task, event), cancelled: true })),
    abort: changing('EXPIRE', 'EVICT')(aborted),
    cancelQueued: changing('CANCEL')((task, event) => ({
      ...concluded(task, { to: 'error', error: requestCanceled }, event),
      cancelled: true,
    })),
    cancelQueuedParent: changing('CANCEL')((task, event) => ({
      ...joining(task, { to: 'error', error: requestCanceled }, event),
      cancelled: true,
    })),
    expireQueuedParent: changing(
      'EXPIRE',
      'START',
    )((task, event) => joining(task, { to: 'error', error: timedout }, event)),
    expireQueued: changing(
      'EXPIRE',
      'START',
    )((task, event) => concluded(task, { to: 'error', error: timedout }, event)),
    start: changing(
      'START',
      'SET_STATE',
    )((task, event) => {
      const at = stamp(task, event.at);
      return {
        ...task,
        fence: task.fence + 1,
        worker: event.type === 'START' ? event.worker : task.worker,
        startAt: undefined,
        startedAt: task.startedAt ?? at,
        attemptStartedAt: at,
      };
    }),
    reportProgress: changing('UPDATE_PROGRESS')((task, { percentDone }) => ({
      ...task,
      progress: Math.floor(Math.min(100, Math.max(0, percentDone))),
      reportsItself: true,
    })),
    rollUp: changing('ROLL_UP')((task, _event, children) => ({
      ...task,
      progress: children ? rolledUp(children) : task.progress,
    })),
    saveCheckpoint: changing('SAVE_CHECKPOINT')((task, { checkpoint }) => ({ ...task, checkpoint })),
    describe: changing('SET_DESCRIPTION')((task, { description }) => ({ ...task, description })),
    setCustomValue: changing('SET_CUSTOM_VALUE')((task, { key, value }) => ({
      ...task,
      customValue: withValue(task.customValue, key, value),
    })),
    setCancelable: changing('SET_CANCELABLE')((task, { cancelable }) => ({ ...task, cancelable })),
    setSuccess: changing('SET_STATE')((task, event) =>
      concluded(task, { to: 'success', result: event.result }, event),
    ),
    setError: changing('SET_STATE')((task, event) =>
      concluded(task, { to: 'error', error: event.error ?? noFaultGiven }, event),
    ),
    setErrorThoughAsked: changing('SET_STATE')((task, event) =>
      concluded(task, { to: 'error', error: event.error ?? requestCanceled }, event),
    ),
    succeed: changing('BODY_RETURNED')((task, event) => concluded(task, outcomes.returned(event), event)),
    fail: thrownEvent((task, event) => concluded(task, outcomes.thrown(event), event)),
    failAsCanceled: thrownEvent((task, event) => concluded(task, outcomes.canceled(event), event)),
    failAsExpired: thrownEvent((task, event) => concluded(task, outcomes.expired(event), event)),
    retry: thrownEvent((task, event) => concluded(task, outcomes.retried(event), event)),
    retryExpired: thrownEvent((task, event) => concluded(task, outcomes.retriedAfterExpiry(event), event)),
    requeue: changing('SET_STATE', 'BODY_THREW')(requeued),
    holdResult: changing('BODY_RETURNED')((task, event) => joining(task, outcomes.returned(event), event)),
    holdFault: thrownEvent((task, event) => joining(task, outcomes.thrown(event), event)),
    holdCanceled: thrownEvent((task, event) => joining(task, outcomes.canceled(event), event)),
    holdExpired: thrownEvent((task, event) => joining(task, outcomes.expired(event), event)),
    holdRetry: thrownEvent((task, event) => joining(task, outcomes.retried(event), event)),
    holdExpiredRetry: thrownEvent((task, event) => joining(task, outcomes.retriedAfterExpiry(event), event)),
    concludeHeld: changing('CHILDREN_ENDED')((task, event) =>
      task.held ? concluded(task, task.held, event) : task,
    ),
    concludeTooLate: changing('CHILDREN_ENDED')((task, event) =>
      concluded(
        task,
        { to: 'error', error: task.held && 'error' in task.held ? task.held.error : timedout },
        event,
      ),
    ),
    concludeCanceled: changing('CHILDREN_ENDED')((task, event) =>
      concluded(task, { to: 'error', error: requestCanceled }, event),
    ),
    requeueLost: changing('LOSE')(lost),
    failAsLost: changing('LOSE')((task, event) => concluded(task, { to: 'error', error: workerLost }, event)),
    failLostAsCanceled: changing('LOSE')((task, event) =>
      concluded(task, { to: 'error', error: requestCanceled }, event),
    ),
    holdLost: changing('LOSE')((task, event) => joining(task, { to: 'error', error: workerLost }, event)),
    holdLostAsCanceled: changing('LOSE')((task, event) =>
      joining(task, { to: 'error', error: requestCanceled }, event),
    ),
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
/** A task whose time is over ends so, also where nobody was there to say it before its turn came. */
const expireWaiting = [
  {
    guard: 'pastDeadlineButChildrenOpen',
    target: 'running.joining',
    actions: 'expireQueuedParent',
    meta: ok,
  },
  { guard: 'pastDeadline', target: 'error', actions: 'expireQueued', meta: ok },
] as const;
const ignoreIfHeldElsewhere = { guard: 'notHolder', meta: nothing } as const;
const saveCheckpoint = [refuseLostFence, { actions: 'saveCheckpoint', meta: ok }] as const;
/** A body that was told to end gets the reason of its abort. */
const refuseSpawn = <O extends Outcome>(outcome: O) => [refuseLostFence, { meta: { outcome } }] as const;

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
          {
            guard: 'childrenOpen',
            target: 'running.joining',
            actions: 'cancelQueuedParent',
            meta: { outcome: 'requested' },
          },
          { target: 'error', actions: 'cancelQueued', meta: { outcome: 'canceled' } },
        ],
        START: [
          { guard: 'byCreator', meta: invalidState },
          ...expireWaiting,
          { target: 'running', actions: 'start', meta: ok },
        ],
        UPDATE_PROGRESS: refuseLostFence,
        SET_DESCRIPTION: describe,
        SET_CANCELABLE: setCancelable,
        SET_CUSTOM_VALUE: setCustomValue,
        SET_STATE: [
          refuseSupervised,
          refuseMismatch,
          { guard: 'toQueued', meta: nothing },
          { guard: 'toRunning', target: 'running', actions: 'start', meta: ok },
          { guard: 'toSuccess', target: 'success', actions: 'setSuccess', meta: ok },
          { target: 'error', actions: 'setError', meta: ok },
        ],
        SAVE_CHECKPOINT: refuseLostFence,
        SPAWN: refuseLostFence,
        BODY_RETURNED: refuseLostFence,
        BODY_THREW: refuseLostFence,
        EXPIRE: [refuseLostFence, ...expireWaiting, ignored],
        EVICT: refuseLostFence,
        UNRESPONSIVE: refuseLostFence,
        LOSE: [ignoreIfHeldElsewhere, { target: 'error', actions: 'failAsLost', meta: ok }],
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
          { guard: 'toSuccess', target: 'success', actions: 'setSuccess', meta: ok },
          { guard: 'asked', target: 'error', actions: 'setErrorThoughAsked', meta: ok },
          { target: 'error', actions: 'setError', meta: ok },
        ],
        SAVE_CHECKPOINT: saveCheckpoint,
        ROLL_UP: [
          { guard: 'reportsItself', meta: nothing },
          { actions: 'rollUp', meta: ok },
        ],
        CHILDREN_ENDED: ignored,
        BODY_RETURNED: [
          refuseLostFence,
          { guard: 'childrenOpen', target: '.joining', actions: 'holdResult', meta: ok },
          { target: 'success', actions: 'succeed', meta: ok },
        ],
        EXPIRE: [refuseLostFence, ignored],
        EVICT: [refuseLostFence, ignored],
        UNRESPONSIVE: [
          refuseLostFence,
          { guard: 'unresponsive', meta: nothing },
          { actions: 'markUnresponsive', meta: ok },
        ],
        LOSE: [
          ignoreIfHeldElsewhere,
          { guard: 'mayBeLostAgain', target: 'queued', actions: 'requeueLost', meta: ok },
          { guard: 'childrenOpen', target: '.joining', actions: 'holdLost', meta: ok },
          { target: 'error', actions: 'failAsLost', meta: ok },
        ],
      },
      states: {
        active: {
          description: 'Works normally; the signal is not aborted.',
          on: {
            CANCEL: cancelRunning,
            SPAWN: [refuseLostFence, { meta: ok }],
            BODY_THREW: [
              refuseLostFence,
              { guard: 'retryLeftButChildrenOpen', target: 'joining', actions: 'holdRetry', meta: ok },
              { guard: 'retryLeft', target: '#task.queued', actions: 'retry', meta: ok },
              { guard: 'childrenOpen', target: 'joining', actions: 'holdFault', meta: ok },
              { target: '#task.error', actions: 'fail', meta: ok },
            ],
            EXPIRE: [refuseLostFence, { target: 'expiring', actions: 'abort', meta: ok }],
            EVICT: [refuseLostFence, { target: 'evicting', actions: 'abort', meta: ok }],
            UNRESPONSIVE: [refuseLostFence, ignored],
          },
        },
        canceling: {
          description: 'A cancel request was accepted; the signal is aborted with RequestCanceled.',
          on: {
            CANCEL: { meta: { outcome: 'alreadyRequested' } },
            SPAWN: refuseSpawn('RequestCanceled'),
            BODY_THREW: [
              refuseLostFence,
              { guard: 'abortedButChildrenOpen', target: 'joining', actions: 'holdCanceled', meta: ok },
              { guard: 'becauseAborted', target: '#task.error', actions: 'failAsCanceled', meta: ok },
              { guard: 'childrenOpen', target: 'joining', actions: 'holdFault', meta: ok },
              { target: '#task.error', actions: 'fail', meta: ok },
            ],
            LOSE: [
              ignoreIfHeldElsewhere,
              { guard: 'childrenOpen', target: 'joining', actions: 'holdLostAsCanceled', meta: ok },
              { target: '#task.error', actions: 'failLostAsCanceled', meta: ok },
            ],
          },
        },
        expiring: {
          description: 'The deadline of the attempt passed; the signal is aborted with Timedout.',
          on: {
            CANCEL: cancelRunning,
            SPAWN: refuseSpawn('Timedout'),
            BODY_THREW: [
              refuseLostFence,
              { guard: 'retryLeftButChildrenOpen', target: 'joining', actions: 'holdExpiredRetry', meta: ok },
              { guard: 'retryLeft', target: '#task.queued', actions: 'retryExpired', meta: ok },
              { guard: 'childrenOpen', target: 'joining', actions: 'holdExpired', meta: ok },
              { target: '#task.error', actions: 'failAsExpired', meta: ok },
            ],
          },
        },
        evicting: {
          description: 'The supervisor stops and wants the slot back; the signal is aborted with Evicted.',
          on: {
            CANCEL: cancelRunning,
            SPAWN: refuseSpawn('Evicted'),
            BODY_THREW: [refuseLostFence, { target: '#task.queued', actions: 'requeue', meta: ok }],
          },
        },
        joining: {
          description: 'The body is gone and its outcome is held; structured children still run. No slot.',
          on: {
            CANCEL: [
              { guard: 'asked', meta: { outcome: 'alreadyRequested' } },
              refuseUncancelable,
              { actions: 'ask', meta: { outcome: 'requested' } },
            ],
            SPAWN: refuseLostFence,
            BODY_THREW: refuseLostFence,
            UNRESPONSIVE: [refuseLostFence, ignored],
            CHILDREN_ENDED: [
              { guard: 'childrenOpen', meta: nothing },
              { guard: 'heldSuccess', target: '#task.success', actions: 'concludeHeld', meta: ok },
              { guard: 'heldRetryThoughAsked', target: '#task.error', actions: 'concludeCanceled', meta: ok },
              { guard: 'heldRetryTooLate', target: '#task.error', actions: 'concludeTooLate', meta: ok },
              { guard: 'heldRetry', target: '#task.queued', actions: 'concludeHeld', meta: ok },
              { target: '#task.error', actions: 'concludeHeld', meta: ok },
            ],
          },
        },
      },
    },
    success: { type: 'final', description: 'Ended with a result. Final.' },
    error: { type: 'final', description: 'Ended with a fault. Final.' },
  },
});
