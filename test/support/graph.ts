import { getAdjacencyMap, getShortestPaths, getSimplePaths } from '@xstate/graph';
import type {
  AnyMachineSnapshot,
  AnyStateMachine,
  EventObject,
  InputFrom,
  SnapshotFrom,
  StateNode,
} from 'xstate';

/** The only module that knows `@xstate/graph`: its successor is `xstate/graph`. */

/** What bounds a walk: without an own identity of states and an end, context makes it endless. */
export interface Walk<M extends AnyStateMachine> {
  readonly machine: M;
  readonly input?: InputFrom<M>;
  /** All events that are worth trying in a state. */
  readonly events: (snapshot: SnapshotFrom<M>) => readonly EventObject[];
  /** What makes two states different. */
  readonly identity: (snapshot: SnapshotFrom<M>) => unknown;
  /** Whether nothing new is to be found behind this state. */
  readonly isFarEnough?: (snapshot: SnapshotFrom<M>) => boolean;
}

export interface Step<M extends AnyStateMachine> {
  readonly from: SnapshotFrom<M>;
  readonly event: EventObject;
  readonly to: SnapshotFrom<M>;
}

export type Path<M extends AnyStateMachine> = readonly Step<M>[];

/** No walk of ours is longer; one that is would not end. */
const limit = 200_000;

function options<M extends AnyStateMachine>({ machine, input, events, identity, isFarEnough }: Walk<M>) {
  const given = input === undefined ? {} : { input };
  const bounds = {
    ...given,
    events: (snapshot: AnyMachineSnapshot) => (snapshot.status === 'active' ? events(snapshot as never) : []),
    serializeState: (snapshot: AnyMachineSnapshot) =>
      JSON.stringify([snapshot.value, identity(snapshot as never)]),
    serializeEvent: (event: EventObject) => JSON.stringify(event),
    stopWhen: (snapshot: AnyMachineSnapshot) => isFarEnough?.(snapshot as never) ?? false,
    limit,
  };
  return [machine, bounds] as unknown as Parameters<typeof getShortestPaths>;
}

/** Every event in every state that can be reached. */
export function allSteps<M extends AnyStateMachine>(walk: Walk<M>): readonly Step<M>[] {
  const map = getAdjacencyMap(...(options(walk) as Parameters<typeof getAdjacencyMap>));
  return Object.values(map).flatMap(({ state: from, transitions }) =>
    Object.values(transitions as Record<string, { event: EventObject; state: unknown }>).map(
      ({ event, state: to }) => ({ from, event, to }) as Step<M>,
    ),
  );
}

/** The shortest way to every state. */
export function shortestPaths<M extends AnyStateMachine>(walk: Walk<M>): readonly Path<M>[] {
  return getShortestPaths(...options(walk)).map(stepsOf<M>);
}

/** Every way to every state that visits none twice. */
export function simplePaths<M extends AnyStateMachine>(walk: Walk<M>): readonly Path<M>[] {
  return getSimplePaths(...(options(walk) as Parameters<typeof getSimplePaths>)).map(stepsOf<M>);
}

function stepsOf<M extends AnyStateMachine>({
  steps,
}: {
  steps: { state: unknown; event: EventObject }[];
}): Path<M> {
  // The first step of a path is the start itself.
  return steps
    .slice(1)
    .map(({ event, state }, index) => ({ from: steps[index]?.state, event, to: state })) as never;
}

/** One arrow of a chart, as its definition has it. */
export interface Arrow {
  readonly name: string;
  readonly event: string;
  readonly guard: string | undefined;
  readonly outcome: string | undefined;
  readonly hasTarget: boolean;
  readonly hasActions: boolean;
}

export function stateNodes(machine: AnyStateMachine): readonly StateNode[] {
  const below = (node: StateNode): StateNode[] => [node, ...Object.values(node.states).flatMap(below)];
  return below(machine.root as StateNode);
}

/** The arrows that leave a state, in the order in which they are tried. */
export function arrowsOf(node: StateNode): readonly Arrow[] {
  return [...node.transitions].flatMap(([event, transitions]) =>
    transitions.map(({ guard, target, actions, meta }, index) => ({
      name: `${node.id} ${event} #${index + 1}${typeof guard === 'string' ? ` [${guard}]` : ''}`,
      event,
      guard: guard as string | undefined,
      outcome: (meta as { outcome?: string } | undefined)?.outcome,
      hasTarget: target !== undefined,
      hasActions: actions.length > 0,
    })),
  );
}

/** The arrow that a chart takes, and what every guard said that was asked on the way. Innermost state first. */
export function take(machine: AnyStateMachine, snapshot: AnyMachineSnapshot, event: EventObject) {
  const { guards } = machine.implementations as { guards: Record<string, (...given: unknown[]) => boolean> };
  const asked: { readonly arrow: Arrow; readonly said: boolean }[] = [];
  for (const node of [...snapshot._nodes].toSorted((a, b) => b.path.length - a.path.length)) {
    for (const arrow of arrowsOf(node as StateNode).filter((candidate) => candidate.event === event.type)) {
      if (arrow.guard === undefined) return { taken: arrow, asked };
      const said = guards[arrow.guard]?.({ context: snapshot.context, event }) ?? false;
      asked.push({ arrow, said });
      if (said) return { taken: arrow, asked };
    }
  }
  return { taken: undefined, asked };
}

/** What no step of the walks reaches: states, arrows, and answers of the guard of an arrow. */
export function uncovered<M extends AnyStateMachine>(
  machine: M,
  steps: readonly Step<M>[],
): readonly string[] {
  const missing = new Set<string>();
  for (const node of stateNodes(machine)) {
    missing.add(node.id);
    for (const { name, guard } of arrowsOf(node)) {
      missing.add(name);
      if (guard !== undefined) missing.add(`${name} is false`);
    }
  }
  for (const { from, event, to } of steps) {
    const { taken, asked } = take(machine, from as AnyMachineSnapshot, event);
    if (taken) missing.delete(taken.name);
    for (const { arrow, said } of asked) if (!said) missing.delete(`${arrow.name} is false`);
    for (const { _nodes } of [from, to] as AnyMachineSnapshot[])
      for (const { id } of _nodes) missing.delete(id);
  }
  return [...missing];
}
