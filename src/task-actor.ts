import { type ActorRefFrom, type AnyActorRef, type AnyActorScope, createActor } from 'xstate';
import { type TaskEvent, taskMachine } from '../machines/task.ts';
import type { Decision, TaskSnapshot } from './decide.ts';

/** The snapshot that was decided for an event, until its actor takes it. */
const decided = new WeakMap<object, TaskSnapshot>();

/**
 * The logic of a task's actor: the chart, but it takes only what was decided and committed. An event that comes from
 * anyone else changes nothing.
 */
const following = Object.create(taskMachine, {
  transition: {
    value: (snapshot: TaskSnapshot, event: { readonly type: string }): TaskSnapshot =>
      event.type === 'xstate.stop'
        ? ({ ...snapshot, status: 'stopped' } as never)
        : (decided.get(event) ?? snapshot),
  },
  getInitialSnapshot: { value: (_scope: AnyActorScope, snapshot: TaskSnapshot): TaskSnapshot => snapshot },
}) as typeof taskMachine;

export type TaskActor = ActorRefFrom<typeof taskMachine>;

/** The actor of a live task, showing a committed snapshot. */
export function spawnTaskActor(parent: AnyActorRef, key: string, snapshot: TaskSnapshot): TaskActor {
  return createActor(following, { parent, id: key, input: snapshot as never }).start();
}

/** The actor receives the event and takes the snapshot that was decided for it. */
export function follow(actor: TaskActor, { event, snapshot }: Pick<Decision, 'event' | 'snapshot'>): void {
  decided.set(event, snapshot);
  actor.send(event);
}

/** The record was changed elsewhere: the actor takes its snapshot as it is now. */
export function replaceSnapshot(actor: TaskActor, snapshot: TaskSnapshot): void {
  const event = { type: 'taskchart.replaced' };
  decided.set(event, snapshot);
  actor.send(event as unknown as TaskEvent);
}
