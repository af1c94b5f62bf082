import fc from 'fast-check';
import {
  and,
  assign,
  createMachine,
  enqueueActions,
  fromCallback,
  not,
  or,
  raise,
  type AnyStateMachine,
  type EventObject,
} from 'xstate';

/** What XState can do, and a table of transitions cannot hold. */
export const special = [
  'parallel',
  'history',
  'always',
  'invoke',
  'after',
  'raise',
  'wildcards',
  'several targets',
  'output',
  'ends inside',
  'spawn',
  'throw',
] as const;
export type Special = (typeof special)[number];

export const events = ['A', 'B', 'B.C', 'D'] as const;

interface Args {
  readonly context: { readonly n: number; readonly log: readonly string[] };
  readonly event: EventObject;
}

/** What a machine did to the world, in order. */
export type World = string[];

const even = ({ context }: Args) => context.n % 2 === 0;
const guards: readonly unknown[] = [
  undefined,
  'even',
  { type: 'above', params: { least: 2 } },
  { type: 'above', params: ({ context }: Args) => ({ least: context.n - 1 }) },
  ({ context }: Args) => context.n < 4,
  and(['even', { type: 'above', params: { least: 1 } } as never]),
  not('even'),
  or([even as never, 'even']),
  ({ event }: Args) => event.type.length > 1,
];

const assigns: readonly unknown[] = [
  'more',
  { type: 'add', params: { by: 3 } },
  { type: 'add', params: ({ context }: Args) => ({ by: context.n }) },
  assign({ n: ({ context }: Args) => context.n - 1 } as never),
  assign({ log: ['reset'] } as never),
  assign((({ context, event }: Args) => ({ log: [...context.log, event.type].slice(-3) })) as never),
];
const spawning = assign((({
  spawn,
  context,
}: Args & { readonly spawn: (src: string, options: object) => unknown }) => {
  spawn('child', { id: `child ${context.n}` });
  return { n: context.n + 1 };
}) as never);
/** What an assigner throws is XState's to deal with. */
const throwing = assign((() => {
  throw new Error('of an assigner');
}) as never);
const plain: readonly unknown[] = ['note', { type: 'note', params: { word: 'w' } }, 'unknown to all'];

interface Shape {
  readonly type: 'atomic' | 'compound' | 'parallel' | 'final' | 'history';
  readonly deep: boolean;
  readonly children: readonly Shape[];
}

const { shape } = fc.letrec<{ shape: Shape; compound: Shape }>((tie) => ({
  shape: fc.oneof(
    { maxDepth: 3, depthSize: 'small', withCrossShrink: true },
    {
      arbitrary: fc.record<Shape>({
        type: fc.constantFrom('atomic', 'atomic', 'atomic', 'final', 'history'),
        deep: fc.boolean(),
        children: fc.constant([]),
      }),
      weight: 2,
    },
    { arbitrary: tie('compound'), weight: 1 },
  ),
  compound: fc.record<Shape>({
    type: fc.constantFrom('compound', 'compound', 'compound', 'parallel'),
    deep: fc.boolean(),
    children: fc.array(tie('shape'), { minLength: 1, maxLength: 3 }),
  }),
}));

/** Numbers that the making of a machine draws from: a shorter list makes a simpler machine. */
class Draws {
  readonly #numbers: readonly number[];
  #next = 0;

  constructor(numbers: readonly number[]) {
    this.#numbers = numbers;
  }

  below(limit: number): number {
    const drawn = this.#numbers[this.#next % Math.max(1, this.#numbers.length)] ?? 0;
    this.#next += 1;
    return (drawn + (this.#next > this.#numbers.length ? this.#next : 0)) % limit;
  }

  from<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }
}

export interface RandomMachine {
  /** A machine of its own each time, and what it does to the world. */
  readonly make: () => { readonly machine: AnyStateMachine; readonly world: World };
  readonly config: object;
}

/** Machines with the features that are allowed, and with all that a table holds. */
export function randomMachine(allowed: readonly Special[]): fc.Arbitrary<RandomMachine> {
  return fc
    .record({
      shapes: fc.array(shape, { minLength: 1, maxLength: 4 }),
      numbers: fc.array(fc.nat({ max: 10_000 }), { minLength: 1, maxLength: 120 }),
    })
    .map(({ shapes, numbers }) => {
      const config = configOf(begun(shapes), new Draws(numbers), new Set(allowed));
      return { config, make: () => made(config) };
    });
}

function made(config: object) {
  const world: World = [];
  const note = (args: Args & { self?: unknown }, params?: { word: string }) =>
    void world.push(`${args.event.type} ${args.context.n} ${params?.word ?? ''}`);
  const machine = createMachine(
    config as never,
    {
      guards: { even, above: ({ context }: Args, { least }: { least: number }) => context.n >= least },
      actions: {
        note,
        more: assign({ n: ({ context }: Args) => context.n + 1 } as never),
        add: assign((({ context }: Args, { by }: { by: number }) => ({ n: (context.n + by) % 50 })) as never),
      },
      actors: { child: fromCallback(() => {}) },
    } as never,
  );
  return { machine: machine as AnyStateMachine, world };
}

function configOf(shapes: readonly Shape[], draws: Draws, allowed: ReadonlySet<Special>): object {
  const ids: string[] = [];
  const named = (list: readonly Shape[], prefix: string): [string, Shape][] =>
    list.map((each, index) => [`${prefix}${index}`, each]);
  const collect = (list: readonly Shape[], prefix: string): void => {
    for (const [id, each] of named(list, prefix)) {
      if (each.type !== 'history' || allowed.has('history')) ids.push(id);
      collect(each.children, `${id}_`);
    }
  };
  collect(shapes, 's');

  const has = (feature: Special, oneIn: number) => allowed.has(feature) && draws.below(oneIn) === 0;
  const actions = (): unknown[] => {
    const made: unknown[] = [
      ...Array.from({ length: draws.below(3) }, () => draws.from(assigns)),
      ...Array.from({ length: draws.below(3) }, () => draws.from(plain)),
    ];
    if (draws.below(4) === 0) made.push(draws.from(assigns));
    if (has('raise', 6)) made.push(raise({ type: draws.from(events) }));
    if (has('raise', 8)) made.push(enqueueActions(({ enqueue }) => enqueue('more' as never)));
    if (has('spawn', 6)) made.push(spawning);
    if (has('throw', 12)) made.push(throwing);
    return made;
  };
  const transition = (): object => ({
    ...(draws.below(5) === 0 ? {} : { target: has('several targets', 9) ? [id(), id()] : id() }),
    ...(draws.below(4) === 0 ? { reenter: true } : {}),
    guard: draws.from(guards),
    actions: actions(),
  });
  const id = () => `#${draws.from(ids)}`;
  const on = (): object => {
    const made: Record<string, unknown> = {};
    for (const type of [...events, ...(allowed.has('wildcards') ? ['*', 'B.*'] : [])]) {
      const count = draws.below(4);
      if (count === 3 && draws.below(3) === 0) made[type] = undefined;
      else if (count > 0) made[type] = Array.from({ length: count }, transition);
    }
    return made;
  };
  const state = (name: string, { type, deep, children }: Shape): object => {
    if (type === 'history' && allowed.has('history'))
      return { id: name, type, history: deep ? 'deep' : 'shallow' };
    if (type === 'final' && (allowed.has('ends inside') || !name.includes('_')))
      return { id: name, type, entry: actions(), ...(has('output', 2) ? { output: { of: name } } : {}) };
    const inner = Object.fromEntries(
      named(children, `${name}_`).map(([key, each]) => [key, state(key, each)]),
    );
    const initial = Object.entries(inner).find(
      ([, each]) => (each as { type?: string }).type !== 'history',
    )?.[0];
    const isParallel = type === 'parallel' && allowed.has('parallel') && initial !== undefined;
    return {
      id: name,
      ...(draws.below(3) === 0 ? { tags: [`tag ${name}`] } : {}),
      ...(isParallel ? { type: 'parallel', states: inner } : {}),
      ...(!isParallel && initial !== undefined ? { initial: initialOf(initial), states: inner } : {}),
      on: on(),
      entry: actions(),
      exit: actions(),
      ...(has('always', 8)
        ? { always: [{ ...transition(), guard: { type: 'above', params: { least: 5 } } }] }
        : {}),
      ...(has('invoke', 8) ? { invoke: { src: 'child' } } : {}),
      ...(has('after', 8) ? { after: { 10: transition() } } : {}),
    };
  };
  const initialOf = (target: string): unknown =>
    draws.below(3) === 0 ? { target, actions: actions() } : target;
  const states = Object.fromEntries(named(shapes, 's').map(([name, each]) => [name, state(name, each)]));
  return {
    id: 'machine',
    context: { n: 0, log: [] },
    initial: initialOf('s0'),
    states,
    on: on(),
    exit: actions(),
    ...(has('output', 3) ? { output: ({ context }: Args) => context.n } : {}),
    options: { maxIterations: 30 },
  };
}

/** The first of each list is one that can be entered by itself. */
function begun(shapes: readonly Shape[]): readonly Shape[] {
  return shapes.map(({ type, deep, children }, index) => {
    const canBegin = index > 0 || (type !== 'final' && type !== 'history');
    return { type: canBegin ? type : 'atomic', deep, children: begun(children) };
  });
}
