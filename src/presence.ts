import type { AnyActorRef } from 'xstate';
import type { FaultName } from '../machines/fault.ts';
import type { Attempt } from './body.ts';
import type { Decision, TaskSnapshot } from './decide.ts';
import { Fault } from './fault.ts';
import { type FollowUp, type Reality, reconcile } from './reconcile.ts';
import { type TaskRecord, isFinal, stateOf } from './record.ts';
import { type TaskActor, follow, replaceSnapshot, spawnTaskActor } from './task-actor.ts';

/** What the presence of a task needs of the supervisor. */
export interface PresencePort {
  readonly worker: string;
  /** The supervisor's own. */
  actor(): AnyActorRef;
  stopActor(actor: TaskActor): void;
  startBody(record: TaskRecord): Attempt | undefined;
  /** The body takes a slot, or gives it back. */
  occupy(attempt: Attempt, slot: boolean): void;
  offer(record: TaskRecord): void;
  withdraw(record: TaskRecord): void;
  cancelChildren(key: string): void;
  /** The time at which something happens to the task by itself follows from its record. */
  alarm(record: TaskRecord): void;
}

/** What there is of one task in this process: its actor, its body, its driver's signal. It follows the record. */
export class Presence {
  readonly #key: string;
  readonly #port: PresencePort;
  readonly #send: (type: FollowUp) => void;
  #actor: TaskActor | undefined;
  #attempt: Attempt | undefined;
  /** The signal of a created task, for its driver. */
  #controller: AbortController | undefined;
  readonly #following = new Set<FollowUp>();
  #hasCanceledChildren = false;

  /** `send`: wants an event that follows from the record; `followed` is called when it was answered. */
  constructor(key: string, port: PresencePort, send: (type: FollowUp) => void) {
    this.#key = key;
    this.#port = port;
    this.#send = send;
  }

  get attempt(): Attempt | undefined {
    return this.#attempt;
  }

  get isEmpty(): boolean {
    return !this.#attempt && !this.#actor && !this.#controller && this.#following.size === 0;
  }

  drive(controller: AbortController): void {
    this.#controller = controller;
  }

  /** An actor exists while the task runs, and takes every step of it. */
  take(before: TaskSnapshot, decision: Decision): void {
    const runs = stateOf(decision.record) === 'running';
    if (!this.#actor && runs) this.#actor = spawnTaskActor(this.#port.actor(), this.#key, before);
    if (this.#actor) follow(this.#actor, decision);
    if (!runs) this.#dropActor();
  }

  /** The record was changed elsewhere. */
  replace(record: TaskRecord, snapshot: TaskSnapshot): void {
    if (this.#actor) replaceSnapshot(this.#actor, snapshot);
    if (stateOf(record) !== 'running') this.#dropActor();
  }

  bodyGone(): void {
    if (this.#attempt) this.#port.occupy(this.#attempt, false);
    this.#attempt = undefined;
  }

  followed(type: FollowUp): void {
    this.#following.delete(type);
  }

  /** Reality follows the record. */
  settle(record: TaskRecord): void {
    this.#port.alarm(record);
    let cancelsChildren = false;
    const reality: Reality = {
      worker: this.#port.worker,
      fence: this.#attempt?.fence,
      startBody: () => (this.#attempt = this.#port.startBody(record)),
      abort: (reason) => this.#abort(reason),
      occupy: (slot) => this.#attempt && this.#port.occupy(this.#attempt, slot),
      offer: () => this.#port.offer(record),
      withdraw: () => this.#port.withdraw(record),
      follow: (type) => this.#follow(type),
      cancelChildren: () => {
        cancelsChildren = true;
        if (!this.#hasCanceledChildren) this.#port.cancelChildren(this.#key);
      },
    };
    reconcile(record, reality);
    this.#hasCanceledChildren = cancelsChildren;
    if (isFinal(record)) this.#controller = undefined;
  }

  #follow(type: FollowUp): void {
    if (this.#following.has(type)) return;
    this.#following.add(type);
    this.#send(type);
  }

  #abort(reason: FaultName): void {
    this.#attempt?.abort(reason);
    if (this.#controller && !this.#controller.signal.aborted) this.#controller.abort(new Fault(reason));
  }

  #dropActor(): void {
    // A final actor has ended by itself; one that is queued again has not.
    if (this.#actor?.getSnapshot().status === 'active') this.#port.stopActor(this.#actor);
    this.#actor = undefined;
  }
}
