import { type ActorLogic, type AnyActorRef, type AnyActorScope, createActor } from 'xstate';
import type { TaskSnapshot } from './decide.ts';
import type { EventStream } from './event-stream.ts';
import { type InspectObserver, guardActor, observe } from './observer.ts';
import { type TaskActor, createTaskActor } from './task-actor.ts';
import type { Turn, TurnScheduler } from './turn.ts';

/** What the supervisor's actor shows. */
export interface SupervisorSnapshot {
  readonly status: 'active' | 'done' | 'stopped';
  readonly output: undefined;
  readonly error: undefined;
  /** The leaf of the supervisor's chart. */
  readonly value: string;
  readonly context: {
    readonly concurrency: number;
    /** Slots that are taken: a body runs there, or is about to. */
    readonly slots: number;
    /** Bodies that run on though they were told to end and their `graceMs` is over: each keeps its slot. */
    readonly unresponsive: number;
    /** Tasks that are being worked on or watched. */
    readonly lanes: number;
    /** Types of which nothing starts; `''`: nothing at all does. */
    readonly paused: ReadonlySet<string>;
  };
}

export type Shown = SupervisorSnapshot['context'] & Pick<SupervisorSnapshot, 'status' | 'value'>;

/** A turn in the mailbox. Only what the runtime itself put there is dealt with. */
class Message {
  readonly type: `${Turn['source']}.turn`;
  readonly key: string | undefined;
  #proceed: (() => void) | undefined;

  constructor({ source, key }: Turn, proceed: () => void) {
    this.type = `${source}.turn`;
    this.key = key;
    this.#proceed = proceed;
  }

  static isNew(message: Message): boolean {
    return message.#proceed !== undefined;
  }

  /** Once: whoever saw the message may send it again. */
  static proceed(message: Message): void {
    const proceed = message.#proceed;
    message.#proceed = undefined;
    proceed?.();
  }
}

export interface MailboxPort {
  readonly turns: TurnScheduler;
  readonly events: EventStream;
  readonly inspect: InspectObserver | undefined;
  /** One turn, and all that follows from it. Never throws. */
  run(proceed: () => void): void;
  /** `mayEnd`: nothing is waiting for its turn. */
  show(mayEnd: boolean): Shown;
  /** Somebody stopped the actor itself. */
  cut(): void;
}

/** The supervisor's XState actor: whatever concerns its tasks passes through here, one turn at a time. */
export class Mailbox {
  readonly actor: AnyActorRef;
  readonly #port: MailboxPort;
  /** How many messages were sent and not dealt with yet: an actor that is done would drop them. */
  #pending = 0;
  #scope: AnyActorScope | undefined;
  #snapshot: SupervisorSnapshot;

  constructor(port: MailboxPort) {
    this.#port = port;
    this.#snapshot = snapshotOf(port.show(false));
    this.actor = guardActor(createActor(this.#logic(), observe(port.inspect, port.events)), port.events);
    this.actor.start();
  }

  /** Brings something from outside into the mailbox, when its turn has come. A call from inside a turn waits for its end. */
  enter(turn: Turn, proceed: () => void): void {
    this.#port.turns.deliver(turn, () => {
      // An actor that has ended drops what it is sent; what still comes is answered all the same.
      if (this.#snapshot.status !== 'active') return this.#port.run(proceed);
      this.#pending += 1;
      this.actor.send(new Message(turn, proceed));
    });
  }

  /** The actor of a task that has become live. */
  startChild(key: string, snapshot: TaskSnapshot): TaskActor {
    const child = createTaskActor(this.actor, key, snapshot);
    // Only an inspector ever comes by it.
    if (this.#port.inspect) guardActor(child, this.#port.events);
    child.start();
    return child;
  }

  /** Ends the actor of a task that is not final and no longer live. */
  stopChild(child: AnyActorRef): void {
    this.#scope?.stopChild(child);
  }

  #logic(): ActorLogic<SupervisorSnapshot, { type: string }> {
    return {
      getInitialSnapshot: () => this.#snapshot,
      getPersistedSnapshot: (snapshot) => snapshot,
      transition: (_snapshot, event, scope) => {
        this.#scope = scope;
        if (event.type === 'xstate.stop') {
          this.#port.cut();
          this.#snapshot = { ...snapshotOf(this.#port.show(false)), status: 'stopped' };
        } else if (event instanceof Message) {
          if (Message.isNew(event)) this.#pending -= 1;
          this.#port.run(() => Message.proceed(event));
          this.#show();
        }
        return this.#snapshot;
      },
    };
  }

  /** The snapshot stays the same object while nothing that it shows has changed. */
  #show(): void {
    const shown = this.#port.show(this.#pending === 0);
    const { status, value, context } = this.#snapshot;
    const same =
      status === shown.status &&
      value === shown.value &&
      context.slots === shown.slots &&
      context.unresponsive === shown.unresponsive &&
      context.lanes === shown.lanes &&
      context.paused === shown.paused;
    if (!same) this.#snapshot = snapshotOf(shown);
  }
}

function snapshotOf({ status, value, ...context }: Shown): SupervisorSnapshot {
  return { status, value, context, output: undefined, error: undefined };
}
