import type { SnapshotFrom } from 'xstate';
import { type Outcome, type TaskLife, type TaskEvent, taskMachine } from '../machines/task.ts';
import { leafOf, snapshotAt, step } from '../machines/chart.ts';
import { compile } from './compile/index.ts';
import type { TaskRecord } from './record.ts';

export type TaskSnapshot = SnapshotFrom<typeof taskMachine>;

const chart = compile(taskMachine);

/** What the chart says to one event: the record that would be true, and the answer to its sender. Nothing happened yet. */
export interface Decision {
  readonly event: TaskEvent;
  readonly outcome: Outcome;
  /** The same record when nothing would change. */
  readonly record: TaskRecord;
  readonly snapshot: TaskSnapshot;
}

/** The chart's snapshot of a record. */
export function snapshotOf(record: TaskRecord): TaskSnapshot {
  return snapshotAt(chart, record.leaf, { task: record.life, children: record.children });
}

/** Decides by the chart alone: no time, no chance, no effect. */
export function decide(record: TaskRecord, snapshot: TaskSnapshot, event: TaskEvent): Decision {
  const { snapshot: next, outcome } = step(chart, snapshot, event);
  if (next === snapshot) return { event, outcome, record, snapshot };
  const leaf = leafOf(next.value);
  if (leaf === record.leaf && sameLife(record.life, next.context.task))
    return { event, outcome, record, snapshot };
  const { key, order, sequence, creation, children } = record;
  return {
    event,
    outcome,
    snapshot: next,
    record: { key, order, sequence: sequence + 1, leaf, creation, life: next.context.task, children },
  };
}

function sameLife(a: TaskLife, b: TaskLife): boolean {
  if (a === b) return true;
  for (const name in a) if (a[name as keyof TaskLife] !== b[name as keyof TaskLife]) return false;
  return true;
}
