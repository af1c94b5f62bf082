import type { Children, TaskLife, TaskState } from '../machines/task.ts';

/** Who started a task. */
export type TaskReason =
  | { readonly kind: 'user'; readonly userName: string }
  | { readonly kind: 'system' }
  | { readonly kind: 'schedule'; readonly name: string }
  | { readonly kind: 'alarm'; readonly [field: string]: unknown };

/** What is said of a task when it is created, and never changes. */
export interface Creation {
  readonly type: string;
  /** As submitted, serialized. */
  readonly input: string | undefined;
  readonly priority: number;
  readonly reason: TaskReason;
  readonly entity: string | undefined;
  readonly entityName: string | undefined;
  readonly changeTag: string | undefined;
  readonly activationId: string | undefined;
  readonly parentTaskKey: string | undefined;
  /** The root of the parent, or the parent itself. */
  readonly rootTaskKey: string | undefined;
  /** How it belongs to its parent; left out for a task that is no structured child. */
  readonly child: ChildLink | undefined;
  /** `none`: a created task that outlives the process of its creator. */
  readonly owner: 'process' | 'none';
}

/** How a task that was spawned by a body belongs to it. */
export interface ChildLink {
  /** Once per parent, across attempts and crashes. */
  readonly name: string | undefined;
  /** Its share in the progress of the parent. */
  readonly weight: number;
  /** The parent neither waits for it nor cancels it, and its progress does not count there. */
  readonly detached: boolean;
}

/** The truth about one task. Actors, handles and pictures follow it; nothing else is ever shown. */
export interface TaskRecord {
  readonly key: string;
  /** The place in the order of creation, given by the store at insertion. */
  readonly order: number;
  /** Grows by one with every visible change, from 1. */
  readonly sequence: number;
  /** The path of the chart's leaf: `queued`, `running.canceling`, `success`. */
  readonly leaf: string;
  readonly creation: Creation;
  readonly life: TaskLife;
  /** The sums of its structured children, kept by the store; left out while it has none. */
  readonly children?: Children | undefined;
}

/** The word of `TaskInfo.state` for a leaf of the chart. */
export function stateOf(record: Pick<TaskRecord, 'leaf'>): TaskState {
  const dot = record.leaf.indexOf('.');
  return (dot < 0 ? record.leaf : record.leaf.slice(0, dot)) as TaskState;
}

/** Whether nothing about the outcome will ever change again. */
export function isFinal(record: Pick<TaskRecord, 'leaf'>): boolean {
  return record.leaf === 'success' || record.leaf === 'error';
}

/** The parent whose life depends on this task; undefined for roots, for detached children and for mere links. */
export function structuredParent({ creation }: Pick<TaskRecord, 'creation'>): string | undefined {
  return creation.child && !creation.child.detached ? creation.parentTaskKey : undefined;
}
