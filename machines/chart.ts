import type { AnyMachineSnapshot, AnyStateMachine, SnapshotFrom, StateValue } from 'xstate';
import type { Outcome } from './task.ts';

/** A chart's reaction to one event: the next snapshot, and the answer that the taken transition declares as `meta.outcome`. */
export interface Step<TSnapshot, TOutcome = Outcome> {
  readonly snapshot: TSnapshot;
  readonly outcome: TOutcome;
}

interface Taken {
  readonly meta?: { readonly outcome: Outcome };
}

let taken: Taken | undefined;

/**
 * One scope for every decision: it executes nothing and remembers which transition was taken. XState's own
 * `transition()` builds a throw-away actor on every call, three times the cost of the transition itself.
 */
const inertScope = {
  self: undefined,
  id: 'decide',
  sessionId: 'decide',
  logger: () => {},
  defer: () => {},
  emit: () => {},
  stopChild: () => {},
  actionExecutor: () => {},
  system: {
    _sendInspectionEvent: (inspection: { readonly _transitions?: readonly Taken[] }) => {
      taken ??= inspection._transitions?.[0];
    },
  },
};

/**
 * What the chart makes of an event, without any effect. No transition for it means `InvalidState`, and then, as with
 * every refusal, the snapshot is the one that came in.
 */
export function step<TMachine extends AnyStateMachine>(
  machine: TMachine,
  snapshot: SnapshotFrom<TMachine>,
  event: Parameters<TMachine['transition']>[1],
): Step<SnapshotFrom<TMachine>> {
  taken = undefined;
  const next = machine.transition(snapshot, event, inertScope as never);
  return {
    snapshot: next as SnapshotFrom<TMachine>,
    outcome: (taken as Taken | undefined)?.meta?.outcome ?? 'InvalidState',
  };
}

const templates = new WeakMap<AnyStateMachine, Map<string, AnyMachineSnapshot>>();

/** The snapshot that a chart has at a leaf (`running.canceling`) with this context. Cost: one object. */
export function snapshotAt<TMachine extends AnyStateMachine>(
  machine: TMachine,
  leaf: string,
  context: SnapshotFrom<TMachine>['context'],
): SnapshotFrom<TMachine> {
  let ofMachine = templates.get(machine);
  if (!ofMachine) templates.set(machine, (ofMachine = new Map()));
  let template = ofMachine.get(leaf);
  if (!template) {
    template = machine.resolveState({ value: valueOf(leaf), context } as never) as AnyMachineSnapshot;
    ofMachine.set(leaf, template);
  }
  return { ...template, context } as SnapshotFrom<TMachine>;
}

function valueOf(leaf: string): StateValue {
  const [first = '', ...rest] = leaf.split('.');
  return rest.length === 0 ? first : { [first]: valueOf(rest.join('.')) };
}

/** The path of a state value: `{ running: 'active' }` is `running.active`. */
export function leafOf(value: StateValue): string {
  if (typeof value === 'string') return value;
  const [first = ''] = Object.keys(value);
  const inner = value[first];
  return inner === undefined ? first : `${first}.${leafOf(inner)}`;
}
