import { type ActorLogic, type AnyActorRef, type AnyActorScope, type InspectionEvent, type Observer, createActor } from 'xstate';
import type { TaskEvent } from '../machines/task.ts';
import { Attempt, type BodyPort, type BodyTask } from './body.ts';
import type { Clock } from './clock.ts';
import { Committer } from './committer.ts';
import type { Decision } from './decide.ts';
import { Dispatcher, everyType } from './dispatcher.ts';
import { EventStream } from './event-stream.ts';
import { Fault, show } from './fault.ts';
import { keySource } from './key.ts';
import { Lane, type LanePort, type Operation } from './lane.ts';
import { Life } from './life.ts';
import { observe, guardSubscribe } from './observer.ts';
import type { Random } from './random.ts';
import { type TaskRecord, isFinal, stateOf } from './record.ts';
import { type Answer, faultOf, refusal } from './refusal.ts';
import { type Retention, Retainer } from './retention.ts';
import type { Store } from './store.ts';
import type { AnyTaskDefinition } from './task.ts';
import { Timers } from './timers.ts';
import type { Turn, TurnScheduler } from './turn.ts';
import type { Watcher } from './watcher.ts';

export interface RuntimeOptions {
  readonly definitions: ReadonlyMap<string, AnyTaskDefinition>;
  readonly store: Store;
  readonly concurrency: number;
  readonly retention: Retention;
  readonly storeRetryMs: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly turns: TurnScheduler;
  readonly strictBounds: boolean;
  readonly inspect: InspectObserver | undefined;
  /** For `as(principal)`; the runtime itself never asks it. */
  readonly authorize: unknown;
  bodyTask(attempt: Attempt): BodyTask;
}

/** What XState's `createActor` takes as `inspect`. */
export type InspectObserver = Observer<InspectionEvent> | ((event: InspectionEvent) => void);

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
    /** Tasks that are being worked on or watched. */
    readonly lanes: number;
    readonly paused: readonly string[];
  };
}

/** A turn in the supervisor's mailbox. Only what the runtime itself put there is dealt with. */
class Message {
  readonly type: `${Turn['source']}.turn`;
  readonly key: string | undefined;
  readonly #proceed: () => void;

  constructor({ source, key }: Turn, proceed: () => void) {
    this.type = `${source}.turn`;
    this.key = key;
    this.#proceed = proceed;
  }

  static run(event: unknown): void {
    if (event instanceof Message) event.#proceed();
  }
}

/** The supervisor of one process: an actor whose mailbox serializes all that concerns its tasks. */
export class Runtime {
  readonly options: RuntimeOptions;
  readonly events: EventStream;
  readonly newKey: () => string;
  readonly life: Life;
  readonly actor: AnyActorRef;
  readonly #worker: string;
  readonly #lanes = new Map<string, Lane>();
  readonly #touched = new Set<Lane>();
  readonly #timers: Timers;
  readonly #background: Timers;
  readonly #committer: Committer;
  readonly #dispatcher: Dispatcher;
  readonly #retainer: Retainer;
  readonly #unknownTypes = new Set<string>();
  #toLoad: string[] = [];
  #toStart: [Attempt, string | undefined][] = [];
  #idleWaiters: PromiseWithResolvers<void>[] = [];
  #isCounting = false;
  #failure: unknown;
  #scope: AnyActorScope | undefined;
  #snapshot: SupervisorSnapshot | undefined;
  #shownPaused: ReadonlySet<string> | undefined;
  readonly #leaveStore: (() => void)[] = [];
  readonly #lanePort: LanePort;
  readonly #bodyPort: BodyPort;

  constructor(options: RuntimeOptions) {
    this.options = options;
    const { clock, random, store } = options;
    this.events = new EventStream(clock);
    this.newKey = keySource(clock, random);
    this.#worker = this.newKey();
    this.#timers = new Timers(clock, false);
    this.#background = new Timers(clock, true);
    this.life = this.#createLife();
    this.#committer = this.#createCommitter();
    this.#dispatcher = this.#createDispatcher();
    this.#retainer = new Retainer(options.retention, {
      records: store.records,
      clock,
      timers: this.#background,
      deliver: (proceed) => this.enter({ source: 'store' }, proceed),
      failed: (error) => this.#storeRefused(error),
    });
    this.actor = guardSubscribe(createActor(this.#logic(), observe(options.inspect, this.events)), this.events);
    this.#lanePort = this.#createLanePort();
    this.#bodyPort = { clock, bodyTask: options.bodyTask, ended: (attempt, event) => this.#bodyEnded(attempt, event) };
    this.actor.start();
  }

  get clock(): Clock {
    return this.options.clock;
  }

  /** Takes up what the store holds. Until then nothing starts. */
  async start(): Promise<void> {
    const { records, dispatch } = this.options.store;
    this.#leaveStore.push(
      records.changes(this.#worker, (keys) => this.enter({ source: 'store' }, () => this.#hinted(keys))),
      dispatch.offers(() => this.enter({ source: 'dispatch' }, () => this.#dispatcher.hint())),
    );
    await this.#readControl();
    for (let after = 0, page; (page = await records.query({ filter: waiting, after, limit: pageSize })).length > 0; ) {
      for (const record of page) {
        this.#dispatcher.offer(record);
        after = record.order;
      }
    }
    this.enter({ source: 'client' }, () => this.life.send('STARTED'));
  }

  /** Brings something from outside into the mailbox, when its turn has come. */
  enter(turn: Turn, proceed: () => void): void {
    this.options.turns.deliver(turn, () => {
      // An actor that is done drops what it is sent; what still comes is answered all the same.
      if (this.#snapshot?.status === 'active') this.actor.send(new Message(turn, proceed));
      else this.#run(proceed);
    });
  }

  /** Resolves with the answer once it is committed; rejects with the fault that it names. */
  ask(key: string, event: TaskEvent, source: Turn['source'] = 'client'): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const answer: Operation['answer'] = (given) => {
        const fault = given instanceof Fault ? given : refusal(key, event, given);
        if (fault) reject(fault);
        else resolve(given as Answer);
      };
      this.enter({ source, key }, () => this.#operate(key, { event, answer }));
    });
  }

  /** The task is in the store when it resolves. `child`: of a parent that still lives. */
  insert(record: TaskRecord, controller?: AbortController): Promise<TaskRecord> {
    return new Promise((resolve, reject) => {
      this.enter({ source: 'client', key: record.key }, () => {
        const refused = this.life.refuses('SUBMIT');
        if (refused) return reject(refused);
        this.#committer.add([{ kind: 'insert', record }], ({ ok, records: [inserted] }) => {
          if (!ok || !inserted) return reject(new Fault('SystemError', `Expected a new key, but ${record.key} is taken.`));
          if (controller) this.#lane(record.key, inserted).drive(controller);
          if (inserted.life.driver === 'supervisor') this.#dispatcher.offer(inserted);
          this.#tellInserted(inserted);
          resolve(inserted);
        });
      });
    });
  }

  /** The committed record; undefined where there is none. */
  async read(key: string): Promise<TaskRecord | undefined> {
    const [record] = await this.options.store.records.read([key]);
    return record;
  }

  watch(key: string, watcher: Watcher): void {
    this.enter({ source: 'client', key }, () => {
      if (this.life.allows('OPERATE')) return this.#lane(key).watch(watcher);
      const fault = this.life.refuses('OPERATE') ?? new Fault('SupervisorStopped');
      // What has ended is known all the same: only what would have to be waited for is refused.
      this.read(key).then(
        (record) => (record && !isFinal(record) ? watcher.abandon(fault) : void watcher.see(record)),
        () => watcher.abandon(fault),
      );
    });
  }

  unwatch(key: string, watcher: Watcher): void {
    this.enter({ source: 'client', key }, () => {
      const lane = this.#lanes.get(key);
      if (!lane) return;
      lane.unwatch(watcher);
      this.#touched.add(lane);
    });
  }

  /** Nothing of this type, or nothing at all, starts after it resolves. */
  async pause(type: string | undefined, paused: boolean): Promise<void> {
    const refused = this.life.refuses('OPERATE');
    if (refused) throw refused;
    const name = pausePrefix + (type ?? everyType);
    await this.options.store.records.setControl(name, paused ? 'paused' : undefined, this.#worker);
    await this.#readControl();
    await this.#dispatcher.settled();
  }

  /** Resolves when nothing is queued or running in the store. */
  idle(): Promise<void> {
    const waiter = Promise.withResolvers<void>();
    this.enter({ source: 'client' }, () => {
      const refused = this.life.refuses('OPERATE');
      if (refused) return waiter.reject(refused);
      this.#idleWaiters.push(waiter);
      this.#countForIdle();
    });
    return waiter.promise;
  }

  drain(): Promise<void> {
    return this.#inMailbox(() => this.life.drain());
  }

  stop(waitMs: number | undefined): Promise<void> {
    return this.#inMailbox(() => this.life.stop(waitMs));
  }

  #inMailbox(call: () => Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      this.enter({ source: 'client' }, () => void call().then(resolve, reject));
    });
  }

  #logic(): ActorLogic<SupervisorSnapshot, { type: string }> {
    const process = (event: unknown, scope: AnyActorScope) => {
      this.#scope = scope;
      this.#run(() => Message.run(event));
      return this.#show();
    };
    return {
      getInitialSnapshot: () => this.#show(),
      getPersistedSnapshot: (snapshot) => snapshot,
      transition: (snapshot, event, scope) => {
        if (event.type !== 'xstate.stop') return event instanceof Message ? process(event, scope) : snapshot;
        this.#abandonAll(new Fault('SupervisorStopped'));
        return { ...this.#show(), status: 'stopped' };
      },
    };
  }

  /** One turn, and all that follows from it. It never throws: an error here is the end of the supervisor, not of the process. */
  #run(proceed: () => void): void {
    try {
      proceed();
      this.#flush();
    } catch (error) {
      this.#fail(error);
    }
  }

  #flush(): void {
    this.#dispatcher.flush();
    if (this.#toLoad.length > 0) this.#loadAll();
    this.#committer.flush();
    this.life.flush();
    for (const lane of this.#touched) if (lane.isIdle) this.#lanes.delete(lane.key);
    this.#touched.clear();
  }

  #show(): SupervisorSnapshot {
    const value = this.life.leaf;
    const slots = this.#dispatcher.taken;
    const lanes = this.#lanes.size;
    const paused = this.#dispatcher.paused;
    const last = this.#snapshot;
    const context = last?.context;
    if (last && last.value === value && context?.slots === slots && context.lanes === lanes && this.#shownPaused === paused) {
      return last;
    }
    this.#shownPaused = paused;
    // A body that ignored its abort keeps the mailbox open, so that its end is still recorded.
    const status = this.life.isOver && slots === 0 ? 'done' : 'active';
    const { concurrency } = this.options;
    this.#snapshot = {
      status,
      output: undefined,
      error: undefined,
      value,
      context: { concurrency, slots, lanes, paused: [...paused] },
    };
    return this.#snapshot;
  }

  #lane(key: string, record?: TaskRecord): Lane {
    let lane = this.#lanes.get(key);
    if (!lane) this.#lanes.set(key, (lane = new Lane(key, this.#lanePort, record)));
    this.#touched.add(lane);
    return lane;
  }

  #operate(key: string, operation: Operation): void {
    const refused = this.life.allows('OPERATE') ? undefined : this.life.refuses('OPERATE');
    if (refused) operation.answer(refused);
    else this.#lane(key).operate(operation);
  }

  #bodyEnded(attempt: Attempt, event: TaskEvent): void {
    this.enter({ source: 'body', key: attempt.key }, () => {
      const lane = this.#lane(attempt.key);
      const answer: Operation['answer'] = (given) => {
        lane.bodyGone();
        this.#touched.add(lane);
        this.#dispatcher.release();
        if (given instanceof Fault || faultOf(given.outcome) === undefined) return;
        const sequence = given.record?.sequence ?? 0;
        this.events.emit({ kind: 'late', key: attempt.key, sequence, event: event.type });
      };
      if (this.life.leaf === 'failed') answer(new Fault('StoreFailed'));
      else lane.operate({ event, answer });
    });
  }

  #claim(key: string): void {
    const event: TaskEvent = { type: 'START', at: this.clock.now(), worker: this.#worker };
    this.#lane(key).operate({
      event,
      answer: (given) => this.#dispatcher.claimed(!(given instanceof Fault) && given.outcome === 'ok'),
    });
  }

  #startBody(record: TaskRecord): Attempt | undefined {
    const definition = this.options.definitions.get(record.creation.type);
    if (!definition) return undefined;
    const attempt = new Attempt(record, definition, this.#bodyPort);
    if (this.#toStart.length === 0) queueMicrotask(() => this.#startAll());
    this.#toStart.push([attempt, record.creation.input]);
    return attempt;
  }

  /** Bodies start after the turn, so that one that computes at once holds up nobody's answer. */
  #startAll(): void {
    for (const [attempt, input] of this.#toStart.splice(0)) attempt.run(input);
  }

  #loadAll(): void {
    const keys = this.#toLoad;
    this.#toLoad = [];
    const enter = (proceed: () => void) => this.enter({ source: 'store' }, proceed);
    this.options.store.records.read(keys).then(
      (records) =>
        enter(() => {
          keys.forEach((key, index) => this.#lane(key).loaded(records[index]));
        }),
      (error: unknown) =>
        enter(() => {
          const fault = new Fault('StoreFailed', `Expected the store to be readable, got ${show(error)}.`, { cause: error });
          for (const key of keys) this.#lane(key).unreadable(fault);
        }),
    );
  }

  /** Another worker changed these, or the controls. */
  #hinted(keys: readonly string[]): void {
    for (const key of keys) this.#lanes.get(key)?.hint();
    if (keys.length === 0) this.#readControl().catch((error: unknown) => this.#storeRefused(error));
    this.#countForIdle();
  }

  async #readControl(): Promise<void> {
    const control = await this.options.store.records.control();
    const names = [...control.keys()].filter((name) => name.startsWith(pausePrefix));
    const types = new Set(names.map((name) => name.slice(pausePrefix.length)));
    await new Promise<void>((resolve) => {
      this.enter({ source: 'store' }, () => {
        this.#dispatcher.pause(types);
        resolve();
      });
    });
  }

  #countForIdle(): void {
    if (this.#idleWaiters.length === 0 || this.#isCounting) return;
    this.#isCounting = true;
    const enter = (proceed: () => void) =>
      this.enter({ source: 'store' }, () => {
        this.#isCounting = false;
        proceed();
      });
    this.options.store.records.counts().then(
      ({ queued, running }) =>
        enter(() => {
          if (queued + running > 0) return;
          for (const { resolve } of this.#idleWaiters.splice(0)) resolve();
        }),
      (error: unknown) => enter(() => this.#storeRefused(error)),
    );
  }

  /** A record was committed here. */
  #changed(record: TaskRecord, decisions: readonly Decision[]): void {
    if (isFinal(record)) {
      this.#retainer.noteFinal();
      this.#countForIdle();
    }
    if (!this.events.isRead) return;
    for (const { event, outcome, record: after } of decisions) {
      if (faultOf(outcome) !== undefined) continue;
      const { key, sequence } = after;
      this.events.emit({ kind: 'changed', key, sequence, event: event.type, outcome, state: stateOf(after) });
    }
  }

  #tellInserted({ key, sequence }: TaskRecord): void {
    this.events.emit({ kind: 'changed', key, sequence, event: 'CREATE', outcome: 'ok', state: 'queued' });
  }

  #tellUnknownTypes(types: readonly string[]): void {
    for (const type of types) {
      if (this.options.definitions.has(type) || this.#unknownTypes.has(type)) continue;
      this.#unknownTypes.add(type);
      this.events.emit({ kind: 'unknownType', type });
    }
  }

  #entered(leaf: string): void {
    this.events.emit({ kind: 'supervisor', state: leaf });
    if (leaf === 'failed') {
      for (const lane of this.#lanes.values()) lane.abort('StoreFailed');
      this.#abandonAll(new Fault('StoreFailed', undefined, { cause: this.#failure }));
    }
    if (leaf !== 'stopped') return;
    this.#abandonAll(new Fault('SupervisorStopped'));
    for (const leave of this.#leaveStore.splice(0)) leave();
    this.#timers.clear();
    this.#retainer.stop();
    this.events.end();
  }

  #abandonAll(fault: Fault): void {
    for (const lane of this.#lanes.values()) {
      lane.abandon(fault);
      this.#touched.add(lane);
    }
    for (const { reject } of this.#idleWaiters.splice(0)) reject(fault);
  }

  /** The store cannot be used any more. */
  #storeRefused(error: unknown): void {
    this.events.emit({ kind: 'storeRetry', error });
    this.#fail(error);
  }

  #fail(error: unknown): void {
    this.#failure ??= error;
    process.emitWarning(`Taskchart's supervisor failed: ${show(error)}`, 'TaskchartFailure');
    this.life.send('FAIL');
  }

  #createLife(): Life {
    return new Life({
      timers: this.#timers,
      isEmpty: () => this.#dispatcher.taken === 0 && this.#committer.isIdle,
      graceMs: () =>
        Math.max(
          0,
          ...[...this.#lanes.values()].flatMap(({ attempt }) => (attempt?.definition.graceMs ?? [])),
        ),
      evict: () => {
        for (const { key, attempt } of this.#lanes.values()) {
          if (!attempt) continue;
          const event: TaskEvent = { type: 'EVICT', at: this.clock.now(), fence: attempt.fence };
          this.#lane(key).operate({ event, answer: () => {} });
        }
      },
      entered: (leaf) => this.#entered(leaf),
      deliver: (proceed) => this.enter({ source: 'clock' }, proceed),
    });
  }

  #createCommitter(): Committer {
    return new Committer({
      records: this.options.store.records,
      worker: this.#worker,
      timers: this.#background,
      storeRetryMs: this.options.storeRetryMs,
      deliver: (proceed) => this.enter({ source: 'store' }, proceed),
      retrying: (error) => this.events.emit({ kind: 'storeRetry', error }),
      failed: (error) => this.#fail(error),
    });
  }

  #createDispatcher(): Dispatcher {
    const { store, clock, concurrency, definitions } = this.options;
    return new Dispatcher({
      dispatch: store.dispatch,
      clock,
      timers: this.#timers,
      concurrency,
      types: [...definitions.keys()],
      mayClaim: () => this.life.allows('CLAIM'),
      claim: (key) => this.#claim(key),
      reconsider: (key) => this.#lane(key).hint(),
      otherTypes: (types) => this.#tellUnknownTypes(types),
      deliver: (proceed) => this.enter({ source: 'dispatch' }, proceed),
      failed: (error) => this.#storeRefused(error),
    });
  }

  #createLanePort(): LanePort {
    return {
      worker: this.#worker,
      actor: this.actor,
      commit: (group, settle) => this.#committer.add(group, settle),
      load: (key) => void this.#toLoad.push(key),
      stopActor: (actor) => this.#scope?.stopChild(actor),
      startBody: (record) => this.#startBody(record),
      offer: (record) => this.#dispatcher.offer(record),
      withdraw: (record) => this.#dispatcher.withdraw(record),
      changed: (record, decisions) => this.#changed(record, decisions),
      conflict: (record, { type }) => {
        if (record) this.events.emit({ kind: 'conflict', key: record.key, sequence: record.sequence, event: type });
      },
    };
  }
}

const waiting = { states: ['queued'], driver: 'supervisor' } as const;
const pageSize = 1_000;
const pausePrefix = 'pause:';

