import type { AnyActorScope, AnyMachineSnapshot, EventObject } from 'xstate';
import type { Assigner, Implementation, Node, Transition } from './state-node.ts';

/** The path of active states from the root to one that has none inside, and what every snapshot at it shows. */
export interface Configuration {
  readonly nodes: readonly Node[];
  readonly value: unknown;
  readonly tags: ReadonlySet<string>;
  /** Its transitions are for more types of events than can be listed. */
  readonly isWild: boolean;
  /** For each type of event that came what may be taken, in the order in which it is tried. */
  readonly jumps: Map<string, readonly Jump[]>;
}

/** A transition, and all that comes of it. */
export interface Jump {
  /** As inspectors are told. */
  readonly transitions: readonly [Transition];
  readonly passes: ((snapshot: AnyMachineSnapshot, event: EventObject) => boolean) | undefined;
  /** Undefined: XState's own interpreter takes it. */
  readonly effect: Effect | undefined;
}

export interface Effect {
  readonly operations: readonly Operation[];
  readonly next: Configuration;
  readonly isDone: boolean;
}

/** One action: it makes the next context, or is handed to whoever executes. */
export interface Operation {
  readonly assign: Assigner | undefined;
  readonly type: string;
  readonly params: ((context: unknown, event: EventObject) => unknown) | undefined;
  readonly exec: Implementation | undefined;
}

export const none: readonly Transition[] = [];

/** The first whose guard passes. `interpret`: XState is to take it, or to say what is wrong with a guard. */
export function enabled(
  jumps: readonly Jump[],
  snapshot: AnyMachineSnapshot,
  event: EventObject,
): Jump | undefined | 'interpret' {
  try {
    for (const jump of jumps)
      if (!jump.passes || jump.passes(snapshot, event)) return jump.effect ? jump : 'interpret';
    return undefined;
  } catch {
    return 'interpret';
  }
}

/**
 * The next snapshot; undefined: XState is to take it, as an assigner spawns or throws. Contexts come first and executions
 * last, so that until then nothing has happened that would happen twice.
 */
export function jumped(
  from: Configuration,
  { operations, next, isDone }: Effect,
  snapshot: AnyMachineSnapshot,
  event: EventObject,
  { self, system, actionExecutor }: AnyActorScope,
): AnyMachineSnapshot | undefined {
  let context: object = snapshot.context;
  let executable: object[] | undefined;
  let spawns = false;
  const spawn = () => (spawns = true);
  try {
    for (const { assign, type, params, exec } of operations) {
      const given = params?.(context, event);
      if (assign) context = { ...context, ...assign({ context, event, spawn, self, system }, given) };
      else (executable ??= []).push({ type, info: { context, event, self, system }, params: given, exec });
      if (spawns) return undefined;
    }
  } catch {
    return undefined;
  }
  for (const action of executable ?? []) actionExecutor(action as never);
  if (context === snapshot.context && next === from) return snapshot;
  return snapshotAt(next, snapshot, context, isDone);
}

/** With the members of XState's own snapshots, in their order. */
function snapshotAt(
  { nodes, value, tags }: Configuration,
  from: AnyMachineSnapshot,
  context: unknown,
  isDone: boolean,
): AnyMachineSnapshot {
  const { machine, children, historyValue, matches, hasTag, can, getMeta, toJSON } = from;
  return {
    status: isDone ? 'done' : 'active',
    output: undefined,
    error: from.error as unknown,
    machine,
    context,
    _nodes: nodes,
    value,
    tags,
    children,
    historyValue,
    matches,
    hasTag,
    can,
    getMeta,
    toJSON,
  } as never;
}

export function inspected(
  snapshot: AnyMachineSnapshot,
  event: EventObject,
  { self, system }: AnyActorScope,
  transitions: readonly Transition[],
): void {
  const told = { type: '@xstate.microstep', actorRef: self, event, snapshot, _transitions: transitions };
  (system as unknown as { _sendInspectionEvent(told: object): void })._sendInspectionEvent(told);
}
