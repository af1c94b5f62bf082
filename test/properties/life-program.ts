import fc from 'fast-check';
import { type LocalizedFault, type TaskEvent, type TaskState, localized } from '../../machines/index.ts';

/** An event as whoever sends it knows it: times and fences come from the task that it meets. */
type Sent = TaskEvent extends infer E ? (E extends TaskEvent ? Omit<E, 'at' | 'fence'> : never) : never;

export type LifeStep =
  | {
      readonly do: 'send';
      /** Since the step before. */
      readonly ms: number;
      readonly event: Sent;
      /** Who speaks: a client, the body of the present attempt, or that of one before. */
      readonly by: 'anybody' | 'body' | 'old body';
    }
  /** The store has other sums of the children. */
  | {
      readonly do: 'children';
      readonly open: number;
      readonly weight: number;
      readonly done: number;
    };

/** A task, and all that anybody could ask of its chart. */
export interface LifeProgram {
  readonly driver: 'supervisor' | 'creator';
  readonly cancelable: boolean;
  readonly maxAttempts: number;
  readonly maxLost: number;
  /** Of a created task the process of its creator; undefined: nobody owns it. */
  readonly owner: string | undefined;
  readonly deadlineMs: number | undefined;
  readonly steps: readonly LifeStep[];
}

const fault = (name: 'SystemError' | 'ExtendedFault' | 'RequestCanceled'): LocalizedFault =>
  localized({ name });

type EventOf<T extends Sent['type']> = Extract<Sent, { type: T }>;

const is = <T extends string>(type: T) => ({ type: fc.constant(type) });
const ofBodies = fc.constantFrom(
  'body' as const,
  'body' as const,
  'body' as const,
  'body' as const,
  'old body' as const,
  'anybody' as const,
);
const ofAll = fc.constantFrom('anybody' as const, 'anybody' as const, 'body' as const, 'old body' as const);
const ofAnybody = fc.constant('anybody' as const);

function sent(
  weight: number,
  by: fc.Arbitrary<Extract<LifeStep, { do: 'send' }>['by']>,
  event: fc.Arbitrary<Sent>,
): { weight: number; arbitrary: fc.Arbitrary<LifeStep> } {
  const ms = fc.constantFrom(0, 1, 10, 40, -20);
  return { weight, arbitrary: fc.record({ do: fc.constant('send' as const), ms, by, event }) };
}

const thrown: fc.Arbitrary<Sent> = fc.record({
  ...is('BODY_THREW'),
  error: fc.constantFrom(fault('SystemError'), fault('ExtendedFault'), fault('RequestCanceled')),
  aborted: fc.boolean(),
  retryAt: fc.constantFrom(undefined, 1_020, 1_060, 1_200),
}) as fc.Arbitrary<EventOf<'BODY_THREW'>>;

const state: fc.Arbitrary<Sent> = fc.record({
  ...is('SET_STATE'),
  state: fc.constantFrom<TaskState[]>('queued', 'running', 'running', 'success', 'error'),
  result: fc.constantFrom(undefined, undefined, undefined, '[7]'),
  error: fc.constantFrom(undefined, undefined, undefined, fault('ExtendedFault')),
}) as fc.Arbitrary<EventOf<'SET_STATE'>>;

const report: fc.Arbitrary<Sent> = fc.record({
  ...is('UPDATE_PROGRESS'),
  percentDone: fc.constantFrom(-5, 0, 12.5, 50, 100, 130),
  strict: fc.boolean(),
});

const worker = fc.constantFrom('w', 'w', 'v');

/** What a body says and how it ends, and what is said of it. */
const saidByBodies: readonly { weight: number; arbitrary: fc.Arbitrary<LifeStep> }[] = [
  sent(2, ofBodies, fc.record({ ...is('SAVE_CHECKPOINT'), checkpoint: fc.constantFrom('[1]', '[2]') })),
  sent(2, ofBodies, fc.record(is('SPAWN'))),
  sent(2, ofBodies, fc.record({ ...is('BODY_RETURNED'), result: fc.constantFrom('[1]', undefined) })),
  sent(4, ofBodies, thrown),
  sent(2, ofBodies, fc.record(is('EVICT'))),
  sent(2, ofBodies, fc.record(is('UNRESPONSIVE'))),
];

/** How many of the first are in every program: what begins an attempt. */
const begins = 2;

const steps: readonly { weight: number; arbitrary: fc.Arbitrary<LifeStep> }[] = [
  sent(5, ofAnybody, fc.record({ ...is('START'), worker })),
  sent(4, ofAnybody, state),
  sent(3, ofAnybody, fc.record(is('CANCEL'))),
  sent(2, ofAll, report),
  sent(
    1,
    ofAll,
    fc.record({
      ...is('SET_DESCRIPTION'),
      description: fc.constantFrom({ key: 'a', message: 'A' }, { key: 'b', message: 'B' }),
    }),
  ),
  sent(2, ofAll, fc.record({ ...is('SET_CANCELABLE'), cancelable: fc.boolean() })),
  sent(
    2,
    ofAll,
    fc.record({
      ...is('SET_CUSTOM_VALUE'),
      key: fc.constantFrom('a', 'b'),
      value: fc.constantFrom('1', undefined),
    }),
  ),
  ...saidByBodies,
  sent(3, ofAll, fc.record(is('EXPIRE'))),
  sent(2, ofAnybody, fc.record(is('ROLL_UP'))),
  sent(3, ofAnybody, fc.record(is('CHILDREN_ENDED'))),
  sent(3, ofAnybody, fc.record({ ...is('LOSE'), worker })),
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('children' as const),
      open: fc.nat({ max: 1 }),
      weight: fc.nat({ max: 3 }),
      done: fc.constantFrom(0, 100, 250),
    }),
  },
];

/** Steps of a few kinds only, and of what begins and ends: then those few meet often. */
const someSteps: fc.Arbitrary<readonly LifeStep[]> = fc
  .subarray(steps.slice(begins), { minLength: 2 })
  .chain((some) =>
    fc.array(fc.oneof(...steps.slice(0, begins), ...some), { minLength: 1, maxLength: 30, size: 'max' }),
  );

const children = (open: number) => ({ do: 'children', open, weight: 1, done: 0 }) as const;
const one = ({ arbitrary }: { arbitrary: fc.Arbitrary<LifeStep> }) => arbitrary;
const byAnybody = (event: fc.Arbitrary<Sent>) => one(sent(1, ofAnybody, event));

const lost = byAnybody(fc.record({ ...is('LOSE'), worker }));
const endOfBody = one(
  sent(
    1,
    fc.constant('body' as const),
    fc.oneof(thrown, fc.record({ ...is('BODY_RETURNED'), result: fc.constant('[1]') })),
  ),
);

const running = byAnybody(fc.record({ ...is('SET_STATE'), state: fc.constant('running' as const) }));
const never = fc.constant(undefined);
const canceled = byAnybody(fc.record(is('CANCEL')));
const abort = fc.oneof(
  canceled,
  one(sent(1, fc.constant('body' as const), fc.oneof(fc.record(is('EXPIRE')), fc.record(is('EVICT'))))),
);

/** A parent whose body, or whose process, is gone before its children are, maybe asked to end: what comes meanwhile, and after it. */
const joins: fc.Arbitrary<readonly LifeStep[]> = fc
  .tuple(
    byAnybody(fc.record({ ...is('START'), worker })),
    fc.oneof(never, canceled, canceled, abort),
    fc.oneof({ weight: 1, arbitrary: endOfBody }, { weight: 1, arbitrary: lost }),
    someSteps,
    fc.array(byAnybody(fc.record(is('CHILDREN_ENDED'))), { minLength: 1, maxLength: 2 }),
  )
  .map(([start, asked, end, meanwhile, ended]) => [
    start,
    children(1),
    ...(asked ? [asked] : []),
    end,
    ...meanwhile.slice(0, 4),
    children(0),
    ...ended,
  ]);

/** An attempt that is asked to end, by whomever: what it says then, what one before it says, and how it ends. */
const aborts: fc.Arbitrary<readonly LifeStep[]> = fc
  .tuple(
    byAnybody(fc.record({ ...is('START'), worker })),
    // Who drives a task by itself says so; of any other that is refused.
    running,
    abort,
    fc.array(fc.oneof(...saidByBodies, { weight: 12, arbitrary: byAnybody(state) }), {
      minLength: 1,
      maxLength: 6,
      size: 'max',
    }),
  )
  .map(([start, runs, asked, then]) => [start, runs, asked, ...then]);

/** Everything that a task may meet, in every order, by all that speak to it. */
export const lifePrograms: fc.Arbitrary<LifeProgram> = fc.record({
  driver: fc.constantFrom('supervisor' as const, 'supervisor' as const, 'creator' as const),
  cancelable: fc.constantFrom(true, true, false),
  maxAttempts: fc.integer({ min: 1, max: 3 }),
  maxLost: fc.nat({ max: 2 }),
  owner: fc.constantFrom('w', 'v', undefined),
  deadlineMs: fc.constantFrom(undefined, 50, 100),
  steps: fc.oneof(
    { weight: 3, arbitrary: someSteps },
    { weight: 2, arbitrary: joins },
    { weight: 1, arbitrary: aborts },
  ),
});
