import { describe, expect, test } from 'vitest';
import { Fault, type TaskHandle, type TaskInfo } from '../../src/index.ts';
import { answerOf } from '../support/fault.ts';
import { type Column, columns, drivers, removedTask } from '../support/task-states.ts';

/** What an accepted operation changes; a member that is undefined is unset by it. */
type Change = (before: TaskInfo, now: Date) => { readonly [K in keyof TaskInfo]?: unknown };
/** The answer, and the change. Without a change nothing changes, the sequence included. */
type Cell = readonly [answer: string, change?: Change];

interface Row {
  readonly operation: string;
  readonly ask: (task: TaskHandle) => Promise<unknown>;
  readonly cancelable?: boolean;
  /** One for each column of the page: queued; running; running, asked; success; error. */
  readonly cells: readonly [Cell, Cell, Cell, Cell, Cell];
  /** Where they are others for a submitted task; undefined: see the row above. */
  readonly submitted?: readonly [Cell, Cell, Cell, Cell, Cell];
}

const invalidState: Cell = ['InvalidState'];
const invalidArgument: Cell = ['InvalidArgument'];
const notSupported: Cell = ['NotSupported'];
const nothing: Cell = ['ok'];
const alreadyRequested: Cell = ['alreadyRequested'];

const canceledByUser = {
  fault: { name: 'RequestCanceled' },
  localizedMessage: 'The task was canceled by a user.',
};
const timedout = { fault: { name: 'Timedout' }, localizedMessage: 'Operation timed out.' };
const unsaid = {
  fault: { name: 'SystemError' },
  localizedMessage: 'The task ended in error, and its driver gave no fault.',
};
const ownFault = {
  fault: { name: 'OutOfBounds', argumentName: 'page' },
  localizedMessage: 'Expected a page.',
};

/** An end from running: it leaves an attempt behind. */
const ending =
  (more: (before: TaskInfo) => { readonly [K in keyof TaskInfo]?: unknown }, fault?: unknown): Change =>
  (before, now) => ({
    completeTime: now,
    progress: undefined,
    attempts: [
      ...before.attempts,
      { start: before.startTime, end: now, ...(fault === undefined ? {} : { fault }) },
    ],
    ...more(before),
  });
const succeeding = (result?: string) => ending(() => ({ state: 'success', result }));
const failing = (error: unknown) => ending(() => ({ state: 'error', error }), error);
const set = (members: { readonly [K in keyof TaskInfo]?: unknown }): Cell => ['ok', () => members];

const everywhere = (cell: Cell) => [cell, cell, cell, cell, cell] as const;
/** setState asks for a driver; a task that a supervisor drives has none that could call it. */
const driverOnly = [notSupported, notSupported, notSupported, invalidState, invalidState] as const;
const mismatch = { cells: everywhere(invalidState), submitted: driverOnly };

const described = set({ description: { key: 'x.phase', message: 'Reading', arg: { page: 7 } } });

/** The page's table, row by row. */
const rows: readonly Row[] = [
  {
    operation: 'cancel, cancelable',
    ask: (task) => task.cancel(),
    cells: [
      [
        'canceled',
        (_, now) => ({ state: 'error', cancelled: true, error: canceledByUser, completeTime: now }),
      ],
      ['requested', () => ({ cancelled: true })],
      alreadyRequested,
      invalidState,
      invalidState,
    ],
  },
  {
    operation: 'cancel, not cancelable',
    ask: (task) => task.cancel(),
    cancelable: false,
    cells: [notSupported, notSupported, alreadyRequested, invalidState, invalidState],
  },
  {
    operation: 'updateProgress(40)',
    ask: (task) => task.updateProgress(40),
    cells: [invalidState, set({ progress: 40 }), set({ progress: 40 }), invalidState, invalidState],
  },
  {
    operation: 'setDescription',
    ask: (task) => task.setDescription({ key: 'x.phase', message: 'Reading', arg: { page: 7 } }),
    cells: [described, described, described, invalidState, invalidState],
  },
  {
    operation: 'setCancelable(false)',
    ask: (task) => task.setCancelable(false),
    cells: [
      set({ cancelable: false }),
      set({ cancelable: false }),
      set({ cancelable: false }),
      invalidState,
      invalidState,
    ],
    submitted: driverOnly,
  },
  {
    operation: 'setCancelable(true), when it is not',
    ask: (task) => task.setCancelable(true),
    cancelable: false,
    cells: [
      set({ cancelable: true }),
      set({ cancelable: true }),
      set({ cancelable: true }),
      invalidState,
      invalidState,
    ],
    submitted: driverOnly,
  },
  {
    operation: 'setState(queued)',
    ask: (task) => task.setState('queued'),
    cells: [nothing, set({ state: 'queued' }), invalidState, invalidState, invalidState],
    submitted: driverOnly,
  },
  {
    operation: 'setState(running)',
    ask: (task) => task.setState('running'),
    cells: [
      ['ok', (_, now) => ({ state: 'running', startTime: now })],
      nothing,
      nothing,
      invalidState,
      invalidState,
    ],
    submitted: driverOnly,
  },
  {
    operation: 'setState(success, result)',
    ask: (task) => task.setState('success', { result: 'done' }),
    cells: [
      ['ok', (_, now) => ({ state: 'success', result: 'done', startTime: now, completeTime: now })],
      ['ok', succeeding('done')],
      ['ok', succeeding('done')],
      invalidState,
      invalidState,
    ],
    submitted: driverOnly,
  },
  {
    operation: 'setState(success)',
    ask: (task) => task.setState('success'),
    cells: [
      ['ok', (_, now) => ({ state: 'success', startTime: now, completeTime: now })],
      ['ok', succeeding()],
      ['ok', succeeding()],
      invalidState,
      invalidState,
    ],
    submitted: driverOnly,
  },
  {
    operation: 'setState(error, the name of a fault)',
    ask: (task) => task.setState('error', { fault: 'Timedout' }),
    cells: [
      ['ok', (_, now) => ({ state: 'error', error: timedout, completeTime: now })],
      ['ok', failing(timedout)],
      ['ok', failing(timedout)],
      invalidState,
      invalidState,
    ],
    submitted: driverOnly,
  },
  {
    operation: 'setState(error, a fault)',
    ask: (task) =>
      task.setState('error', {
        fault: new Fault('OutOfBounds', 'Expected a page.', { argumentName: 'page' }),
      }),
    cells: [
      ['ok', (_, now) => ({ state: 'error', error: ownFault, completeTime: now })],
      ['ok', failing(ownFault)],
      ['ok', failing(ownFault)],
      invalidState,
      invalidState,
    ],
    submitted: driverOnly,
  },
  {
    operation: 'setState(error)',
    ask: (task) => task.setState('error'),
    cells: [
      ['ok', (_, now) => ({ state: 'error', error: unsaid, completeTime: now })],
      ['ok', failing(unsaid)],
      ['ok', failing(canceledByUser)],
      invalidState,
      invalidState,
    ],
    submitted: driverOnly,
  },
  ...(['queued', 'running', 'success'] as const).map((state) => ({
    operation: `setState(${state}, fault)`,
    ask: (task: TaskHandle) => task.setState(state, { fault: 'Timedout' }),
    ...mismatch,
  })),
  ...(['queued', 'running', 'error'] as const).map((state) => ({
    operation: `setState(${state}, result)`,
    ask: (task: TaskHandle) => task.setState(state, { result: null }),
    ...mismatch,
  })),
  {
    operation: 'setState(success, result and fault)',
    ask: (task) => task.setState('success', { result: 1, fault: 'Timedout' }),
    ...mismatch,
  },
  {
    operation: 'setState(an unknown word)',
    ask: (task) => task.setState('canceled' as never),
    cells: everywhere(invalidArgument),
  },
  ...[NaN, Infinity, -Infinity, '40', null, undefined].map((percentDone) => ({
    operation: `updateProgress(${JSON.stringify(percentDone) ?? 'undefined'}, ${String(percentDone)})`,
    ask: (task: TaskHandle) => task.updateProgress(percentDone as never),
    cells: everywhere(invalidArgument),
  })),
];

function after(before: TaskInfo, change: Change | undefined, now: Date): TaskInfo {
  if (!change) return before;
  const members = { ...before, ...change(before, now), sequence: before.sequence + 1 };
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as never;
}

describe.for(Object.entries(drivers))('a %s task', ([driver, bring]) => {
  describe.for(rows)('$operation', ({ ask, cancelable = true, cells, submitted }) => {
    test.for(columns.map((column, index) => [column, index] as const))('in %s', async ([column, index]) => {
      const [answer, change] = (driver === 'submitted' && submitted ? submitted : cells)[index] as Cell;
      await using subject = await bring(column, cancelable);
      const { task, clock, signal, supervisor } = subject;
      const before = await task.info();
      expect(before).toMatchObject(startOf(column, cancelable));
      const wasAborted = signal?.aborted;

      expect(await answerOf(() => ask(task))).toBe(answer);

      const now = await task.info();
      expect(now).toEqual(after(before, change, new Date(clock.now())));
      expect(await (await supervisor.task(task.key)).info()).toEqual(now);
      const isCancel = now.cancelled && !before.cancelled;
      expect(signal?.aborted).toBe(signal && (isCancel || wasAborted));
      expect(signal?.aborted ? signal.reason : {}).toMatchObject(
        signal?.aborted ? { name: 'RequestCanceled' } : {},
      );
    });
  });
});

function startOf(column: Column, cancelable: boolean): object {
  if (column !== 'running, asked') return { state: column, cancelled: false, cancelable };
  return { state: 'running', cancelled: true, cancelable };
}

test.for(rows.filter(({ cells }) => cells[0] !== invalidArgument))(
  'on a task that retention removed, $operation is ManagedObjectNotFound',
  async ({ ask }) => {
    await using removed = await removedTask();
    const { task } = removed;
    expect(await answerOf(() => task.info())).toBe('ManagedObjectNotFound');
    expect(await answerOf(() => ask(task))).toBe('ManagedObjectNotFound');
    expect(await answerOf(() => task.result())).toBe('ManagedObjectNotFound');
  },
);

test.for(rows.filter(({ cells }) => cells[0] === invalidArgument))(
  'even on a task that retention removed, $operation is InvalidArgument',
  async ({ ask }) => {
    await using removed = await removedTask();
    const { task } = removed;
    expect(await answerOf(() => ask(task))).toBe('InvalidArgument');
  },
);
