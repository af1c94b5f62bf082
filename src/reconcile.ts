import type { FaultName } from '../machines/fault.ts';
import { rolledUp } from '../machines/task.ts';
import { type TaskRecord, isFinal, stateOf } from './record.ts';

/** Events that follow from a record. */
export type FollowUp = 'ROLL_UP' | 'CHILDREN_ENDED';

/** What is there of a task in this process. */
export interface Reality {
  readonly worker: string;
  /** The fence of the attempt whose body is here, if one is. */
  readonly fence: number | undefined;
  startBody(): void;
  /** Aborts the signal, the first time that it is called for an attempt. */
  abort(reason: FaultName): void;
  /** Whether the body here occupies a slot. */
  occupy(slot: boolean): void;
  /** The body here did not end within its grace. */
  markUnresponsive(): void;
  /** The task can be started by whoever has a slot. */
  offer(): void;
  withdraw(): void;
  /** An event that follows from the record, once until it was answered. */
  follow(type: FollowUp): void;
  /** Asks every structured child that is not final to end. */
  cancelChildren(): void;
}

/** Why the signal is aborted in a leaf of the chart. */
const abortReasons: Readonly<Record<string, FaultName>> = {
  'running.canceling': 'RequestCanceled',
  'running.expiring': 'Timedout',
  'running.evicting': 'Evicted',
};

/**
 * Makes reality follow a committed record. Level-triggered: it may be called at any time, any number of times, for a
 * record that was changed here, elsewhere, or before a crash.
 */
export function reconcile(record: TaskRecord, reality: Reality): void {
  const { life } = record;
  const holds = reality.fence !== undefined && reality.fence === life.fence;
  if (reality.fence !== undefined && !holds && !isFinal(record)) reality.abort('Evicted');
  switch (stateOf(record)) {
    case 'queued':
      if (life.driver === 'supervisor') reality.offer();
      return;
    case 'running':
      if (life.driver === 'supervisor') reconcileParent(record, reality);
      return reconcileAttempt(record, reality);
    default:
      if (!life.cancelled) return;
      reality.abort('RequestCanceled');
      if (life.driver === 'supervisor' && !holds) reality.withdraw();
  }
}

function reconcileAttempt({ life, leaf, children }: TaskRecord, reality: Reality): void {
  const here = life.driver === 'supervisor' && life.worker === reality.worker;
  if (here && reality.fence === undefined) reality.startBody();
  // A body that waits for its children occupies nothing: they need the slot.
  if (here) reality.occupy((children?.open ?? 0) === 0);
  if (here && life.unresponsiveAt !== undefined) reality.markUnresponsive();
  const reason = abortReasons[leaf];
  if (reason !== undefined) reality.abort(reason);
}

function reconcileParent({ life, leaf, children }: TaskRecord, reality: Reality): void {
  if (!children) return;
  if (leaf === 'running.joining' && children.open === 0) reality.follow('CHILDREN_ENDED');
  if (!life.reportsItself && rolledUp(children) !== life.progress) reality.follow('ROLL_UP');
  const rejected = life.held !== undefined && life.held.to !== 'success';
  if (children.open > 0 && (life.cancelled || rejected)) reality.cancelChildren();
}
