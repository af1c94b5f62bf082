import { type ActorRefFrom, type AnyActorRef, type AnyActorScope, createActor } from 'xstate';
import { type TaskEvent, taskMachine } from '../machines/task.ts';
import type { Decision, TaskSnapshot } from './decide.ts';

/** The snapshot that was decided for an event, until its actor takes it. */
const decided = new WeakMap<object, TaskSnapshot>();

/** The event that is on its way, and its snapshot: an idle actor takes it at once, and a weak map is dear to collect. */
let sent: object | undefined;
let sentSnapshot: TaskSnapshot | undefined;

function take(event: object): TaskSnapshot | undefined {
  if (event !== sent) {
    const later = decided.get(event);
    decided.delete(event);
    return later;
  }
  const snapshot = sentSnapshot;
  sent = sentSnapshot = undefined;
  return snapshot;
}

function send(actor: TaskActor, event: TaskEvent, snapshot: TaskSnapshot): void {
  sent = event;
  sentSnapshot = snapshot;
  actor.send(event);
  if (sent !== event) return;
  // The actor was in the middle of another event, and will take this one after it.
  decided.set(event, snapshot);
  sent = sentSnapshot = undefined;
}

/**
 * The logic of a task's actor: the chart, but it takes only what was decided and committed. An event that comes from
 * anyone else changes nothing.
 */
const following = Object.create(taskMachine, {
  transition: {
    value: (snapshot: TaskSnapshot, event: { readonly type: string }): TaskSnapshot =>
      event.type === 'xstate.stop'
        ? ({ ...snapshot, status: 'stopped' } as never)
        : (take(event) ?? snapshot),
  },
  getInitialSnapshot: { value: (_scope: AnyActorScope, snapshot: TaskSnapshot): TaskSnapshot => snapshot },
}) as typeof taskMachine;

export type TaskActor = ActorRefFrom<typeof taskMachine>;

/** The actor of a live task, showing a committed snapshot. It is not started yet: whoever inspects it sees it first. */
export function createTaskActor(parent: AnyActorRef, key: string, snapshot: TaskSnapshot): TaskActor {
  return createActor(following, { parent, id: key, input: snapshot as never });
}

/** The actor receives the event and takes the snapshot that was decided for it. */
export function follow(actor: TaskActor, { event, snapshot }: Pick<Decision, 'event' | 'snapshot'>): void {
  send(actor, event, snapshot);
}

/** The record was changed elsewhere: the actor takes its snapshot as it is now. */
export function replaceSnapshot(actor: TaskActor, snapshot: TaskSnapshot): void {
  const event = { type: 'taskchart.replaced' };
  send(actor, event as unknown as TaskEvent, snapshot);
}
