import fc from 'fast-check';
import type { TaskState } from '../../src/index.ts';
import { schedules } from './schedules.ts';

/** One thing that a body does on its way. */
export type BodyStep =
  | { readonly do: 'work'; readonly ms: number; readonly honors: boolean }
  | { readonly do: 'report'; readonly percent: number; readonly awaits: boolean }
  | { readonly do: 'reports'; readonly times: number }
  | { readonly do: 'describe' }
  | { readonly do: 'setCancelable'; readonly to: boolean }
  | { readonly do: 'saveCheckpoint'; readonly value: number }
  | { readonly do: 'cancelItself' }
  | { readonly do: 'info' };

export const bodyEnds = [
  'returns',
  'returns, then reports',
  'throws',
  'throws, then reports late',
  'throws a Fault',
  'throws RequestCanceled',
  'throws an AbortError',
  'throws its reason when aborted',
  'throws its reason late',
  'returns when aborted',
  'ignores the signal',
] as const;

/** What a body does: it is the input of its task. */
export interface Body {
  readonly steps: readonly BodyStep[];
  readonly end: (typeof bodyEnds)[number];
  /** After so many steps it asks for its signal, and listens; default: at once. */
  readonly listensAfter?: number;
}

/** What is done to the task of this number (of those that there are), through the supervisor of this number. */
interface OnTask {
  readonly task: number;
  readonly by: number;
}

export type Operation =
  | (OnTask & { readonly do: 'cancel' | 'info' | 'watch' | 'result' | 'ended' | 'describe' })
  | (OnTask & { readonly do: 'progress'; readonly percent: number })
  | (OnTask & { readonly do: 'setCancelable'; readonly to: boolean })
  | (OnTask & { readonly do: 'custom'; readonly value: string | undefined })
  | (OnTask & {
      readonly do: 'setState';
      readonly state: TaskState;
      readonly outcome: 'none' | 'result' | 'fault' | 'canceled';
    })
  | (OnTask & { readonly do: 'watchALittle'; readonly times: number });

export type Action =
  | Operation
  | {
      readonly do: 'submit';
      readonly by: number;
      readonly type: 'soft' | 'firm' | 'stubborn';
      readonly priority: number;
      readonly delayMs: number;
      readonly body: Body;
      readonly idempotencyKey?: string;
    }
  | { readonly do: 'create'; readonly by: number; readonly cancelable: boolean }
  | { readonly do: 'advance'; readonly ms: number }
  | { readonly do: 'setWall'; readonly byMs: number }
  | { readonly do: 'pause'; readonly by: number; readonly type: 'soft' | undefined }
  | { readonly do: 'resume'; readonly by: number; readonly type: 'soft' | undefined }
  | { readonly do: 'idle'; readonly by: number }
  | { readonly do: 'drain'; readonly by: number }
  | { readonly do: 'stop'; readonly by: number; readonly waitMs: number | undefined };

/** What is done, one after the other; nothing waits for the one before, but so many times for its own turn. */
export interface Step {
  readonly action: Action;
  readonly turns: number;
}

export interface Program {
  /** Of chance: of the store's troubles among others. */
  readonly seed: number;
  /** Which of all that could happen next does; after its end, what has waited longest. */
  readonly schedule: readonly number[];
  readonly supervisors: number;
  readonly concurrency: number;
  /** How many of 100 calls the store refuses. */
  readonly refused: number;
  /** How many of 100 answers are lost, though they happened. */
  readonly lost: number;
  readonly steps: readonly Step[];
}

const some = fc.nat({ max: 7 });
const by = fc.nat({ max: 1 });

const bodyStep: fc.Arbitrary<BodyStep> = fc.oneof(
  fc.record({ do: fc.constant('work' as const), ms: fc.nat({ max: 40 }), honors: fc.boolean() }),
  fc.record({
    do: fc.constant('report' as const),
    percent: fc.integer({ min: -20, max: 120 }),
    awaits: fc.boolean(),
  }),
  fc.record({ do: fc.constant('reports' as const), times: fc.integer({ min: 2, max: 6 }) }),
  fc.record({ do: fc.constant('setCancelable' as const), to: fc.boolean() }),
  fc.record({ do: fc.constant('saveCheckpoint' as const), value: fc.nat({ max: 9 }) }),
  fc.record({ do: fc.constantFrom('describe' as const, 'cancelItself' as const, 'info' as const) }),
);

const body: fc.Arbitrary<Body> = fc.record({
  steps: fc.array(bodyStep, { maxLength: 4 }),
  end: fc.constantFrom(...bodyEnds),
  listensAfter: fc.constantFrom(0, 0, 1, 4),
});

const submit: fc.Arbitrary<Action> = fc.record({
  do: fc.constant('submit' as const),
  by,
  type: fc.constantFrom('soft' as const, 'soft' as const, 'firm' as const, 'stubborn' as const),
  priority: fc.integer({ min: -1, max: 2 }),
  delayMs: fc.constantFrom(0, 0, 0, 10, 100),
  body,
});

/** Of few names and few inputs, so that they meet. */
export const submitOnce: fc.Arbitrary<Action> = fc.record({
  do: fc.constant('submit' as const),
  by,
  type: fc.constant('soft' as const),
  priority: fc.constant(0),
  delayMs: fc.constantFrom(0, 10),
  // Two inputs are the same by what is stored of them: an object without a prototype is another.
  body: fc.constantFrom<Body[]>({ steps: [], end: 'returns' }, { steps: [], end: 'throws' }),
  idempotencyKey: fc.constantFrom('a', 'b'),
});

const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('cancel' as const), task: some, by }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom(
        'info' as const,
        'watch' as const,
        'result' as const,
        'ended' as const,
        'describe' as const,
      ),
      task: some,
      by,
    }),
  },
  fc.record({
    do: fc.constant('progress' as const),
    task: some,
    by,
    percent: fc.integer({ min: -10, max: 110 }),
  }),
  fc.record({ do: fc.constant('setCancelable' as const), task: some, by, to: fc.boolean() }),
  fc.record({
    do: fc.constant('custom' as const),
    task: some,
    by,
    value: fc.constantFrom(undefined, 'a', 'b'),
  }),
  fc.record({
    do: fc.constant('watchALittle' as const),
    task: some,
    by,
    times: fc.integer({ min: 1, max: 2 }),
  }),
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('setState' as const),
      task: some,
      by,
      state: fc.constantFrom<TaskState[]>('running', 'running', 'queued', 'success', 'error'),
      outcome: fc.constantFrom(
        'none' as const,
        'none' as const,
        'result' as const,
        'fault' as const,
        'canceled' as const,
      ),
    }),
  },
);

export const pausing = <D extends 'pause' | 'resume'>(what: D) =>
  fc.record({ do: fc.constant(what), by, type: fc.constantFrom(undefined, 'soft' as const) });

export const advance = fc.record({
  do: fc.constant('advance' as const),
  ms: fc.constantFrom(0, 1, 10, 30, 100, 1000),
});

const world: fc.Arbitrary<Action> = fc.oneof(
  { weight: 6, arbitrary: advance },
  fc.record({ do: fc.constant('setWall' as const), byMs: fc.constantFrom(-60_000, -1, 60_000) }),
  { weight: 2, arbitrary: fc.oneof(pausing('pause'), pausing('resume')) },
  fc.record({ do: fc.constant('idle' as const), by }),
);

export const endOfWorld: fc.Arbitrary<Action> = fc.oneof(
  fc.record({ do: fc.constant('drain' as const), by }),
  fc.record({ do: fc.constant('stop' as const), by, waitMs: fc.constantFrom(undefined, 0, 20) }),
);

const action = fc.oneof(
  { weight: 8, arbitrary: submit },
  { weight: 2, arbitrary: submitOnce },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('create' as const),
      by,
      cancelable: fc.constantFrom(true, true, false),
    }),
  },
  { weight: 18, arbitrary: operation },
  { weight: 8, arbitrary: world },
  { weight: 1, arbitrary: endOfWorld },
);

const step: fc.Arbitrary<Step> = fc.record({ action, turns: fc.nat({ max: 6 }) });

/** Random programs of concurrent operations on random bodies, in a random order of turns. */
export function programs({ supervisors = [1, 1, 2], troubles = true } = {}): fc.Arbitrary<Program> {
  const rate = troubles ? fc.constantFrom(0, 0, 0, 25) : fc.constant(0);
  return fc.record({
    seed: fc.nat(),
    schedule: schedules,
    supervisors: fc.constantFrom(...supervisors),
    concurrency: fc.integer({ min: 1, max: 3 }),
    refused: rate,
    lost: rate,
    steps: fc.array(step, { minLength: 2, maxLength: 28, size: 'max' }),
  });
}
