import type { AnyActorRef } from 'xstate';
import type { FaultName } from '../machines/fault.ts';
import type { TaskEvent } from '../machines/task.ts';
import type { Attempt } from './body.ts';
import { type Decision, type TaskSnapshot, decide, snapshotOf } from './decide.ts';
import { Fault } from './fault.ts';
import { reconcile } from './reconcile.ts';
import { type TaskRecord, isFinal, stateOf } from './record.ts';
import type { Answer } from './refusal.ts';
import type { Group, Verdict } from './store.ts';
import { type TaskActor, follow, replaceSnapshot, spawnTaskActor } from './task-actor.ts';
import type { Watcher } from './watcher.ts';

/** Something that is wanted of one task. */
export interface Operation {
  readonly event: TaskEvent;
  /** Called once, after the commit, with the answer; or with the fault that kept it from being decided. */
  readonly answer: (answer: Answer | Fault) => void;
}

/** What the lanes need of the supervisor. */
export interface LanePort {
  readonly worker: string;
  /** The supervisor's own. */
  actor(): AnyActorRef;
  commit(group: Group, settle: (verdict: Verdict) => void): void;
  /** The record comes by `loaded`. */
  load(key: string): void;
  stopActor(actor: TaskActor): void;
  startBody(record: TaskRecord): Attempt | undefined;
  offer(record: TaskRecord): void;
  withdraw(record: TaskRecord): void;
  /** A record was committed by this supervisor. */
  changed(record: TaskRecord, decisions: readonly Decision[]): void;
  conflict(record: TaskRecord | undefined, event: TaskEvent): void;
}

const nobody: readonly Watcher[] = [];

/**
 * All that concerns one task, in the order in which it came: what is wanted is decided on the newest committed record,
 * committed, and only then applied. While a commit is under way the rest waits, and is decided together after it.
 */
export class Lane {
  readonly key: string;
  readonly #port: LanePort;
  #record: TaskRecord | undefined;
  #snapshot: TaskSnapshot | undefined;
  #phase: 'idle' | 'loading' | 'fresh' | 'committing' = 'idle';
  #waiting: Operation[] = [];
  #deciding: readonly Operation[] = [];
  #actor: TaskActor | undefined;
  #attempt: Attempt | undefined;
  /** The signal of a created task, for its driver. */
  #controller: AbortController | undefined;
  #watchers: readonly Watcher[] = nobody;

  constructor(key: string, port: LanePort, record?: TaskRecord) {
    this.key = key;
    this.#port = port;
    this.#record = record;
  }

  get attempt(): Attempt | undefined {
    return this.#attempt;
  }

  /** Whether nobody needs it: whoever wants something of the task next finds the record in the store. */
  get isIdle(): boolean {
    return (
      this.#phase === 'idle' &&
      this.#waiting.length === 0 &&
      this.#watchers.length === 0 &&
      !this.#attempt &&
      !this.#actor &&
      !this.#controller
    );
  }

  operate(operation: Operation): void {
    this.#waiting.push(operation);
    this.advance();
  }

  /** Makes the driver's signal of a created task. */
  drive(controller: AbortController): void {
    this.#controller = controller;
  }

  watch(watcher: Watcher): void {
    if (this.#record && watcher.see(this.#record)) return;
    this.#watchers = [...this.#watchers, watcher];
    if (!this.#record && this.#phase === 'idle') this.#load();
  }

  unwatch(watcher: Watcher): void {
    this.#watchers = this.#watchers.filter((other) => other !== watcher);
  }

  /** Somebody else may have changed the record. */
  hint(): void {
    if (this.#phase === 'idle') this.#load();
  }

  /** The record as the store has it. */
  loaded(record: TaskRecord | undefined): void {
    this.#phase = 'fresh';
    this.#replace(record);
    this.advance();
    if (this.#phase === 'fresh') this.#phase = 'idle';
  }

  /** The body is gone, and its end was dealt with. */
  bodyGone(): void {
    this.#attempt = undefined;
  }

  /** The record could not be read. */
  unreadable(fault: Fault): void {
    this.#phase = 'idle';
    this.abandon(fault);
  }

  /** Nothing will be decided any more: whoever waits is told. */
  abandon(fault: Fault): void {
    for (const { answer } of [...this.#deciding, ...this.#waiting]) answer(fault);
    this.#deciding = [];
    this.#waiting = [];
    for (const watcher of this.#takeWatchers()) watcher.abandon(fault);
  }

  /** Decides what waits. */
  advance(): void {
    if (this.#phase === 'loading' || this.#phase === 'committing' || this.#waiting.length === 0) return;
    if (!this.#record) return this.#load();
    const record = this.#record;
    const operations = this.#waiting;
    const decisions = this.#decideAll(record, operations);
    const next = decisions.at(-1)?.record ?? record;
    // A commit proves that the record was the newest; where nothing is to be committed, a fresh reading has to.
    if (next === record && this.#phase === 'idle') return this.#load();
    this.#waiting = [];
    if (next === record) {
      this.#answer(operations, decisions);
      return this.advance();
    }
    this.#phase = 'committing';
    this.#deciding = operations;
    const { sequence, life } = record;
    this.#port.commit([{ kind: 'replace', record: next, sequence, fence: life.fence }], (verdict) =>
      this.#committed(operations, decisions, verdict),
    );
  }

  #decideAll(record: TaskRecord, operations: readonly Operation[]): readonly Decision[] {
    let from = { record, snapshot: (this.#snapshot ??= snapshotOf(record)) };
    return operations.map(({ event }) => (from = decide(from.record, from.snapshot, event)) as Decision);
  }

  #committed(operations: readonly Operation[], decisions: readonly Decision[], verdict: Verdict): void {
    this.#phase = 'idle';
    this.#deciding = [];
    if (!verdict.ok) {
      const [record] = verdict.records;
      for (const { event } of operations) this.#port.conflict(record, event);
      this.#waiting = [...operations, ...this.#waiting];
      this.#replace(record);
    } else {
      this.#apply(operations, decisions);
    }
    this.advance();
  }

  /** Makes a committed record visible: to its actor, to those who asked, to those who watch, and to reality. */
  #apply(operations: readonly Operation[], decisions: readonly Decision[]): void {
    let before = this.#snapshot;
    for (const decision of decisions) {
      if (before && decision.record !== this.#record) this.#follow(before, decision);
      before = decision.snapshot;
      this.#record = decision.record;
    }
    this.#snapshot = before;
    if (!this.#record) return;
    this.#port.changed(this.#record, decisions);
    this.#answer(operations, decisions);
    this.#settle(this.#record);
  }

  /** An actor exists while the task runs, and takes every step of it. */
  #follow(before: TaskSnapshot, decision: Decision): void {
    if (!this.#actor && stateOf(decision.record) === 'running') {
      this.#actor = spawnTaskActor(this.#port.actor(), this.key, before);
    }
    if (this.#actor) follow(this.#actor, decision);
    if (this.#actor && stateOf(decision.record) !== 'running') this.#dropActor();
  }

  #dropActor(): void {
    // A final actor has ended by itself; one that is queued again has not.
    if (this.#actor?.getSnapshot().status === 'active') this.#port.stopActor(this.#actor);
    this.#actor = undefined;
  }

  #answer(operations: readonly Operation[], decisions: readonly Decision[]): void {
    operations.forEach(({ answer }, index) => {
      const decision = decisions[index];
      if (decision) answer({ outcome: decision.outcome, record: decision.record });
    });
  }

  /** The record as it stands elsewhere replaces what this lane knew. */
  #replace(record: TaskRecord | undefined): void {
    if (!record) {
      this.#record = undefined;
      this.#snapshot = undefined;
      for (const { answer } of this.#waiting.splice(0))
        answer({ outcome: 'ManagedObjectNotFound', record: undefined });
      for (const watcher of this.#takeWatchers()) watcher.see(undefined);
      return;
    }
    if (this.#record && this.#record.sequence >= record.sequence) return this.#settle(this.#record);
    this.#record = record;
    this.#snapshot = snapshotOf(record);
    if (this.#actor) replaceSnapshot(this.#actor, this.#snapshot);
    if (this.#actor && stateOf(record) !== 'running') this.#dropActor();
    this.#settle(record);
  }

  #settle(record: TaskRecord): void {
    if (this.#watchers.length > 0) this.#watchers = this.#watchers.filter((watcher) => !watcher.see(record));
    reconcile(record, {
      worker: this.#port.worker,
      fence: this.#attempt?.fence,
      startBody: () => (this.#attempt = this.#port.startBody(record)),
      abort: (reason) => this.#abort(reason),
      offer: () => this.#port.offer(record),
      withdraw: () => this.#port.withdraw(record),
    });
    if (isFinal(record)) this.#controller = undefined;
  }

  #abort(reason: FaultName): void {
    this.#attempt?.abort(reason);
    if (this.#controller && !this.#controller.signal.aborted) this.#controller.abort(new Fault(reason));
  }

  #takeWatchers(): readonly Watcher[] {
    const watchers = this.#watchers;
    this.#watchers = nobody;
    return watchers;
  }

  #load(): void {
    this.#phase = 'loading';
    this.#port.load(this.key);
  }
}
