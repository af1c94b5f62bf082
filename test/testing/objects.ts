import fc from 'fast-check';
import { taskMachine } from '../../machines/index.ts';
import { type ChartOperation, type Specification, chartSpecification } from '../../src/testing/index.ts';

/** A kind of object: what it is by itself, what may be asked of it, and answers that it might give wrongly. */
export interface Kind<State = unknown, Operation = unknown, Answer = unknown> {
  readonly name: string;
  readonly specification: Specification<State, Operation, Answer>;
  readonly operations: fc.Arbitrary<Operation>;
  readonly answers: fc.Arbitrary<Answer>;
}

export type RegisterOperation =
  | { readonly type: 'read' }
  | { readonly type: 'write'; readonly value: number }
  | { readonly type: 'swap'; readonly from: number; readonly to: number };

/** A cell: read, write, compare and swap. */
export const register: Specification<number, RegisterOperation, number | string | boolean> = {
  initial: () => 0,
  step(state, operation) {
    if (operation.type === 'read') return { state, answer: state };
    if (operation.type === 'write') return { state: operation.value, answer: 'ok' };
    const isSwapped = state === operation.from;
    return { state: isSwapped ? operation.to : state, answer: isSwapped };
  },
};

const value = fc.nat({ max: 2 });

const registers = {
  name: 'a register',
  specification: register,
  operations: fc.oneof(
    fc.constant({ type: 'read' } as const),
    fc.record({ type: fc.constant('write' as const), value }),
    fc.record({ type: fc.constant('swap' as const), from: value, to: value }),
  ),
  answers: fc.oneof(value, fc.constant('ok'), fc.boolean()),
};

/** A counter whose `add` tells what was there before. */
const counters = {
  name: 'a counter',
  specification: {
    initial: () => 0,
    step: (state: number, add: number) => ({ state: state + add, answer: state }),
  },
  operations: fc.nat({ max: 2 }),
  answers: fc.nat({ max: 5 }),
};

const elements = fc.constantFrom('put 1', 'put 2', 'take');

function put(state: readonly number[], operation: string) {
  return { state: [...state, Number(operation.at(-1))], answer: 'ok' as const };
}

/** First in, first out; nothing is `null`. */
const queues = {
  name: 'a queue',
  specification: {
    initial: (): readonly number[] => [],
    step(state: readonly number[], operation: string) {
      if (operation !== 'take') return put(state, operation);
      return { state: state.slice(1), answer: state[0] ?? null };
    },
  },
  operations: elements,
  answers: fc.constantFrom('ok', null, 1, 2),
};

/** A bag: `take` gives any of what is in it, and cannot happen while there is none. */
const bags = {
  name: 'a bag',
  specification: {
    initial: (): readonly number[] => [],
    step: (state: readonly number[], operation: string) =>
      operation === 'take'
        ? state.map((element, index) => ({ state: state.toSpliced(index, 1), answer: element }))
        : put(state, operation),
    // Which came first makes no difference.
    fingerprint: (state: readonly number[]) => state.toSorted((a, b) => a - b).join(),
  },
  operations: elements,
  answers: fc.constantFrom('ok', 1, 2),
};

export const task = chartSpecification(taskMachine, {
  input: (key) => ({
    driver: 'supervisor',
    cancelable: key !== 'fixed',
    queuedAt: 0,
    maxAttempts: 2,
    deadlineAt: 50,
  }),
});

export type TaskOperation = ChartOperation<typeof taskMachine>;

const at = 1;
const error = { fault: { name: 'SystemError' }, localizedMessage: 'broken' } as const;

export const info: TaskOperation = {
  type: 'info',
  observe: ({ value: state, context }) => [state, context.task.cancelled],
};

const tasks = {
  name: 'a task',
  specification: task,
  operations: fc.constantFrom<TaskOperation>(
    info,
    { type: 'CANCEL', at },
    { type: 'CANCEL', at },
    { type: 'START', at, worker: 'w' },
    { type: 'START', at, worker: 'w' },
    { type: 'BODY_RETURNED', at, fence: 1, result: '[1]' },
    { type: 'BODY_THREW', at, fence: 1, error, aborted: false, retryAt: 2 },
    { type: 'EXPIRE', at: 60 },
    { type: 'UPDATE_PROGRESS', at, percentDone: 40 },
    { type: 'childIsBorn', change: (snapshot) => withChild(snapshot) },
  ),
  answers: fc.constantFrom<unknown>('ok', 'canceled', 'requested', 'alreadyRequested', 'InvalidState', [
    'queued',
    false,
  ]),
};

function withChild(snapshot: ReturnType<typeof task.initial>): ReturnType<typeof task.initial> {
  return {
    ...snapshot,
    context: { ...snapshot.context, children: { open: 1, weight: 1, done: 0 } },
  } as never;
}

export const kinds = [registers, counters, queues, bags, tasks] as readonly Kind[];
