import type { SnapshotFrom } from 'xstate';
import { localized } from '../../machines/fault.ts';
import {
  type Children,
  type TaskEvent,
  type TaskInput,
  type TaskState,
  taskMachine,
} from '../../machines/task.ts';
import { type Step, type Walk, allSteps } from './graph.ts';

type Snapshot = SnapshotFrom<typeof taskMachine>;
export type TaskStep = Step<typeof taskMachine>;

const at = 5_000;
/** After the deadline of those that have one, and before the next attempt of those that retry. */
const deadlineAt = 4_000;
const broken = localized({ name: 'SystemError' }, 'broken');
const requestCanceled = localized({ name: 'RequestCanceled' });
const states: readonly TaskState[] = ['queued', 'running', 'success', 'error'];

/** Every kind of event, with every kind of member that a guard could look at. */
function events({ context: { task } }: Snapshot): readonly TaskEvent[] {
  const fences = [undefined, task.fence, task.fence - 1];
  const fenced = fences.flatMap((fence): TaskEvent[] => [
    ...[-7, 40.5, 400].map((percentDone) => ({ type: 'UPDATE_PROGRESS', at, fence, percentDone }) as const),
    { type: 'UPDATE_PROGRESS', at, fence, percentDone: 400, strict: true },
    { type: 'UPDATE_PROGRESS', at, fence, percentDone: 40, strict: true },
    { type: 'SET_DESCRIPTION', at, fence, description: { key: 'a.phase', message: 'Reading' } },
    { type: 'SET_CANCELABLE', at, fence, cancelable: false },
    { type: 'SET_CANCELABLE', at, fence, cancelable: true },
    { type: 'SET_CUSTOM_VALUE', at, fence, key: 'color', value: 'red' },
    { type: 'SET_CUSTOM_VALUE', at, fence, key: 'color', value: undefined },
    { type: 'BODY_RETURNED', at, fence, result: '[1]' },
    ...[true, false].flatMap((aborted) => [
      { type: 'BODY_THREW', at, fence, error: broken, aborted } as const,
      { type: 'BODY_THREW', at, fence, error: requestCanceled, aborted } as const,
      // Before the deadline, and after it.
      { type: 'BODY_THREW', at, fence, error: broken, aborted, retryAt: 3_500 } as const,
      { type: 'BODY_THREW', at, fence, error: broken, aborted, retryAt: 9_000 } as const,
    ]),
    { type: 'EXPIRE', at, fence },
    { type: 'EXPIRE', at: 3_000, fence },
    { type: 'EVICT', at, fence },
    { type: 'UNRESPONSIVE', at, fence },
    { type: 'SAVE_CHECKPOINT', at, fence, checkpoint: '[1]' },
    { type: 'SPAWN', at, fence },
  ]);
  const settings = states.flatMap((state): TaskEvent[] => [
    { type: 'SET_STATE', at, state },
    { type: 'SET_STATE', at, state, result: '[1]' },
    { type: 'SET_STATE', at, state, error: broken },
  ]);
  // By a wall clock that was set back, before the task was even created.
  const early: TaskEvent[] = [
    { type: 'CANCEL', at: 0 },
    { type: 'START', at: 0, worker: 'w' },
    ...states.map((state) => ({ type: 'SET_STATE', at: 0, state }) as const),
    { type: 'BODY_RETURNED', at: 0 },
    { type: 'BODY_THREW', at: 0, error: broken, aborted: true },
  ];
  const others: TaskEvent[] = [
    { type: 'CANCEL', at },
    { type: 'START', at, worker: 'w' },
    { type: 'ROLL_UP', at },
    { type: 'CHILDREN_ENDED', at },
    { type: 'LOSE', at, worker: 'w' },
    { type: 'LOSE', at, worker: 'another' },
  ];
  return [...others, ...early, ...settings, ...fenced];
}

const inputs: readonly TaskInput[] = [
  ...(['supervisor', 'creator'] as const).flatMap((driver) =>
    [true, false].flatMap((cancelable) =>
      [1, 2].map((maxAttempts) => ({ driver, cancelable, maxAttempts, maxLost: 0, queuedAt: 1_000 })),
    ),
  ),
  { driver: 'creator', cancelable: true, worker: 'w', queuedAt: 1_000 },
  { driver: 'supervisor', cancelable: true, maxLost: 1, queuedAt: 1_000 },
  { driver: 'supervisor', cancelable: true, maxAttempts: 2, maxLost: 0, queuedAt: 1_000, deadlineAt },
];

/** What happens beside the chart: a child is created, and ends. The counters of children are no event of their parent. */
const childrenAre = 'test.childrenAre';
const families: readonly (Children | undefined)[] = [
  { open: 1, weight: 2, done: 80 },
  { open: 0, weight: 2, done: 200 },
];

const world = Object.create(taskMachine, {
  transition: {
    value(
      snapshot: Snapshot,
      event: TaskEvent | { type: typeof childrenAre; children: Children },
      scope: never,
    ) {
      if (event.type !== childrenAre) return taskMachine.transition(snapshot, event, scope);
      return { ...snapshot, context: { ...snapshot.context, children: event.children } };
    },
  },
}) as typeof taskMachine;

/** Walks through the chart of a task, one for each kind of task. */
export const taskWalks: readonly Walk<typeof taskMachine>[] = inputs.map((input) => ({
  machine: world,
  input,
  events: (snapshot) => {
    const { task, children } = snapshot.context;
    // A created task has no structured children.
    const others = task.driver === 'supervisor' ? families.filter((family) => family !== children) : [];
    return [...events(snapshot), ...others.map((family) => ({ type: childrenAre, children: family }))];
  },
  // A fence only grows, and is compared with that of an event: which number it is makes no difference.
  identity: ({ context: { task, children } }) => {
    const { cancelable, cancelled, attempt, lost, unresponsiveAt, progress, reportsItself, held, error } =
      task;
    const ends = [held?.to, error?.fault.name];
    return [
      cancelable,
      cancelled,
      attempt,
      lost,
      unresponsiveAt,
      progress === undefined,
      reportsItself,
      children?.open,
      ends,
    ];
  },
}));

/** Every event in every state of every kind of task. */
export function allTaskSteps(): readonly TaskStep[] {
  return taskWalks.flatMap((walk) => allSteps(walk)).filter(isOfChart);
}

/** Whether the chart took the step, and not the world around it. */
export function isOfChart({ event }: { readonly event: { readonly type: string } }): boolean {
  return event.type !== childrenAre;
}
