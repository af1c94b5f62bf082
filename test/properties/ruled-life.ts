import { isDeepStrictEqual } from 'node:util';
import {
  type Children,
  type Held,
  type LocalizedFault,
  type TaskEvent,
  type TaskLife,
  localized,
} from '../../machines/index.ts';

/**
 * The life of a task as the pages of its semantics tell it, event by event and without a chart: an answer, and what is true
 * after it. The chart is compared with this, and this with nothing.
 */
export interface Ruled {
  readonly leaf: string;
  readonly life: TaskLife;
  readonly children: Children | undefined;
}

export interface Ruling extends Omit<Ruled, 'children'> {
  readonly answer: string;
}

type Event<T extends TaskEvent['type']> = Extract<TaskEvent, { readonly type: T }>;

const requestCanceled = localized({ name: 'RequestCanceled' });
const timedout = localized({ name: 'Timedout' });
const workerLost = localized({ name: 'WorkerLost' });
const nothingSaid = localized(
  { name: 'SystemError' },
  'The task ended in error, and its driver gave no fault.',
);

const stays = (task: Ruled, answer: string): Ruling => ({ answer, leaf: task.leaf, life: task.life });
const changes = (task: Ruled, life: Partial<TaskLife>, leaf = task.leaf, answer = 'ok'): Ruling => ({
  answer,
  leaf,
  life: { ...task.life, ...life },
});

const isRunning = ({ leaf }: Ruled) => leaf.startsWith('running');
const hasOpen = ({ children }: Ruled) => (children?.open ?? 0) > 0;

/** Stamps are max(now, the stamps before). */
function stampOf({ life }: Ruled, at: number): number {
  const before = [
    life.queuedAt,
    life.startedAt,
    life.attemptStartedAt,
    life.abortedAt,
    life.attempts.at(-1)?.endedAt,
  ];
  return Math.max(at, ...before.filter((stamp) => stamp !== undefined));
}

/** Nobody holds the attempt any more, and it is among those that ended. */
function withoutAttempt(task: Ruled, at: number, error: LocalizedFault | undefined): Partial<TaskLife> {
  const { attempts, attemptStartedAt: startedAt, fence, driver, worker } = task.life;
  const own = startedAt === undefined ? [] : [{ startedAt, endedAt: stampOf(task, at), error }];
  return {
    fence: fence + 1,
    // A created task belongs to the process of its creator for as long as it lives.
    worker: driver === 'creator' ? worker : undefined,
    attemptStartedAt: undefined,
    abortedAt: undefined,
    unresponsiveAt: undefined,
    attempts: [...attempts, ...own],
  };
}

const unshown = { progress: undefined, reportsItself: false, held: undefined } as const;

/** What an end comes to, children or not. */
function concluded(task: Ruled, held: Held, at: number, more: Partial<TaskLife> = {}): Ruling {
  const error = held.to === 'success' ? undefined : held.error;
  const life = { ...withoutAttempt(task, at, error), ...unshown, ...more };
  const completedAt = stampOf(task, at);
  if (held.to === 'success') {
    const startedAt = task.life.startedAt ?? completedAt;
    return changes(task, { ...life, startedAt, completedAt, result: held.result }, 'success');
  }
  if (held.to === 'error')
    return changes(task, { ...life, completedAt, error, lastProgress: task.life.progress }, 'error');
  const { attempt, cancelableAtFirst } = task.life;
  const next = { cancelable: cancelableAtFirst, attempt: attempt + 1, startAt: held.startAt };
  return changes(task, { ...life, ...next }, 'queued');
}

/** A parent does not become final before its children are: meanwhile its outcome is held. */
function ends(task: Ruled, held: Held, at: number, more: Partial<TaskLife> = {}): Ruling {
  if (!hasOpen(task)) return concluded(task, held, at, more);
  const error = held.to === 'success' ? undefined : held.error;
  return changes(task, { ...withoutAttempt(task, at, error), ...more, held }, 'running.joining');
}

function queuedAgain(task: Ruled): Ruling {
  const { attempts: _same, ...left } = withoutAttempt(task, 0, undefined);
  return changes(task, { ...left, ...unshown, cancelable: task.life.cancelableAtFirst }, 'queued');
}

/** An abort happens once: the second finds the first. */
function aborts(task: Ruled, at: number): Partial<TaskLife> {
  const { attemptStartedAt, abortedAt } = task.life;
  return attemptStartedAt === undefined || abortedAt !== undefined ? {} : { abortedAt: stampOf(task, at) };
}

function starts(task: Ruled, at: number, worker: string | undefined): Ruling {
  const now = stampOf(task, at);
  const { fence, startedAt = now } = task.life;
  const attempt = { fence: fence + 1, worker, startAt: undefined, startedAt, attemptStartedAt: now };
  return changes(task, attempt, 'running.active');
}

function canceled(task: Ruled, { at }: Event<'CANCEL'>): Ruling {
  const { life, leaf } = task;
  if (life.cancelled) return stays(task, 'alreadyRequested');
  if (!life.cancelable) return stays(task, 'NotSupported');
  if (leaf === 'queued') {
    const answer = hasOpen(task) ? 'requested' : 'canceled';
    return { ...ends(task, { to: 'error', error: requestCanceled }, at, { cancelled: true }), answer };
  }
  const to = leaf === 'running.joining' ? leaf : 'running.canceling';
  return changes(task, { ...aborts(task, at), cancelled: true }, to, 'requested');
}

function stateSet(task: Ruled, { state, result, error, at }: Event<'SET_STATE'>): Ruling {
  const { driver, cancelled } = task.life;
  if (driver === 'supervisor') return stays(task, 'NotSupported');
  if ((error && state !== 'error') || (result !== undefined && state !== 'success'))
    return stays(task, 'InvalidState');
  if (state === 'success') return concluded(task, { to: 'success', result }, at);
  if (state === 'error') {
    const fault = error ?? (cancelled ? requestCanceled : nothingSaid);
    return concluded(task, { to: 'error', error: fault }, at);
  }
  if (task.leaf === 'queued')
    return state === 'queued' ? stays(task, 'nothing') : starts(task, at, task.life.worker);
  if (state === 'running') return stays(task, 'nothing');
  return cancelled ? stays(task, 'InvalidState') : queuedAgain(task);
}

/** `RequestCanceled` is for tasks that were asked to end. */
function ownFault({ error }: Event<'BODY_THREW'>): LocalizedFault {
  if (error.fault.name !== 'RequestCanceled') return error;
  return localized({ name: 'SystemError', faultCause: error }, error.localizedMessage);
}

function threw(task: Ruled, event: Event<'BODY_THREW'>): Ruling {
  const { attempt, maxAttempts, deadlineAt = Number.POSITIVE_INFINITY } = task.life;
  const { retryAt, aborted, at } = event;
  const leaf = task.leaf.replace('running.', '');
  if (leaf === 'queued' || leaf === 'joining') return stays(task, 'InvalidState');
  if (leaf === 'evicting') return queuedAgain(task);
  const reasons: Readonly<Record<string, LocalizedFault>> = {
    canceling: requestCanceled,
    expiring: timedout,
  };
  const error = (aborted ? reasons[leaf] : undefined) ?? ownFault(event);
  const again =
    leaf !== 'canceling' && retryAt !== undefined && attempt < maxAttempts && retryAt < deadlineAt;
  return ends(task, again ? { to: 'queued', error, startAt: retryAt } : { to: 'error', error }, at);
}

function expired(task: Ruled, { at }: Event<'EXPIRE'>): Ruling {
  if (task.leaf === 'running.active') return changes(task, aborts(task, at), 'running.expiring');
  const isOver = at >= (task.life.deadlineAt ?? Number.POSITIVE_INFINITY);
  if (task.leaf !== 'queued' || !isOver) return stays(task, 'nothing');
  return ends(task, { to: 'error', error: timedout }, at);
}

function childrenEnded(task: Ruled, { at }: Event<'CHILDREN_ENDED'>): Ruling {
  const { held, cancelled, deadlineAt = Number.POSITIVE_INFINITY } = task.life;
  if (!isRunning(task)) return stays(task, 'InvalidState');
  if (task.leaf !== 'running.joining' || hasOpen(task) || !held) return stays(task, 'nothing');
  if (held.to !== 'queued') return concluded(task, held, at);
  if (cancelled) return concluded(task, { to: 'error', error: requestCanceled }, at);
  return concluded(task, at >= deadlineAt ? { to: 'error', error: held.error } : held, at);
}

function rolledUp(task: Ruled): Ruling {
  const { children, life } = task;
  if (!isRunning(task)) return stays(task, 'InvalidState');
  if (life.reportsItself) return stays(task, 'nothing');
  if (!children) return stays(task, 'ok');
  const { weight, done } = children;
  const progress = weight > 0 ? Math.max(0, Math.min(100, Math.floor(done / weight))) : undefined;
  return changes(task, { progress });
}

function reported(task: Ruled, { percentDone, strict }: Event<'UPDATE_PROGRESS'>): Ruling {
  if (!isRunning(task)) return stays(task, 'InvalidState');
  if (strict && (percentDone < 0 || percentDone > 100)) return stays(task, 'OutOfBounds');
  return changes(task, {
    progress: Math.floor(Math.max(0, Math.min(100, percentDone))),
    reportsItself: true,
  });
}

/** Not charged, and only so often; who was asked to end has ended by it. */
function lost(task: Ruled, { worker, at }: Event<'LOSE'>): Ruling {
  const { life } = task;
  if (worker !== life.worker) return stays(task, 'nothing');
  if (life.cancelled) return ends(task, { to: 'error', error: requestCanceled }, at);
  if (life.driver === 'creator' || life.lost >= life.maxLost)
    return ends(task, { to: 'error', error: workerLost }, at);
  const again = { lost: life.lost + 1, cancelable: life.cancelableAtFirst };
  return changes(task, { ...withoutAttempt(task, at, workerLost), ...unshown, ...again }, 'queued');
}

function noted(task: Ruled, { key, value }: Event<'SET_CUSTOM_VALUE'>): Ruling {
  const entries = Object.entries(task.life.customValue ?? {}).filter(([name]) => name !== key);
  const values = value === undefined ? entries : [...entries, [key, value] as const];
  return changes(task, { customValue: values.length === 0 ? undefined : Object.fromEntries(values) });
}

function unresponsive(task: Ruled, { at }: Event<'UNRESPONSIVE'>): Ruling {
  if (!isRunning(task)) return stays(task, 'InvalidState');
  const isAborted = /\.(canceling|expiring|evicting)$/.test(task.leaf);
  if (!isAborted || task.life.unresponsiveAt !== undefined) return stays(task, 'nothing');
  return changes(task, { unresponsiveAt: stampOf(task, at) });
}

const spawnAnswers: Readonly<Record<string, string>> = {
  'running.active': 'ok',
  'running.canceling': 'RequestCanceled',
  'running.expiring': 'Timedout',
  'running.evicting': 'Evicted',
};

const rulings: { readonly [T in TaskEvent['type']]: (task: Ruled, event: Event<T>) => Ruling } = {
  CANCEL: canceled,
  SET_STATE: stateSet,
  UPDATE_PROGRESS: reported,
  SET_DESCRIPTION: (task, { description }) => changes(task, { description }),
  SET_CUSTOM_VALUE: noted,
  SET_CANCELABLE: (task, { cancelable, fence }) =>
    task.life.driver === 'supervisor' && fence === undefined
      ? stays(task, 'NotSupported')
      : changes(task, { cancelable }),
  SAVE_CHECKPOINT: (task, { checkpoint }) =>
    isRunning(task) ? changes(task, { checkpoint }) : stays(task, 'InvalidState'),
  START: (task, { at, worker }) => {
    if (task.leaf !== 'queued' || task.life.driver !== 'supervisor') return stays(task, 'InvalidState');
    const isOver = at >= (task.life.deadlineAt ?? Number.POSITIVE_INFINITY);
    return isOver ? ends(task, { to: 'error', error: timedout }, at) : starts(task, at, worker);
  },
  BODY_RETURNED: (task, { result, at }) =>
    isRunning(task) ? ends(task, { to: 'success', result }, at) : stays(task, 'InvalidState'),
  BODY_THREW: threw,
  EXPIRE: expired,
  EVICT: (task, { at }) => {
    if (!isRunning(task)) return stays(task, 'InvalidState');
    if (task.leaf !== 'running.active') return stays(task, 'nothing');
    return changes(task, aborts(task, at), 'running.evicting');
  },
  UNRESPONSIVE: unresponsive,
  LOSE: lost,
  SPAWN: (task) => stays(task, spawnAnswers[task.leaf] ?? 'InvalidState'),
  ROLL_UP: rolledUp,
  CHILDREN_ENDED: childrenEnded,
};

/** What the rules say to an event. A refusal changes nothing. */
export function ruled(task: Ruled, event: TaskEvent): Ruling {
  if (task.leaf === 'success' || task.leaf === 'error') return stays(task, 'InvalidState');
  const isLost = 'fence' in event && event.fence !== undefined && event.fence !== task.life.fence;
  if (isLost) return stays(task, 'NotSupported');
  return (rulings[event.type] as (task: Ruled, event: TaskEvent) => Ruling)(task, event);
}

/** Whether two lives are one. */
export function isSame(a: TaskLife, b: TaskLife): boolean {
  return isDeepStrictEqual(a, b);
}
