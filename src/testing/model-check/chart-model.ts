import {
  type AnyMachineSnapshot,
  type AnyStateMachine,
  type AnyStateNode,
  type EventFrom,
  type SnapshotFrom,
  initialTransition,
} from 'xstate';
import { isDeepStrictEqual } from 'node:util';
import { Fault } from '../../index.ts';
import { leafOf, step } from '../../../machines/index.ts';

/** What the chart made of one event. */
export interface ChartStep<TMachine extends AnyStateMachine = AnyStateMachine> {
  readonly event: EventFrom<TMachine>;
  readonly before: SnapshotFrom<TMachine>;
  readonly after: SnapshotFrom<TMachine>;
  /** What the transition declares as `meta.outcome`; `ok` if it declares none, `InvalidState` if there is none. */
  readonly outcome: string;
}

/** How the chart is read: what its steps mean to whoever uses the system. */
export interface ChartView<TMachine extends AnyStateMachine = AnyStateMachine> {
  /** The answer that is expected. Default: the outcome of the step. */
  readonly answerOf?: (step: ChartStep<TMachine>) => unknown;
  /** The state that is expected. Default: the name of the leaf, as `running.active`. */
  readonly stateOf?: (snapshot: SnapshotFrom<TMachine>) => unknown;
  /** Whether two answers are the same. Default: they are deeply equal, or nothing is answered and it was accepted. */
  readonly same?: (expected: unknown, actual: unknown) => boolean;
}

/** A chart as the model of instances: pure, and without time. */
export class ChartModel {
  readonly machine: AnyStateMachine;
  readonly #view: ChartView;

  /** @throws NotSupported when the chart also moves by itself, or in several places at once. */
  constructor(machine: AnyStateMachine, view: ChartView) {
    this.machine = machine;
    this.#view = view;
    for (const node of nodesOf(machine.root)) refuse(machine, node);
  }

  get name(): string {
    return this.machine.id;
  }

  /** The types of events that it knows of; undefined when it has a transition for any. */
  get eventTypes(): ReadonlySet<string> | undefined {
    const types = nodesOf(this.machine.root).flatMap(({ on }) => Object.keys(on));
    return types.some((type) => type.includes('*')) ? undefined : new Set(types);
  }

  first(input: unknown): AnyMachineSnapshot {
    const [snapshot] = this.#following('its first state', () => initialTransition(this.machine, input));
    return snapshot;
  }

  /** An instance that has ended takes no event, as an actor that has stopped. */
  take(before: AnyMachineSnapshot, event: { readonly type: string }): ChartStep {
    if (before.status !== 'active') return { event, before, after: before, outcome: 'InvalidState' };
    return this.#following(`the event ${event.type}`, () => {
      const [taken] = this.machine.getTransitionData(before, event);
      const { snapshot, outcome } = step(this.machine, before, event);
      const isDeclared = (taken?.meta as { outcome?: unknown } | undefined)?.outcome !== undefined;
      return { event, before, after: snapshot, outcome: taken && !isDeclared ? 'ok' : outcome };
    });
  }

  answer(taken: ChartStep): unknown {
    return (this.#view.answerOf ?? (({ outcome }) => outcome))(taken);
  }

  state(snapshot: AnyMachineSnapshot): unknown {
    return (this.#view.stateOf ?? leafAt)(snapshot);
  }

  isSame(expected: unknown, actual: unknown): boolean {
    return (this.#view.same ?? isSameAnswer)(expected, actual);
  }

  #following<T>(what: string, make: () => T): T {
    try {
      return make();
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new Fault('InvalidArgument', `Expected the chart "${this.name}" to take ${what}: ${why}`, {
        cause,
      });
    }
  }
}

/** Names the leaf of a snapshot. */
export function leafAt({ value }: AnyMachineSnapshot): string {
  return leafOf(value);
}

/** A node with all that are in it, in the order of the chart. */
export function nodesOf(node: AnyStateNode): AnyStateNode[] {
  return [node, ...Object.values(node.states).flatMap(nodesOf)];
}

function isSameAnswer(expected: unknown, actual: unknown): boolean {
  if (actual === undefined && (expected === 'ok' || expected === 'nothing')) return true;
  return isDeepStrictEqual(expected, actual);
}

function refuse(machine: AnyStateMachine, node: AnyStateNode): void {
  const found = unsupported(machine, node);
  if (found === undefined) return;
  const where = node.path.length === 0 ? 'at its root' : `in "${node.path.join('.')}"`;
  throw new Fault(
    'NotSupported',
    `Expected a chart with one state at a time, that moves only by the events it is sent; ` +
      `"${machine.id}" has ${found} ${where}.`,
  );
}

function unsupported(machine: AnyStateMachine, node: AnyStateNode): string | undefined {
  if (node.type === 'parallel') return 'parallel states';
  if (node.invoke.length > 0) return 'invoke';
  if (node.after.length > 0) return 'after';
  const transitions = [...Object.values(node.on).flat(), ...(node.always ?? [])];
  const actions = [...node.entry, ...node.exit, ...transitions.flatMap((transition) => transition.actions)];
  for (const action of actions) {
    const { type, delay } = implementation(machine, action);
    if (type === 'xstate.spawnChild') return 'spawnChild';
    if (delay !== undefined) return 'an event with a delay';
  }
  return undefined;
}

/** XState's own actions are functions that carry what they were made of. */
function implementation(machine: AnyStateMachine, action: unknown): { type?: string; delay?: unknown } {
  const { type } = (typeof action === 'string' ? { type: action } : action) as { type: string };
  return (machine.implementations.actions[type] ?? action) as { type?: string; delay?: unknown };
}
