import { type AnyActorRef, type InspectionEvent, type Observer, toObserver } from 'xstate';
import type { EventStream } from './event-stream.ts';
import { show } from './fault.ts';

/** An observer of the user's that throws is told of, and nothing else changes. */
function guarded<T>(observer: Observer<T>, events: EventStream): Observer<T> {
  const call = (run: () => void) => {
    try {
      run();
    } catch (error) {
      events.emit({ kind: 'observerFailed', error });
      process.emitWarning(
        `Expected an observer not to throw, but it threw ${show(error)}.`,
        'TaskchartObserver',
      );
    }
  };
  // What the observer sets in motion is observed after it, not inside of it: a chain of such calls overflows no stack.
  let waiting: T[] | undefined;
  const next = (value: T) => {
    if (waiting) return void waiting.push(value);
    waiting = [value];
    for (const each of waiting) call(() => observer.next?.(each));
    waiting = undefined;
  };
  return {
    next,
    error: (error) => call(() => observer.error?.(error)),
    complete: () => call(() => observer.complete?.()),
  };
}

/** What XState's `createActor` takes as `inspect`. */
export type InspectObserver = Observer<InspectionEvent> | ((event: InspectionEvent) => void);

/** The options of an actor that is inspected by a user's observer. */
export function observe(inspect: InspectObserver | undefined, events: EventStream) {
  return inspect ? { inspect: guarded(toObserver(inspect), events) } : {};
}

/**
 * The same actor, in the hands of users: XState rethrows what its subscribers throw as an uncaught exception, and takes
 * a stop from anyone who sends the event; this one does neither.
 */
export function guardActor<A extends AnyActorRef>(actor: A, events: EventStream): A {
  const subscribe = actor.subscribe.bind(actor);
  const send = actor.send.bind(actor);
  actor.subscribe = ((next: never, error?: never, complete?: never) =>
    subscribe(guarded(toObserver(next, error, complete), events))) as A['subscribe'];
  actor.send = ((event: { readonly type: string }) => {
    if (event.type !== 'xstate.stop') send(event);
  }) as A['send'];
  return actor;
}
