import type { TaskRecord } from '../index.ts';
import { counted, moment } from './text.ts';

/** What there is at the file beside the task. */
export interface Surroundings {
  readonly now: number;
  /** The types that are paused; `''`: everything is. */
  readonly paused: ReadonlySet<string>;
  /** The beats of every process that holds something. */
  readonly beats: ReadonlyMap<string, number>;
  /** How many tasks run. */
  readonly running: number;
}

/** Something that has to be or happen before the task goes on. */
export interface Wait {
  readonly for:
    | 'attempt'
    | 'body'
    | 'children'
    | 'creator'
    | 'deadline'
    | 'lease'
    | 'process'
    | 'resume'
    | 'slot'
    | 'start';
  readonly text: string;
  /** When that is, or since when it has been so. */
  readonly at?: string;
}

/** What the task waits for. Nothing, where it has ended. */
export function waitsOf(record: TaskRecord, around: Surroundings): Wait[] {
  const { leaf, life } = record;
  if (leaf === 'success' || leaf === 'error') return [];
  const own = leaf === 'queued' ? queuedWaits(record, around) : runningWaits(record, around);
  if (life.deadlineAt === undefined) return own;
  return [...own, wait('deadline', 'it ends in Timedout unless it has ended by', life.deadlineAt)];
}

function wait(what: Wait['for'], text: string, at?: number): Wait {
  if (at === undefined) return { for: what, text };
  return { for: what, text: `${text} ${moment(at)}`, at: new Date(at).toISOString() };
}

function queuedWaits({ creation, life }: TaskRecord, around: Surroundings): Wait[] {
  if (life.driver === 'creator') return [wait('creator', 'its creator, who drives it, to say that it runs')];
  const waits: Wait[] = [];
  const { paused } = around;
  if (paused.has('')) waits.push(wait('resume', 'the end of the pause of everything: taskchart resume'));
  if (paused.has(creation.type))
    waits.push(wait('resume', `the end of the pause of its type: taskchart resume ${creation.type}`));
  if (life.startAt !== undefined && life.startAt > around.now) {
    const { attempt, maxAttempts, attempts } = life;
    if (attempts.length === 0) waits.push(wait('start', 'its time to start,', life.startAt));
    else waits.push(wait('attempt', `attempt ${attempt} of ${maxAttempts}, after a backoff,`, life.startAt));
  }
  if (waits.length > 0) return waits;
  if (around.running > 0)
    return [wait('slot', `a free slot: ${counted(around.running, 'task')} in this file run`)];
  return [wait('process', 'a process that runs its type: nothing in this file runs')];
}

function runningWaits({ leaf, life, children }: TaskRecord, around: Surroundings): Wait[] {
  if (life.driver === 'creator') {
    if (!life.cancelled) return [wait('creator', 'its creator, who drives it, to end it')];
    return [wait('creator', 'its creator, who was asked to end it')];
  }
  const waits: Wait[] = [];
  if (leaf !== 'running.joining') waits.push(wait('body', body[leaf] ?? 'its body', life.abortedAt));
  if (life.unresponsiveAt !== undefined)
    waits.push(wait('body', 'which has ignored the abort longer than its grace, since', life.unresponsiveAt));
  if (children && children.open > 0)
    waits.push(wait('children', `${counted(children.open, 'child task')} not ended: see below`));
  if (life.worker !== undefined && (around.beats.get(life.worker) ?? 0) === 0)
    waits.push(wait('lease', 'another process to take it up: the lease of the one that ran it is over'));
  return waits;
}

const body: Readonly<Record<string, string>> = {
  'running.active': 'its body, which works',
  'running.canceling': 'its body to end: a cancel was requested',
  'running.expiring': 'its body to end: its time was over',
  'running.evicting': 'its body to end: its supervisor stops',
};
