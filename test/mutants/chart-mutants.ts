import { type AnyStateMachine, createMachine, not } from 'xstate';

/** A candidate of a chart, as its configuration writes it. */
interface Candidate {
  target?: string;
  guard?: string;
  actions?: unknown;
  meta: { outcome: string };
}

interface StateConfig {
  on?: Record<string, Candidate | Candidate[]>;
  states?: Record<string, StateConfig>;
}

/** What a mutant does to the candidates of one event in one state. */
interface Change {
  readonly what: string;
  readonly apply: (candidate: Candidate) => Candidate | undefined;
}

interface Place {
  readonly state: string;
  readonly event: string;
  readonly index: number;
}

export interface ChartMutant extends Place {
  /** `task running.active CANCEL[1] guard negated`. */
  readonly name: string;
  readonly change: Change;
}

/** One state of each kind, of which a transition that leads to another kind is led there. */
const kinds: Readonly<Record<string, readonly string[]>> = {
  task: ['queued', 'running.active', 'error'],
  supervisor: ['running', 'draining.evicting', 'stopped'],
};

/** What is answered instead. */
const otherAnswers: Readonly<Record<string, string>> = {
  ok: 'InvalidState',
  nothing: 'InvalidState',
  requested: 'alreadyRequested',
  alreadyRequested: 'requested',
  canceled: 'requested',
  InvalidState: 'ok',
  SupervisorStopped: 'ok',
  StoreFailed: 'SupervisorStopped',
};

function listOf(candidates: Candidate | Candidate[]): Candidate[] {
  return Array.isArray(candidates) ? candidates : [candidates];
}

function without(candidate: Candidate, member: keyof Candidate): Candidate {
  const { [member]: _gone, ...rest } = candidate;
  return rest as Candidate;
}

/** Where a state is, or what it counts as, that a target names without its path. */
const homes: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  task: {
    active: 'running',
    canceling: 'running',
    expiring: 'running',
    evicting: 'running',
    joining: 'running',
    success: 'error',
  },
  supervisor: { finishing: 'draining', closing: 'draining', evicting: 'draining' },
};

/** The kind of a state: where its path begins. */
function kindOf(id: string, path: string): string {
  const [first = ''] = path.replace(/^[#.]?(task\.|supervisor\.)?/, '').split('.');
  return homes[id]?.[first] ?? first;
}

function retargets(id: string, state: string, { target }: Candidate): Change[] {
  const own = kindOf(id, target ?? state);
  const others = (kinds[id] ?? []).filter((path) => kindOf(id, path) !== own);
  // What stays where it is leads somewhere else once: further representatives would be seen by the same step.
  const chosen = target === undefined ? others.slice(-1) : others;
  return chosen.map((path) => ({
    what: `leads to ${path}`,
    apply: (candidate) => ({ ...candidate, target: `#${id}.${path}` }),
  }));
}

function changesOf(id: string, state: string, candidate: Candidate): Change[] {
  const { guard, actions, meta } = candidate;
  const outcome = otherAnswers[meta.outcome] ?? 'ok';
  return [
    { what: 'removed', apply: () => undefined },
    ...retargets(id, state, candidate),
    ...(guard === undefined
      ? []
      : [
          { what: 'guard negated', apply: (it: Candidate) => ({ ...it, guard: not(guard) as never }) },
          { what: 'guard dropped', apply: (it: Candidate) => without(it, 'guard') },
        ]),
    { what: `answers ${outcome}`, apply: (it) => ({ ...it, meta: { outcome } }) },
    ...(actions === undefined
      ? []
      : [{ what: 'action dropped', apply: (it: Candidate) => without(it, 'actions') }]),
  ];
}

function* placesOf(config: StateConfig, path: readonly string[] = []): Iterable<[Place, Candidate]> {
  const state = path.join('.');
  for (const [event, candidates] of Object.entries(config.on ?? {}))
    for (const [index, candidate] of listOf(candidates).entries()) yield [{ state, event, index }, candidate];
  for (const [key, child] of Object.entries(config.states ?? {})) yield* placesOf(child, [...path, key]);
}

/** Every mutant of a chart, by its structure alone. */
export function mutantsOf({ id, config }: AnyStateMachine): ChartMutant[] {
  return [...placesOf(config as StateConfig)].flatMap(([place, candidate]) =>
    changesOf(id, place.state, candidate).map((change) => ({
      ...place,
      change,
      name: `${id} ${place.state} ${place.event}[${place.index}] ${change.what}`,
    })),
  );
}

/** The chart with one mutant's change; undefined, if none of its own has this name. */
export function mutated(machine: AnyStateMachine, name: string): AnyStateMachine | undefined {
  const mutant = mutantsOf(machine).find((one) => one.name === name);
  if (!mutant) return undefined;
  const original = machine.config as StateConfig;
  const config: StateConfig = { ...original, states: structuredClone(original.states ?? {}) };
  const path = mutant.state.split('.');
  const state = path.reduce<StateConfig | undefined>((node, key) => node?.states?.[key], config);
  const on = state?.on;
  if (!on) throw new Error(`Expected ${mutant.state} to have transitions.`);
  const candidates = listOf(on[mutant.event] ?? []);
  on[mutant.event] = candidates.flatMap((one, at) =>
    at === mutant.index ? (mutant.change.apply(one) ?? []) : one,
  );
  return createMachine(config as never, machine.implementations as never) as AnyStateMachine;
}
