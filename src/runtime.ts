import type { TaskEvent } from '../machines/task.ts';
import { Bodies } from './bodies.ts';
import type { Attempt } from './body.ts';
import type { Clock } from './clock.ts';
import { Alarms } from './alarms.ts';
import { Committer } from './committer.ts';
import { type Submission, answerReserved, creating } from './creating.ts';
import type { Decision } from './decide.ts';
import { Dispatcher, everyType } from './dispatcher.ts';
import { EventStream } from './event-stream.ts';
import { Fault, show } from './fault.ts';
import { Idle } from './idle.ts';
import { keySource } from './key.ts';
import type { JournalMode, Operation } from './lane.ts';
import { Lanes } from './lanes.ts';
import { LeaseGate } from './lease-gate.ts';
import { Leases } from './leases.ts';
import { Life } from './life.ts';
import { LoopShare } from './loop-share.ts';
import { Mailbox } from './mailbox.ts';
import type { InspectObserver } from './observer.ts';
import { Overdue } from './overdue.ts';
import { patientStore, readable } from './patient-store.ts';
import type { Random } from './random.ts';
import { type TaskRecord, isFinal, structuredParent } from './record.ts';
import { Recovery } from './recovery.ts';
import { type Answer, refusal } from './refusal.ts';
import { Retainer, type Retention } from './retention.ts';
import type { Hint, JournalEntry, Query, Store, Verdict } from './store.ts';
import type { AnyTaskDefinition, BodyTask } from './task.ts';
import { Timers } from './timers.ts';
import type { Turn, TurnScheduler } from './turn.ts';
import type { Watcher } from './watcher.ts';

export interface RuntimeOptions {
  readonly definitions: ReadonlyMap<string, AnyTaskDefinition>;
  readonly store: Store;
  /** 0: starts nothing. */
  readonly concurrency: number;
  readonly retention: Retention;
  readonly storeRetryMs: number;
  readonly leaseMs: number;
  readonly journal: JournalMode;
  readonly idempotencyMs: number;
  readonly strictBounds: boolean;
  readonly clock: Clock;
  readonly random: Random;
  readonly turns: TurnScheduler;
  readonly inspect: InspectObserver | undefined;
  /** For `as(principal)`; the runtime itself never asks it. */
  readonly authorize: unknown;
  readonly bodyTask: (attempt: Attempt) => BodyTask;
}

/** How many records are read at a time. */
const pageSize = 1_000;

const pausePrefix = 'pause:';

/** The parts of one supervisor, and how they are joined. Everything that changes a task goes through its mailbox. */
export class Runtime {
  readonly options: RuntimeOptions;
  readonly events: EventStream;
  readonly newKey: () => string;
  readonly mailbox: Mailbox;
  readonly #worker: string;
  readonly #timers: Timers;
  /** Timers that do not keep the process alive. */
  readonly #background: Timers;
  /** What the store refused is asked again, and that keeps the process alive, even after a stop. */
  readonly #retries: Timers;
  readonly #life: Life;
  readonly #committer: Committer;
  readonly #dispatcher: Dispatcher;
  readonly #lanes: Lanes;
  readonly #idle: Idle;
  readonly #retainer: Retainer;
  readonly #alarms: Alarms;
  readonly #bodies: Bodies;
  readonly #recovery: Recovery;
  /** Undefined where the store dies with the process. */
  readonly #leases: Leases | undefined;
  readonly #overdue: Overdue | undefined;
  readonly #gate: LeaseGate;
  readonly #leaveStore: (() => void)[] = [];
  /** The store, but what it refuses for the moment is asked again. */
  readonly #store: Store;
  #failure: unknown;
  #evictedAt = Number.NaN;
  /** Readings of the controls are numbered: their answers may come in another order. */
  #readings = 0;
  #newestReading = 0;

  constructor(options: RuntimeOptions) {
    this.options = options;
    const { clock, random } = options;
    this.events = new EventStream(clock);
    this.newKey = keySource(clock, random);
    this.#worker = this.newKey();
    this.#timers = new Timers(clock, false);
    this.#background = new Timers(clock, true);
    this.#retries = new Timers(clock, false);
    this.#store = patientStore(options.store, {
      loop: new LoopShare(clock),
      timers: this.#retries,
      storeRetryMs: options.storeRetryMs,
      retrying: (error) => this.events.emit({ kind: 'storeRetry', error }),
    });
    this.#life = this.#createLife();
    this.#committer = this.#createCommitter();
    this.#dispatcher = this.#createDispatcher();
    this.#lanes = this.#createLanes();
    this.#alarms = this.#createAlarms();
    this.#bodies = this.#createBodies();
    this.#recovery = this.#createRecovery();
    this.#leases = this.#createLeases();
    this.#overdue = this.#createOverdue();
    this.#gate = this.#createGate();
    this.#idle = new Idle(this.#storePort());
    this.#retainer = new Retainer(options.retention, {
      ...this.#storePort(),
      clock,
      timers: this.#background,
    });
    this.mailbox = new Mailbox({
      turns: options.turns,
      events: this.events,
      inspect: options.inspect,
      run: (proceed) => this.#run(proceed),
      show: (mayEnd) => this.#show(mayEnd),
      cut: () => this.#abandonAll(new Fault('SupervisorStopped')),
    });
  }

  get clock(): Clock {
    return this.options.clock;
  }

  /** Takes up what the store holds. Until then nothing starts. */
  async start(): Promise<void> {
    const { records, dispatch } = this.#store;
    this.#leaveStore.push(
      records.changes(this.#worker, (changed) => this.#enter('store', () => this.#hinted(changed))),
      dispatch.offers(() => this.#enter('dispatch', () => this.#dispatcher.hint())),
    );
    await this.#readControl();
    await this.#leases?.start();
    // Whoever starts nothing leaves what waits, and what is left, to those who do.
    if (this.options.concurrency > 0 || !this.#leases) await this.#recovery.sweep();
    this.#overdue?.start();
    await this.#called(async () => this.#life.send('STARTED'));
  }

  get #hasLeases(): boolean {
    return this.#store.leases !== undefined;
  }

  get #isLeased(): boolean {
    return this.#leases?.isHeld ?? true;
  }

  async #hold(): Promise<void> {
    await this.#leases?.hold();
  }

  /** Under whose lease what is created here comes. */
  get worker(): string {
    return this.#worker;
  }

  /** Resolves with the answer once it is committed; rejects with the fault that it names. */
  ask(key: string, event: TaskEvent, source: 'client' | 'body' = 'client'): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const answer: Operation['answer'] = (given) => {
        const fault = given instanceof Fault ? given : refusal(key, event, given);
        if (fault) reject(fault);
        else resolve(given as Answer);
      };
      this.mailbox.enter({ source, key }, () => {
        this.#gate.pass({
          refused: () => this.#life.refuses('OPERATE'),
          refuse: answer,
          proceed: () => this.#lanes.ask(key, event, answer),
        });
      });
    });
  }

  /**
   * Resolves with the key when the task is in the store; with that of the task that was created under the same name
   * before, if one was. `controller`: whose signal its driver has.
   */
  insert(submission: Submission, controller?: AbortController): Promise<string> {
    const { record, reservation } = submission;
    return new Promise((resolve, reject) => {
      const settle = (verdict: Verdict) => {
        if (verdict.isLeaseOver) {
          this.#leases?.lapsed();
          return pass();
        }
        const [inserted] = verdict.records;
        const [found] = verdict.reservations ?? [];
        if (found) return answerReserved(found, reservation, resolve, reject);
        if (verdict.fault) return reject(verdict.fault);
        if (!verdict.ok) return reject(new Fault('SystemError', `Expected a new key, got ${record.key}.`));
        if (inserted && controller) this.#lanes.drive(inserted, controller);
        if (inserted) this.#created(inserted);
        resolve(record.key);
      };
      const pass = () =>
        this.#gate.pass({
          refused: () => this.#life.refuses('SUBMIT'),
          refuse: reject,
          proceed: () => {
            this.#lanes.expect(record.key);
            this.#committer.add(creating(submission, this.#hasLeases), settle, reject);
          },
        });
      this.mailbox.enter({ source: 'client', key: record.key }, pass);
    });
  }

  /** The same for a child, if its parent may have one. */
  spawn(submission: Submission, parentKey: string, fence: number): Promise<string> {
    const { record, reservation } = submission;
    const event: TaskEvent = { type: 'SPAWN', at: this.clock.now(), fence };
    // Whoever takes up the parent has made this impossible before.
    const writes = creating(submission, false);
    return new Promise((resolve, reject) => {
      this.mailbox.enter({ source: 'body', key: parentKey }, () => {
        const refused = this.#life.refuses('SUBMIT', true);
        if (refused) return reject(refused);
        this.#lanes.spawn(parentKey, {
          event,
          for: 'client',
          writes,
          reserved: (found) => answerReserved(found, reservation, resolve, reject),
          answer: (given) => {
            const fault = given instanceof Fault ? given : refusal(parentKey, event, given);
            if (fault) return reject(fault);
            resolve(record.key);
          },
        });
      });
    });
  }

  /** The committed record; undefined where there is none. @throws StoreFailed. */
  async read(key: string): Promise<TaskRecord | undefined> {
    const [record] = await readable(this.#store.records.read([key]));
    return record;
  }

  /** What is kept of the task's steps. @throws StoreFailed. */
  async journal(key: string): Promise<readonly JournalEntry[]> {
    return readable(this.#store.records.journal(key));
  }

  /** The committed records that pass, in the order of their creation. @throws StoreFailed. */
  query(query: Query): Promise<readonly TaskRecord[]> {
    return readable(this.#store.records.query(query));
  }

  /** The same, but it rejects with SupervisorStopped when the supervisor stops before: the user's code may never answer. */
  orStopped<T>(answer: Promise<T>): Promise<T> {
    if (this.#life.isOver) return answer;
    return new Promise((resolve, reject) => {
      const leave = this.#life.onStopped(() => reject(new Fault('SupervisorStopped')));
      answer.then(resolve, reject).finally(leave);
    });
  }

  watch(key: string, watcher: Watcher): void {
    this.mailbox.enter({ source: 'client', key }, () => {
      const refused = this.#life.refuses('OPERATE');
      if (!refused) return this.#lanes.watch(key, watcher);
      // How a task ended is known all the same: only what would have to be waited for is refused.
      this.read(key).then(
        (record) => (record && !isFinal(record) ? watcher.abandon(refused) : void watcher.see(record)),
        () => watcher.abandon(refused),
      );
    });
  }

  unwatch(key: string, watcher: Watcher): void {
    this.mailbox.enter({ source: 'client', key }, () => this.#lanes.unwatch(key, watcher));
  }

  /** Nothing of the type, or nothing at all, starts after it resolves; or that is taken back. */
  pause(type: string | undefined, isPaused: boolean): Promise<void> {
    return this.orStopped(this.#setPaused(type, isPaused));
  }

  async #setPaused(type: string | undefined, isPaused: boolean): Promise<void> {
    const refused = this.#life.refuses('OPERATE');
    if (refused) throw refused;
    const name = pausePrefix + (type ?? everyType);
    await this.#store.records.setControl(name, isPaused ? 'paused' : undefined, this.#worker);
    await this.#readControl();
    await this.#dispatcher.settled();
  }

  idle(): Promise<void> {
    return this.#called(() => {
      const refused = this.#life.refuses('OPERATE');
      return refused ? Promise.reject(refused) : this.#idle.wait();
    });
  }

  drain(): Promise<void> {
    return this.#called(() => this.#life.drain());
  }

  stop(waitMs: number | undefined): Promise<void> {
    return this.#called(() => this.#life.stop(waitMs));
  }

  #called(call: () => Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => this.#enter('client', () => void call().then(resolve, reject)));
  }

  #enter(source: Turn['source'], proceed: () => void): void {
    this.mailbox.enter({ source }, proceed);
  }

  /** An error here is the end of the supervisor, not of the process. */
  #run(proceed: () => void): void {
    try {
      proceed();
      this.#dispatcher.flush();
      this.#lanes.flush();
      this.#committer.flush();
      this.#life.flush();
      if (!this.#life.isOver) return;
      this.#leases?.released();
      this.#background.rest();
    } catch (error) {
      this.#fail(error);
    }
  }

  #show(mayEnd: boolean) {
    const { taken: slots, paused } = this.#dispatcher;
    // A body that ignored its abort keeps the mailbox open, so that its end is still recorded.
    const isOver = mayEnd && this.#life.isOver && slots === 0 && this.#committer.isIdle;
    const status = isOver ? ('done' as const) : ('active' as const);
    const { concurrency } = this.options;
    const { unresponsive } = this.#bodies;
    return {
      status,
      value: this.#life.leaf,
      concurrency,
      slots,
      unresponsive,
      lanes: this.#lanes.size,
      paused,
    };
  }

  #claim(key: string): void {
    this.#lanes.operate(key, { type: 'START', at: this.clock.now(), worker: this.#worker }, () =>
      this.#dispatcher.claimed(key),
    );
  }

  #evict(): void {
    this.#evictedAt = this.clock.monotonic();
    for (const { key, fence } of this.#lanes.attempts()) {
      this.#lanes.operate(key, { type: 'EVICT', at: this.clock.now(), fence });
    }
  }

  #created(record: TaskRecord): void {
    this.#lanes.created(record);
    if (record.life.driver === 'supervisor') this.#dispatcher.created(record);
    this.#alarms.follow(record);
    // Where the answer came late, it may have gone on since.
    this.events.tellChange({ ...record, sequence: 1, leaf: 'queued' }, 'CREATE', 'ok');
  }

  /** Asks every structured child that is not final to end. One that may not be canceled goes on, and is waited for. */
  async #cancelChildren(parentKey: string): Promise<void> {
    const filter = { parentTaskKeys: [parentKey], states: ['queued', 'running'] } as const;
    for (let after = 0; ;) {
      const page = await this.#store.records.query({ filter, after, limit: pageSize });
      const last = page.at(-1);
      if (!last) return;
      after = last.order;
      const children = page.filter((record) => structuredParent(record) === parentKey);
      this.#enter('store', () => {
        for (const { key } of children) this.#lanes.operate(key, { type: 'CANCEL', at: this.clock.now() });
      });
    }
  }

  #ring(key: string, event: TaskEvent): void {
    this.mailbox.enter({ source: 'clock', key }, () => this.#lanes.operate(key, event));
  }

  /** What was taken may be lost on its way: it is offered again. */
  #takeRefused(error: unknown): void {
    this.events.emit({ kind: 'storeRetry', error });
    // At once: whoever is left takes it, should this supervisor stop.
    this.#recovery.sweep().catch((failure: unknown) => this.#fail(failure));
  }

  /** Another worker changed these tasks; where there are none, or all, the controls as well. */
  #hinted(changed: Hint): void {
    this.#lanes.hint(changed);
    this.#leases?.observe();
    this.#idle.check();
    if (changed === 'all' || changed.length === 0)
      this.#readControl().catch((error: unknown) => this.#fail(error));
  }

  async #readControl(): Promise<void> {
    const reading = (this.#readings += 1);
    const control = await this.#store.records.control();
    const names = [...control.keys()].filter((name) => name.startsWith(pausePrefix));
    const types = new Set(names.map((name) => name.slice(pausePrefix.length)));
    await this.#called(() => {
      // An answer that was overtaken by a newer one is old news.
      if (reading > this.#newestReading) {
        this.#newestReading = reading;
        this.#dispatcher.pause(types);
      }
      return Promise.resolve();
    });
  }

  /** A record was committed here. */
  #changed(record: TaskRecord, decisions: readonly Decision[]): void {
    if (isFinal(record)) {
      this.#retainer.noteFinal();
      this.#idle.check();
    }
    this.events.tellDecisions(decisions);
  }

  #entered(leaf: string): void {
    this.events.emit({ kind: 'supervisor', state: leaf });
    if (leaf === 'failed') {
      this.#abortAll();
      this.#abandonAll(new Fault('StoreFailed', undefined, { cause: this.#failure }), 'everybody');
    }
    if (leaf !== 'stopped') return;
    if (this.#failure !== undefined) this.#abortAll();
    else this.#tellIgnorant();
    this.#abandonAll(new Fault('SupervisorStopped'), this.#failure === undefined ? 'clients' : 'everybody');
    for (const leave of this.#leaveStore.splice(0)) leave();
    this.#timers.close();
    this.#retainer.stop();
    this.#leases?.end();
    this.#overdue?.stop();
    this.events.end();
  }

  /** Bodies that ignored their eviction for their whole grace: the supervisor does not wait to hear that by an alarm. */
  #tellIgnorant(): void {
    const [at, evictedMs] = [this.clock.now(), this.clock.monotonic() - this.#evictedAt];
    for (const { key, fence, definition } of this.#lanes.attempts()) {
      if (!(evictedMs >= definition.graceMs)) continue;
      this.events.emit({ kind: 'unresponsive', key, sequence: 0, since: new Date(at) });
      this.#lanes.operate(key, { type: 'UNRESPONSIVE', at, fence });
    }
  }

  /** No record can say so any more: the bodies are told that the store is lost. */
  #abortAll(): void {
    for (const attempt of this.#lanes.attempts()) attempt.abort('StoreFailed');
  }

  #abandonAll(fault: Fault, who: 'clients' | 'everybody' = 'clients'): void {
    this.#lanes.abandonAll(fault, who);
    this.#committer.abandon(fault);
    this.#gate.abandon(fault);
    this.#idle.abandon(fault);
  }

  /** The store cannot be used any more. */
  #fail(error: unknown): void {
    this.#failure ??= error;
    process.emitWarning(`Taskchart's supervisor failed: ${show(error)}`, 'TaskchartFailure');
    this.#life.send('FAIL');
  }

  #storePort() {
    return {
      records: this.#store.records,
      deliver: (proceed: () => void) => this.#enter('store', proceed),
      failed: (error: unknown) => this.#fail(error),
    };
  }

  #createLife(): Life {
    return new Life({
      timers: this.#timers,
      isEmpty: (withParents) =>
        this.#dispatcher.taken === 0 &&
        this.#committer.isIdle &&
        !(withParents ? this.#lanes.hasLive() : this.#lanes.attempts().length > 0),
      graceMs: () => Math.max(0, ...this.#lanes.attempts().map(({ definition }) => definition.graceMs)),
      evict: () => this.#evict(),
      entered: (leaf) => this.#entered(leaf),
      deliver: (proceed) => this.#enter('clock', proceed),
    });
  }

  #createCommitter(): Committer {
    return new Committer({
      ...this.#storePort(),
      worker: this.#worker,
      clock: this.clock,
      timers: this.#background,
      retries: this.#retries,
      storeRetryMs: this.options.storeRetryMs,
      retrying: (error) => this.events.emit({ kind: 'storeRetry', error }),
    });
  }

  #createDispatcher(): Dispatcher {
    const { clock, concurrency, definitions } = this.options;
    return new Dispatcher({
      dispatch: this.#store.dispatch,
      clock,
      timers: this.#timers,
      concurrency,
      types: [...definitions.keys()],
      mayClaim: (child) => this.#life.allows('CLAIM', child),
      isLeased: () => this.#isLeased,
      lease: (proceed) =>
        void this.#hold().then(
          () => this.#enter('store', proceed),
          (error: unknown) => this.#enter('store', () => this.#fail(error)),
        ),
      claim: (key) => this.#claim(key),
      reconsider: (key) => this.#lanes.reconsider(key),
      otherTypes: (types) => this.events.tellTypes(types.filter((type) => !definitions.has(type))),
      deliver: (proceed) => this.#enter('dispatch', proceed),
      failed: (error) => this.#fail(error),
      refused: (error) => this.#takeRefused(error),
    });
  }

  #createRecovery(): Recovery {
    return new Recovery({
      ...this.#storePort(),
      clock: this.clock,
      events: this.events,
      operate: (key, event, answer) =>
        this.mailbox.enter({ source: 'store', key }, () => this.#lanes.operate(key, event, answer)),
      waits: (record) => {
        this.#dispatcher.offer(record);
        this.#alarms.follow(record);
      },
      reconsider: (key) => this.#lanes.reconsider(key),
    });
  }

  #createLeases(): Leases | undefined {
    const book = this.#store.leases;
    if (!book) return undefined;
    return new Leases({
      ...this.#storePort(),
      book,
      worker: this.#worker,
      clock: this.clock,
      timers: this.#background,
      leaseMs: this.options.leaseMs,
      // A parent that waits for its children has given its slot back.
      hasBodies: () => this.#dispatcher.taken > 0 || this.#lanes.hasBody(),
      hasCreated: () => this.#lanes.hasDriven(),
      isBusy: () => this.#dispatcher.isBusy || !this.#committer.isIdle,
      ownWasOver: () => {
        this.events.emit({ kind: 'leaseLost' });
        this.#lanes.hint('all');
      },
      takeOver: (worker) => this.#recovery.takeOver(worker),
    });
  }

  /** Where the store is this process's alone, whatever waits in it has its alarm here. */
  #createOverdue(): Overdue | undefined {
    if (!this.#store.leases) return undefined;
    return new Overdue({
      timers: this.#background,
      leaseMs: this.options.leaseMs,
      expire: () => this.#recovery.expire(),
      failed: (error) => this.#fail(error),
    });
  }

  #createGate(): LeaseGate {
    return new LeaseGate({
      isLeased: () => this.#isLeased,
      hold: () => this.#hold(),
      deliver: (proceed) => this.#enter('store', proceed),
      failed: (error) => {
        if (!this.#life.isOver) this.#fail(error);
      },
    });
  }

  #createBodies(): Bodies {
    const { clock, random, bodyTask, definitions } = this.options;
    return new Bodies({
      clock,
      random,
      bodyTask,
      definitions,
      events: this.events,
      mayStart: (child) => this.#life.allows('CLAIM', child),
      isLost: () => this.#failure !== undefined,
      deliver: (key, proceed) => this.mailbox.enter({ source: 'body', key }, proceed),
      operate: (key, event, answer) => this.#lanes.operate(key, event, answer),
      gone: (key) => this.#lanes.bodyGone(key),
    });
  }

  #createAlarms(): Alarms {
    return new Alarms({
      clock: this.clock,
      timers: this.#timers,
      worker: this.#worker,
      limits: (type) => this.options.definitions.get(type),
      ring: (key, event) => this.#ring(key, event),
    });
  }

  #createLanes(): Lanes {
    return new Lanes({
      ...this.#storePort(),
      worker: this.#worker,
      startActor: (key, snapshot) => this.mailbox.startChild(key, snapshot),
      hasLeases: this.#hasLeases,
      leaseOver: () => this.#leases?.lapsed(),
      commit: (group, settle) => this.#committer.add(group, settle),
      stopActor: (actor) => this.mailbox.stopChild(actor),
      clock: this.clock,
      journal: this.options.journal,
      startBody: (record) => this.#bodies.start(record),
      occupy: (attempt, slot) => this.#dispatcher.occupy(attempt, slot),
      markUnresponsive: (attempt) => this.#bodies.markUnresponsive(attempt),
      leave: (attempt) => {
        this.#dispatcher.occupy(attempt, false);
        this.#bodies.leave(attempt);
      },
      created: (record) => this.#created(record),
      cancelChildren: (key) => void this.#cancelChildren(key).catch((error: unknown) => this.#fail(error)),
      silence: (key) => this.#alarms.silence(key),
      alarm: (record) => this.#alarms.follow(record),
      offer: (record) => this.#dispatcher.offer(record),
      withdraw: (record) => this.#dispatcher.withdraw(record),
      changed: (record, decisions) => this.#changed(record, decisions),
      conflict: (record, { type }) => {
        if (record)
          this.events.emit({ kind: 'conflict', key: record.key, sequence: record.sequence, event: type });
      },
    });
  }
}
