import type { TaskLife } from '../../machines/index.ts';
import type { TaskRecord } from '../../src/index.ts';
import { isFinal, stateOf } from '../../src/record.ts';

/**
 * The rules of a task's life as the pages of its semantics say them, written down a second time: whatever the chart says
 * is compared with this, and this with nothing.
 */
interface Move {
  readonly event: string;
  readonly from: RegExp;
  /** Where it leads; undefined: it stays. */
  readonly to?: string;
  readonly outcome: string;
  readonly where?: (before: TaskRecord) => boolean;
  readonly so?: (after: TaskLife, before: TaskLife) => boolean;
}

/** It has had some: the last of them may have ended since it was decided. */
const hasChildren = ({ children }: TaskRecord) => children !== undefined;
const hasNone = ({ children }: TaskRecord) => (children?.open ?? 0) === 0;
const isSupervised = ({ life }: TaskRecord) => life.driver === 'supervisor';
const isCreated = ({ life }: TaskRecord) => life.driver === 'creator';
const mayRetry = ({ life }: TaskRecord) => life.attempt < life.maxAttempts;
/** With a deadline the time of the next attempt decides, which no record tells. */
const mayFail = (record: TaskRecord) => !mayRetry(record) || record.life.deadlineAt !== undefined;
const both =
  (...all: readonly ((record: TaskRecord) => boolean)[]) =>
  (record: TaskRecord) =>
    all.every((one) => one(record));
const faultIs = (name: string) => (life: TaskLife) => life.error?.fault.name === name;

const live = /^(queued|running)/;
const bodied = /^running\.(?!joining)/;
const working = /^running\.active$/;
const queued = /^queued$/;
const joining = /^running\.joining$/;

/** What is unset when an attempt is left, and who lost its fence. */
const isLeft = (after: TaskLife, before: TaskLife) =>
  after.fence === before.fence + 1 &&
  // A created task is its creator's for good.
  after.worker === (after.driver === 'creator' ? before.worker : undefined) &&
  after.attemptStartedAt === undefined &&
  after.abortedAt === undefined &&
  after.unresponsiveAt === undefined;
const isQueuedAgain = (after: TaskLife, before: TaskLife) =>
  isLeft(after, before) && after.cancelable === before.cancelableAtFirst && after.progress === undefined;
const isRetried = (after: TaskLife, before: TaskLife) =>
  isQueuedAgain(after, before) &&
  after.attempt === before.attempt + 1 &&
  after.startAt !== undefined &&
  (before.held !== undefined || after.attempts.length > before.attempts.length);
const isAborted = (after: TaskLife, before: TaskLife) =>
  after.fence === before.fence && after.abortedAt !== undefined && !after.cancelled;
const isAsked = (after: TaskLife, before: TaskLife) => after.cancelled && !before.cancelled;
const isHeld = (to: string) => (after: TaskLife, before: TaskLife) =>
  isLeft(after, before) &&
  after.held?.to === to &&
  (before.attemptStartedAt === undefined || after.attempts.length > before.attempts.length);
const isAttempt = (after: TaskLife, before: TaskLife) =>
  after.fence === before.fence + 1 &&
  after.startAt === undefined &&
  after.attemptStartedAt !== undefined &&
  after.startedAt === (before.startedAt ?? after.attemptStartedAt);
const isEnded = (after: TaskLife, before: TaskLife) =>
  isLeft(after, before) &&
  after.attempts.length ===
    Math.min(50, before.attempts.length + (before.attemptStartedAt === undefined ? 0 : 1));

const cancels: readonly Move[] = [
  {
    event: 'CANCEL',
    from: queued,
    to: 'error',
    outcome: 'canceled',
    where: both(hasNone, ({ life }) => life.cancelable),
    so: (after, before) =>
      isAsked(after, before) && faultIs('RequestCanceled')(after) && after.startedAt === before.startedAt,
  },
  {
    event: 'CANCEL',
    from: queued,
    to: 'running.joining',
    outcome: 'requested',
    where: both(hasChildren, ({ life }) => life.cancelable),
    so: (after, before) => isAsked(after, before) && after.held?.to === 'error',
  },
  {
    event: 'CANCEL',
    from: /^running\.(active|expiring|evicting)$/,
    to: 'running.canceling',
    outcome: 'requested',
    where: ({ life }) => life.cancelable,
    so: (after, before) =>
      isAsked(after, before) &&
      after.fence === before.fence &&
      after.abortedAt !== undefined &&
      (before.abortedAt ?? after.abortedAt) === after.abortedAt,
  },
  {
    event: 'CANCEL',
    from: joining,
    outcome: 'requested',
    where: ({ life }) => life.cancelable,
    so: (after, before) => isAsked(after, before) && after.held === before.held,
  },
];

const settings: readonly Move[] = [
  {
    event: 'UPDATE_PROGRESS',
    from: /^running/,
    outcome: 'ok',
    so: (after) => after.reportsItself && after.progress !== undefined,
  },
  {
    event: 'ROLL_UP',
    from: /^running/,
    outcome: 'ok',
    where: ({ life }) => !life.reportsItself,
    so: (after, before) => after.progress !== before.progress,
  },
  {
    event: 'SET_DESCRIPTION',
    from: live,
    outcome: 'ok',
    so: (after, before) => after.description !== before.description,
  },
  {
    event: 'SET_CUSTOM_VALUE',
    from: live,
    outcome: 'ok',
    so: (after, before) => after.customValue !== before.customValue,
  },
  {
    event: 'SET_CANCELABLE',
    from: live,
    outcome: 'ok',
    so: (after, before) => after.cancelable !== before.cancelable,
  },
  {
    event: 'SAVE_CHECKPOINT',
    from: bodied,
    outcome: 'ok',
    so: (after, before) => after.checkpoint !== before.checkpoint,
  },
  {
    event: 'UNRESPONSIVE',
    from: /^running\.(canceling|expiring|evicting)$/,
    outcome: 'ok',
    so: (after, before) => after.unresponsiveAt !== undefined && before.unresponsiveAt === undefined,
  },
];

const states: readonly Move[] = [
  {
    event: 'START',
    from: queued,
    to: 'running.active',
    outcome: 'ok',
    where: isSupervised,
    so: (after, before) => isAttempt(after, before) && after.worker !== undefined,
  },
  { event: 'SET_STATE', from: queued, to: 'running.active', outcome: 'ok', where: isCreated, so: isAttempt },
  {
    event: 'SET_STATE',
    from: /^running/,
    to: 'queued',
    outcome: 'ok',
    where: both(isCreated, ({ life }) => !life.cancelled),
    so: (after, before) => isQueuedAgain(after, before) && after.attempt === before.attempt,
  },
  { event: 'SET_STATE', from: live, to: 'success', outcome: 'ok', where: isCreated, so: isEnded },
  { event: 'SET_STATE', from: live, to: 'error', outcome: 'ok', where: isCreated, so: isEnded },
];

const ends: readonly Move[] = [
  { event: 'BODY_RETURNED', from: bodied, to: 'success', outcome: 'ok', where: hasNone, so: isEnded },
  {
    event: 'BODY_RETURNED',
    from: bodied,
    to: 'running.joining',
    outcome: 'ok',
    where: hasChildren,
    so: isHeld('success'),
  },
  ...[/^running\.active$/, /^running\.expiring$/].flatMap((from): readonly Move[] => [
    { event: 'BODY_THREW', from, to: 'queued', outcome: 'ok', where: both(mayRetry, hasNone), so: isRetried },
    { event: 'BODY_THREW', from, to: 'error', outcome: 'ok', where: both(mayFail, hasNone), so: isEnded },
    {
      event: 'BODY_THREW',
      from,
      to: 'running.joining',
      outcome: 'ok',
      where: both(mayRetry, hasChildren),
      so: isHeld('queued'),
    },
    {
      event: 'BODY_THREW',
      from,
      to: 'running.joining',
      outcome: 'ok',
      where: both(mayFail, hasChildren),
      so: isHeld('error'),
    },
  ]),
  {
    event: 'BODY_THREW',
    from: /^running\.canceling$/,
    to: 'error',
    outcome: 'ok',
    where: hasNone,
    so: isEnded,
  },
  {
    event: 'BODY_THREW',
    from: /^running\.canceling$/,
    to: 'running.joining',
    outcome: 'ok',
    where: hasChildren,
    so: isHeld('error'),
  },
  {
    event: 'BODY_THREW',
    from: /^running\.evicting$/,
    to: 'queued',
    outcome: 'ok',
    so: (after, before) => isQueuedAgain(after, before) && after.attempt === before.attempt,
  },
];

const times: readonly Move[] = [
  { event: 'EXPIRE', from: working, to: 'running.expiring', outcome: 'ok', so: isAborted },
  { event: 'EVICT', from: working, to: 'running.evicting', outcome: 'ok', so: isAborted },
  // By the clock; or, where nobody rang, when its turn comes.
  ...['EXPIRE', 'START'].flatMap((event): readonly Move[] => [
    {
      event,
      from: queued,
      to: 'error',
      outcome: 'ok',
      where: both(hasNone, ({ life }) => life.deadlineAt !== undefined),
      so: faultIs('Timedout'),
    },
    {
      event,
      from: queued,
      to: 'running.joining',
      outcome: 'ok',
      where: both(hasChildren, ({ life }) => life.deadlineAt !== undefined),
      so: (after) => after.held?.to === 'error',
    },
  ]),
];

const mayBeLost = ({ life }: TaskRecord) => life.lost < life.maxLost;
const isTold = both(isSupervised, ({ life }) => !life.cancelled);

/** What comes of a task whose process is lost. */
const losses: readonly Move[] = [
  {
    from: bodied,
    to: 'queued',
    where: both(isTold, mayBeLost),
    so: (after: TaskLife, before: TaskLife) =>
      isQueuedAgain(after, before) && after.attempt === before.attempt && after.lost === before.lost + 1,
  },
  {
    from: bodied,
    to: 'error',
    where: both(isTold, hasNone, (record) => !mayBeLost(record)),
    so: (after: TaskLife, before: TaskLife) => isEnded(after, before) && faultIs('WorkerLost')(after),
  },
  {
    from: bodied,
    to: 'running.joining',
    where: both(isTold, hasChildren, (record) => !mayBeLost(record)),
    so: isHeld('error'),
  },
  {
    from: /^running\.canceling$/,
    to: 'error',
    where: hasNone,
    so: (after: TaskLife, before: TaskLife) => isEnded(after, before) && faultIs('RequestCanceled')(after),
  },
  {
    from: /^running\.canceling$/,
    to: 'running.joining',
    where: both(isSupervised, hasChildren),
    so: isHeld('error'),
  },
  {
    from: live,
    to: 'error',
    where: both(isCreated, ({ life }) => !life.cancelled),
    so: (after: TaskLife, before: TaskLife) => isEnded(after, before) && faultIs('WorkerLost')(after),
  },
].map((move) => ({
  ...move,
  event: 'LOSE',
  outcome: 'ok',
  where: both(move.where, ({ life }) => life.worker !== undefined),
}));

const heldTo = (to: string) => (record: TaskRecord) => record.life.held?.to === to;

const joins: readonly Move[] = [
  { to: 'success', where: heldTo('success') },
  { to: 'error', where: heldTo('error') },
  {
    to: 'error',
    where: both(heldTo('queued'), ({ life }) => life.cancelled),
    so: faultIs('RequestCanceled'),
  },
  {
    to: 'error',
    where: both(heldTo('queued'), ({ life }) => !life.cancelled && life.deadlineAt !== undefined),
  },
  { to: 'queued', where: both(heldTo('queued'), ({ life }) => !life.cancelled), so: isRetried },
].map((move) => ({
  event: 'CHILDREN_ENDED',
  from: joining,
  outcome: 'ok',
  so: isLeft,
  ...move,
  where: both(hasNone, move.where),
}));

const moves = Map.groupBy(
  [...cancels, ...settings, ...states, ...ends, ...times, ...joins, ...losses],
  ({ event }) => event,
);

/** Whether a task may go from the one record to the other because of this event, and be answered this. */
export function isAllowed(before: TaskRecord, after: TaskRecord, event: string, outcome: string): boolean {
  return (moves.get(event) ?? []).some(
    (move) =>
      move.from.test(before.leaf) &&
      after.leaf === (move.to ?? before.leaf) &&
      outcome === move.outcome &&
      (move.where?.(before) ?? true) &&
      (move.so?.(after.life, before.life) ?? true),
  );
}

function cancelAnswer(record: TaskRecord): string {
  if (record.life.cancelled) return 'alreadyRequested';
  if (!record.life.cancelable) return 'NotSupported';
  return record.leaf === 'queued' && hasNone(record) ? 'canceled' : 'requested';
}

function stateAnswer(record: TaskRecord, state: string, outcome: string): string {
  if (isSupervised(record)) return 'NotSupported';
  const isMismatch = { none: false, result: state !== 'success' }[outcome] ?? state !== 'error';
  if (isMismatch) return 'InvalidState';
  return state === 'queued' && record.life.cancelled ? 'InvalidState' : 'ok';
}

/** What a client is told that asks this of a task with this record; undefined: the rules say nothing of it. */
export function ruledAnswer(record: TaskRecord, what: string): string | undefined {
  const [operation = '', state = '', outcome = ''] = what.split(' ');
  if (!/^(cancel|progress|describe|custom|setCancelable|setState)$/.test(operation)) return undefined;
  if (isFinal(record)) return 'InvalidState';
  if (operation === 'cancel') return cancelAnswer(record);
  if (operation === 'progress') return stateOf(record) === 'running' ? 'ok' : 'InvalidState';
  if (operation === 'setCancelable') return isSupervised(record) ? 'NotSupported' : 'ok';
  return operation === 'setState' ? stateAnswer(record, state, outcome) : 'ok';
}
