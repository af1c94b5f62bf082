import { type AnyMachineSnapshot, type AnyStateMachine, type EventFrom, type SnapshotFrom } from 'xstate';
import { isDeepStrictEqual } from 'node:util';
import { Fault } from '../../index.ts';
import { leafOf, step } from '../../../machines/index.ts';
import { checkFunctions } from '../arguments.ts';
import { firstOf, reason } from './chart-beginning.ts';
import { checkAlone, checkMachine, checkSupported, eventTypesOf } from './chart-support.ts';
import { shown } from './reply.ts';

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

  /**
   * @throws InvalidArgument for what is no machine, and when a member of the view is no function.
   * @throws NotSupported when the chart also moves by itself, or in several places at once.
   */
  constructor(machine: AnyStateMachine, view: ChartView) {
    checkMachine(machine);
    const { answerOf, stateOf, same } = view;
    checkFunctions({ answerOf, stateOf, same });
    checkSupported(machine);
    this.machine = machine;
    this.#view = view;
  }

  get name(): string {
    return this.machine.id;
  }

  /** The types of events that it knows of; undefined when it has a transition for any. */
  get eventTypes(): ReadonlySet<string> | undefined {
    return eventTypesOf(this.machine);
  }

  /** Whether the expected state is the name of the leaf, as nobody said what else. */
  get showsLeaves(): boolean {
    return this.#view.stateOf === undefined;
  }

  /**
   * @throws InvalidArgument when it cannot begin so. `option`: what would give it another input.
   * @throws NotSupported when it spawns an actor.
   */
  first(input: unknown, option: 'input' | 'inputs' = 'inputs'): AnyMachineSnapshot {
    const snapshot = firstOf(this.machine, input, option);
    checkAlone(this.machine, snapshot);
    return snapshot;
  }

  /**
   * An instance that has ended takes no event, as an actor that has stopped. `place`: where it was sent, for the fault.
   *
   * @throws InvalidArgument when a guard or an action of the chart throws.
   * @throws NotSupported when it spawns an actor.
   */
  take(before: AnyMachineSnapshot, event: { readonly type: string }, place?: string): ChartStep {
    if (before.status !== 'active') return { event, before, after: before, outcome: 'InvalidState' };
    const taken = this.#taken(before, event, place);
    checkAlone(this.machine, taken.after);
    return taken;
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

  #taken(before: AnyMachineSnapshot, event: { readonly type: string }, place?: string): ChartStep {
    try {
      const [taken] = this.machine.getTransitionData(before, event);
      const { snapshot, outcome } = step(this.machine, before, event);
      const isDeclared = (taken?.meta as { outcome?: unknown } | undefined)?.outcome !== undefined;
      return { event, before, after: snapshot, outcome: taken && !isDeclared ? 'ok' : outcome };
    } catch (cause) {
      const where = [leafAt(before) || 'its only state', ...(place === undefined ? [] : [place])].join(', ');
      throw new Fault(
        'InvalidArgument',
        `Expected the chart "${this.name}" to take the event ${shownEvent(event)} in ${where}: ${reason(cause)}.`,
        { cause },
      );
    }
  }
}

/** Names the leaf of a snapshot. */
export function leafAt({ value }: AnyMachineSnapshot): string {
  return leafOf(value);
}

/** An event on one line, without what it leaves open. */
export function shownEvent({ type, ...payload }: { readonly type: string }): string {
  const set = Object.entries(payload).filter(([, member]) => member !== undefined);
  return set.length === 0 ? type : `${type} ${shown(Object.fromEntries(set))}`;
}

function isSameAnswer(expected: unknown, actual: unknown): boolean {
  if (actual === undefined && (expected === 'ok' || expected === 'nothing')) return true;
  return isDeepStrictEqual(expected, actual);
}
