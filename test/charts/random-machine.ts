import fc from 'fast-check';
import { type AnyStateMachine, createMachine, raise } from 'xstate';

/** The tree of states: what each is, and what is in it. */
interface Tree {
  readonly kind: 'compound' | 'parallel' | 'atomic' | 'final' | 'shallow' | 'deep';
  readonly states: readonly Tree[];
}

/** A transition, with places in the list of all states: whatever they are, there is such a state. */
interface Arrow {
  readonly source: number;
  readonly target: number | undefined;
  readonly event: number;
  readonly guard: number | undefined;
  readonly reenter: boolean;
  readonly raises: number | undefined;
}

const { tree } = fc.letrec<{ tree: Tree; inner: Tree }>((tie) => ({
  tree: fc.record({
    kind: fc.constantFrom('compound', 'compound', 'parallel'),
    states: fc.array(tie('inner'), { minLength: 1, maxLength: 4 }),
  }),
  inner: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record({
      kind: fc.constantFrom('atomic', 'atomic', 'atomic', 'final', 'shallow', 'deep'),
      states: fc.constant([]),
    }),
    tie('tree'),
  ),
}));

const place = fc.nat(60);

const arrow: fc.Arbitrary<Arrow> = fc.record({
  source: place,
  target: fc.option(place, { nil: undefined, freq: 6 }),
  event: fc.nat(3),
  guard: fc.option(fc.nat(2), { nil: undefined }),
  reenter: fc.boolean(),
  raises: fc.option(fc.nat(3), { nil: undefined, freq: 1 }),
});

const eventTypes = ['A', 'B', 'C.d', 'C'] as const;
export const guardNames = ['g0', 'g1', 'g2'] as const;

interface Place {
  readonly id: string;
  readonly kind: Tree['kind'];
  readonly states: Record<string, object>;
  readonly config: Record<string, unknown>;
}

/** Any chart of states, with history, guards, raised events and inner, outer and crossing transitions. */
export const randomMachine: fc.Arbitrary<AnyStateMachine> = fc
  .record({ root: tree, arrows: fc.array(arrow, { maxLength: 14 }) })
  .map(({ root, arrows }) => {
    const places: Place[] = [];
    const config = stateOf(root, 'm', places);
    for (const each of arrows) draw(each, places);
    return createMachine({ ...config, id: 'm' } as never) as AnyStateMachine;
  });

function stateOf({ kind, states }: Tree, id: string, places: Place[]): object {
  const inner: Record<string, object> = {};
  const config: Record<string, unknown> = { id, ...kindOf(kind) };
  places.push({ id, kind, states: inner, config });
  // A box needs a state to begin in; a history alone is none.
  const first = states.findIndex((state) => state.kind !== 'shallow' && state.kind !== 'deep');
  const all = first < 0 ? [{ kind: 'atomic', states: [] } as Tree, ...states] : states;
  if (kind === 'compound') config['initial'] = `s${Math.max(first, 0)}`;
  for (const [index, each] of (kind === 'compound' || kind === 'parallel' ? all : []).entries())
    inner[`s${index}`] = stateOf(each, `${id}.s${index}`, places);
  if (Object.keys(inner).length > 0) config['states'] = inner;
  return config;
}

function kindOf(kind: Tree['kind']): object {
  if (kind === 'shallow' || kind === 'deep') return { type: 'history', history: kind };
  return kind === 'compound' || kind === 'atomic' ? {} : { type: kind };
}

function draw({ source, target, event, guard, reenter, raises }: Arrow, places: readonly Place[]): void {
  const able = places.filter(({ kind }) => kind !== 'final' && kind !== 'shallow' && kind !== 'deep');
  const from = able[source % able.length] as Place;
  const to = target === undefined ? undefined : places[target % places.length];
  const on = (from.config['on'] ??= {}) as Record<string, object[]>;
  // An event that is raised by itself would go on without an end.
  const raised =
    raises === undefined || raises <= event ? [] : [raise({ type: eventTypes[raises] as string })];
  (on[eventTypes[event] as string] ??= []).push({
    ...(to ? { target: `#${to.id}`, reenter } : {}),
    ...(guard === undefined ? {} : { guard: guardNames[guard] }),
    ...(raised.length > 0 ? { actions: raised } : {}),
  });
}
