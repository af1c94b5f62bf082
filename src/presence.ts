import type { FaultName } from '../machines/fault.ts';
import type { Attempt } from './body.ts';
import type { Decision, TaskSnapshot } from './decide.ts';
import { Fault } from './fault.ts';
import { type FollowUp, type Reality, reconcile } from './reconcile.ts';
import { type TaskRecord, isFinal, stateOf } from './record.ts';
import { type TaskActor, follow, replaceSnapshot } from './task-actor.ts';

/** What the presence of a task needs of the supervisor. */
export interface PresencePort {
  readonly worker: string;
  /** The actor of a task, a child of the supervisor's own, started. */
  startActor(key: string, snapshot: TaskSnapshot): TaskActor;
  stopActor(actor: TaskActor): void;
  startBody(record: TaskRecord): Attempt | undefined;
  /** The body takes a slot, or gives it back. */
  occupy(attempt: Attempt, slot: boolean): void;
  markUnresponsive(attempt: Attempt): void;
  /** The body gives back whatever it holds. */
  leave(attempt: Attempt): void;
  offer(record: TaskRecord): void;
  withdraw(record: TaskRecord): void;
  cancelChildren(key: string): void;
  /** The time at which something happens to the task by itself follows from its record. */
  alarm(record: TaskRecord): void;
  /** Nothing happens to the task by itself any more. */
  silence(key: string): void;
}

const nothing: readonly FollowUp[] = [];

/** What there is of one task in this process: its actor, its body, its driver's signal. It follows the record. */
export class Presence implements Reality {
  readonly #key: string;
  readonly #port: PresencePort;
  readonly #send: (type: FollowUp) => void;
  #record: TaskRecord | undefined;
  #actor: TaskActor | undefined;
  #attempt: Attempt | undefined;
  /** The signal of a created task, for its driver. */
  #controller: AbortController | undefined;
  /** What follows from the record and was not answered yet. */
  #following: readonly FollowUp[] = nothing;
  /** Whether the children were asked to end; and whether the record still says that they have to. */
  #childrenEnd: 'no' | 'asked' | 'asked, and still called for' = 'no';

  /** `send`: wants an event that follows from the record; `followed` is called when it was answered. */
  constructor(key: string, port: PresencePort, send: (type: FollowUp) => void) {
    this.#key = key;
    this.#port = port;
    this.#send = send;
  }

  get worker(): string {
    return this.#port.worker;
  }

  get fence(): number | undefined {
    return this.#attempt?.fence;
  }

  get attempt(): Attempt | undefined {
    return this.#attempt;
  }

  get isEmpty(): boolean {
    return !this.#attempt && !this.#actor && !this.#controller && this.#following.length === 0;
  }

  get isDriven(): boolean {
    return this.#controller !== undefined;
  }

  drive(controller: AbortController): void {
    this.#controller = controller;
  }

  /** An actor exists while the task runs, and takes every step of it. */
  take(before: TaskSnapshot, decision: Decision): void {
    const runs = stateOf(decision.record) === 'running';
    if (!this.#actor && runs) this.#actor = this.#port.startActor(this.#key, before);
    if (this.#actor) follow(this.#actor, decision);
    if (!runs) this.#dropActor();
  }

  /** The record was changed elsewhere. */
  replace(record: TaskRecord, snapshot: TaskSnapshot): void {
    if (this.#actor) replaceSnapshot(this.#actor, snapshot);
    if (stateOf(record) !== 'running') this.#dropActor();
  }

  /** There is no record any more: somebody else ended the task, and retention removed it. */
  removed(): void {
    this.#record = undefined;
    this.#controller = undefined;
    this.#dropActor();
    this.#attempt?.abort('Evicted');
    this.#port.silence(this.#key);
  }

  /** The body is gone. One that had lost its task may have kept the next attempt from starting here. */
  bodyGone(): void {
    const attempt = this.#attempt;
    const record = this.#record;
    if (!attempt) return;
    this.#port.leave(attempt);
    this.#attempt = undefined;
    if (record && stateOf(record) === 'running' && record.life.fence !== attempt.fence) this.settle(record);
  }

  followed(type: FollowUp): void {
    this.#following = this.#following.filter((other) => other !== type);
  }

  /** Reality follows the record. */
  settle(record: TaskRecord): void {
    this.#record = record;
    this.#port.alarm(record);
    if (this.#childrenEnd !== 'no') this.#childrenEnd = 'asked';
    reconcile(record, this);
    if (this.#childrenEnd === 'asked') this.#childrenEnd = 'no';
    if (isFinal(record)) this.#controller = undefined;
  }

  startBody(): void {
    if (this.#record) this.#attempt = this.#port.startBody(this.#record);
  }

  abort(reason: FaultName): void {
    this.#attempt?.abort(reason);
    if (this.#controller && !this.#controller.signal.aborted) this.#controller.abort(new Fault(reason));
  }

  occupy(slot: boolean): void {
    if (this.#attempt) this.#port.occupy(this.#attempt, slot);
  }

  markUnresponsive(): void {
    if (this.#attempt) this.#port.markUnresponsive(this.#attempt);
  }

  offer(): void {
    if (this.#record) this.#port.offer(this.#record);
  }

  withdraw(): void {
    if (this.#record) this.#port.withdraw(this.#record);
  }

  follow(type: FollowUp): void {
    if (this.#following.includes(type)) return;
    this.#following = [...this.#following, type];
    this.#send(type);
  }

  cancelChildren(): void {
    if (this.#childrenEnd === 'no') this.#port.cancelChildren(this.#key);
    this.#childrenEnd = 'asked, and still called for';
  }

  #dropActor(): void {
    // A final actor has ended by itself; one that is queued again has not.
    if (this.#actor?.getSnapshot().status === 'active') this.#port.stopActor(this.#actor);
    this.#actor = undefined;
  }
}
