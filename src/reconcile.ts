import type { FaultName } from '../machines/fault.ts';
import type { TaskRecord } from './record.ts';
import { isFinal } from './record.ts';

/** What is there of a task in this process. */
export interface Reality {
  readonly worker: string;
  /** The fence of the attempt whose body is here, if one is. */
  readonly fence: number | undefined;
  startBody(record: TaskRecord): void;
  /** Aborts the signal, the first time that it is called for an attempt. */
  abort(reason: FaultName): void;
  /** The task can be started by whoever has a slot. */
  offer(record: TaskRecord): void;
  withdraw(record: TaskRecord): void;
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
  const { life, leaf } = record;
  const holds = reality.fence !== undefined && reality.fence === life.fence;
  if (reality.fence !== undefined && !holds && !isFinal(record)) reality.abort('Evicted');
  if (leaf === 'queued') {
    if (life.driver === 'supervisor') reality.offer(record);
    return;
  }
  if (isFinal(record)) {
    if (life.cancelled) reality.abort('RequestCanceled');
    if (life.cancelled && life.driver === 'supervisor' && !holds) reality.withdraw(record);
    return;
  }
  const here = life.driver === 'supervisor' && life.worker === reality.worker;
  if (here && reality.fence === undefined) reality.startBody(record);
  const reason = abortReasons[leaf];
  if (reason !== undefined) reality.abort(reason);
}
