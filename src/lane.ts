import type { TaskEvent } from '../machines/task.ts';
import type { Attempt } from './body.ts';
import type { Clock } from './clock.ts';
import { type Decision, type TaskSnapshot, decide, snapshotOf } from './decide.ts';
import { Fault } from './fault.ts';
import { Presence, type PresencePort } from './presence.ts';
import { childChanged } from './progress.ts';
import type { FollowUp } from './reconcile.ts';
import { type TaskRecord, isFinal, stateOf } from './record.ts';
import { type Answer, faultOf } from './refusal.ts';
import type { Group, JournalEntry, Reservation, Verdict, Write } from './store.ts';
import type { Watcher } from './watcher.ts';

/** Something that is wanted of one task. */
export interface Operation {
  readonly event: TaskEvent;
  /** Who waits for it: a client, who can be told that it will not happen; or the runtime, for which it must. */
  readonly for: 'client' | 'runtime';
  /** What is committed together with it, if the chart accepts it. */
  readonly writes?: readonly Write[] | undefined;
  /** Called once, after the commit, with the answer; or with the fault that kept it from being decided. */
  readonly answer: (answer: Answer | Fault) => void;
  /** Called instead, when a name that it reserves stands for another key. */
  readonly reserved?: (reservation: Reservation) => void;
}

/** What the journal of a task keeps: nothing, the steps from one state to another, or every change. */
export type JournalMode = 'none' | 'transitions' | 'all';

/** What the lanes need of the supervisor. */
export interface LanePort extends PresencePort {
  readonly clock: Clock;
  readonly journal: JournalMode;
  /** Whether processes hold leases at this store. */
  readonly hasLeases: boolean;
  /** The store refused what is done under the lease of this process. */
  leaseOver(): void;
  commit(group: Group, settle: (verdict: Verdict) => void): void;
  /** The record comes by `loaded`. */
  load(key: string): void;
  /** It has dealt with something, and may be needed no more. */
  rested(lane: Lane): void;
  /** A record was created by this supervisor, whether or not whoever asked for it still waits. */
  created(record: TaskRecord): void;
  /** A record was committed by this supervisor. */
  changed(record: TaskRecord, decisions: readonly Decision[]): void;
  /** The sums of this parent were changed by a commit. */
  summed(parent: TaskRecord): void;
  conflict(record: TaskRecord | undefined, event: TaskEvent): void;
}

/** What was decided together, and on which record. */
interface Decided {
  readonly record: TaskRecord;
  readonly snapshot: TaskSnapshot;
  readonly operations: readonly Operation[];
  readonly decisions: readonly Decision[];
}

const nobody: readonly Watcher[] = [];
/** Never pushed to: most lanes wait for nothing most of the time. */
const nothing: Operation[] = [];

/**
 * All that concerns one task, in the order in which it came: what is wanted is decided on the newest committed record,
 * committed, and only then applied. While a commit is under way the rest waits, and is decided together after it.
 */
export class Lane {
  readonly key: string;
  readonly #port: LanePort;
  readonly #presence: Presence;
  #record: TaskRecord | undefined;
  #snapshot: TaskSnapshot | undefined;
  #phase: 'idle' | 'loading' | 'fresh' | 'committing' = 'idle';
  #waiting: Operation[] = nothing;
  /** So many of those that wait are committed one by one: the store refused something of theirs. */
  #apart = 0;
  /** How many of those that wait came before the newest reading: it may refuse them. */
  #covered = 0;
  #deciding: readonly Operation[] = nothing;
  /** Somebody else changed the record while it could not be read. */
  #isHinted = false;
  /** Reality is to follow the record, although it may be the one that is known. */
  #isReconsidered = false;
  #watchers: readonly Watcher[] = nobody;

  constructor(key: string, port: LanePort, record?: TaskRecord) {
    this.key = key;
    this.#port = port;
    this.#record = record;
    this.#presence = new Presence(key, port, (type) => this.#followUp(type));
  }

  get attempt(): Attempt | undefined {
    return this.#presence.attempt;
  }

  /** Whether the task is a body here, or a parent without one whose children have not ended. */
  get isLive(): boolean {
    return this.attempt !== undefined || this.#record?.leaf === 'running.joining';
  }

  /** Whether its driver is here, and it has not ended. */
  get isDriven(): boolean {
    return this.#presence.isDriven;
  }

  /** Whether nobody needs it: whoever wants something of the task next finds the record in the store. */
  get isIdle(): boolean {
    const waits = this.#waiting.length > 0 || this.#watchers.length > 0;
    return this.#phase === 'idle' && !waits && this.#presence.isEmpty;
  }

  operate(operation: Operation): void {
    if (this.#waiting.length === 0) this.#waiting = [operation];
    else this.#waiting.push(operation);
    this.advance();
  }

  /** Makes the driver's signal of a created task. */
  drive(controller: AbortController): void {
    this.#presence.drive(controller);
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
    else this.#isHinted = true;
  }

  /** Reality follows the record, once it was read again. */
  reconsider(): void {
    this.#isReconsidered = true;
    this.hint();
  }

  /** The sums of its children, as a commit left them. */
  adopt(record: TaskRecord): void {
    if (this.#phase === 'loading') return this.reconsider();
    if (this.#record && this.#record.sequence !== record.sequence) return this.hint();
    this.#record = record;
    this.#snapshot = undefined;
    this.#settle(record);
  }

  /** The store is being asked for the record. */
  reading(): void {
    this.#covered = this.#waiting.length;
  }

  /** The record as the store has it. */
  loaded(record: TaskRecord | undefined): void {
    this.#phase = 'fresh';
    this.#replace(record);
    this.#rest();
  }

  /** After a reading or a commit: what waits is decided, and what was hinted meanwhile is read again. */
  #rest(): void {
    this.advance();
    if (this.#phase === 'fresh') this.#phase = 'idle';
    this.#readAgain();
    this.#port.rested(this);
  }

  /** The body is gone, and its end was dealt with. */
  bodyGone(): void {
    this.#presence.bodyGone();
  }

  /** The record could not be read. What the runtime has to say of a task that it knows is decided all the same. */
  unreadable(fault: Fault): void {
    this.#phase = 'fresh';
    this.abandon(fault, this.#record ? 'clients' : 'everybody');
    this.#covered = this.#waiting.length;
    this.#rest();
  }

  /** Clients are told that it will not happen; and so is the runtime, if nothing can be committed any more. */
  abandon(fault: Fault, who: 'clients' | 'everybody'): void {
    const isGivenUp = (operation: Operation) => who === 'everybody' || operation.for === 'client';
    const givenUp = [...this.#deciding, ...this.#waiting].filter(isGivenUp);
    this.#deciding = this.#deciding.filter((operation) => !isGivenUp(operation));
    this.#waiting = this.#waiting.filter((operation) => !isGivenUp(operation));
    for (const { answer } of givenUp) answer(fault);
    for (const watcher of this.#takeWatchers()) watcher.abandon(fault);
  }

  /** Decides what waits. */
  advance(): void {
    if (this.#phase === 'loading' || this.#phase === 'committing' || this.#waiting.length === 0) return;
    if (!this.#record) return this.#load();
    const record = this.#record;
    const isFresh = this.#phase === 'fresh' && this.#covered > 0;
    const operations = this.#next(isFresh ? this.#covered : this.#waiting.length);
    const snapshot = (this.#snapshot ??= snapshotOf(record));
    const decisions = decideAll(record, snapshot, operations);
    const group = groupOf(record, operations, decisions, this.#port);
    // A commit proves that the record was the newest; where nothing is to be committed, a reading after the call has to.
    if (!group && !isFresh) return this.#load();
    if (isFresh) this.#covered -= operations.length;
    this.#waiting = operations === this.#waiting ? nothing : this.#waiting.slice(operations.length);
    if (!group) {
      answerAll(operations, decisions);
      return this.advance();
    }
    this.#phase = 'committing';
    this.#deciding = operations;
    this.#port.commit(group, (verdict) =>
      this.#committed({ record, snapshot, operations, decisions }, verdict),
    );
  }

  /** Those of the first `count` that are decided and committed together. */
  #next(count: number): readonly Operation[] {
    if (this.#apart > 0) {
      this.#apart -= 1;
      return this.#waiting.slice(0, 1);
    }
    return untilNameRepeats(count === this.#waiting.length ? this.#waiting : this.#waiting.slice(0, count));
  }

  #committed(decided: Decided, verdict: Verdict): void {
    const { operations } = decided;
    // Some of them may have been given up meanwhile, and were told so.
    const waiting = this.#deciding === operations ? undefined : new Set(this.#deciding);
    this.#phase = 'idle';
    this.#deciding = nothing;
    if (verdict.ok) this.#apply(decided, waiting, verdict);
    else if (verdict.fault) this.#refuse(operations, verdict.fault);
    else
      this.#decideAgain(
        operations.filter((operation) => !waiting || waiting.has(operation)),
        verdict,
      );
    this.#rest();
  }

  /** The store can never keep what was decided. Of several operations it is found out whose fault that is. */
  #refuse(operations: readonly Operation[], fault: Fault): void {
    const [operation] = operations;
    if (operations.length === 1) return operation?.answer(fault);
    this.#apart = operations.length;
    this.#waiting = [...operations, ...this.#waiting];
  }

  /** A hint that came while the record could not be read. */
  #readAgain(): void {
    if (!this.#isHinted || this.#phase !== 'idle') return;
    this.#isHinted = false;
    this.#load();
  }

  #decideAgain(operations: readonly Operation[], verdict: Verdict): void {
    if (verdict.isLeaseOver) return this.#giveUpClaims(operations, verdict);
    const [record] = verdict.records;
    const found = reservedFor(operations, verdict);
    this.#waiting = [...operations.filter((operation) => !found.has(operation)), ...this.#waiting];
    for (const [{ reserved }, reservation] of found) reserved?.(reservation);
    if (found.size > 0) return;
    for (const { event } of operations) this.#port.conflict(record, event);
    this.#replace(record);
  }

  /** Nothing can come under this process's lease: the task waits for whoever has one, and a slot. */
  #giveUpClaims(operations: readonly Operation[], { records: [record] }: Verdict): void {
    const isClaim = ({ event }: Operation) => event.type === 'START';
    this.#waiting = [...operations.filter((operation) => !isClaim(operation)), ...this.#waiting];
    for (const { answer } of operations.filter(isClaim)) answer(new Fault('WorkerLost'));
    this.#port.leaseOver();
    this.#isReconsidered = true;
    this.#replace(record);
  }

  /** Makes a committed record visible: to its actor, to those who asked, to those who watch, and to reality. */
  #apply(
    { record, snapshot, operations, decisions }: Decided,
    waiting: ReadonlySet<Operation> | undefined,
    { records }: Verdict,
  ): void {
    const [committed, ...others] = records;
    const steps: Decision[] = [];
    // Not the one that is known now: its sums may have come meanwhile.
    let last = record;
    let before = snapshot;
    for (const decision of decisions) {
      if (decision.record !== last) {
        steps.push(decision);
        this.#presence.take(before, decision);
      }
      before = decision.snapshot;
      last = decision.record;
    }
    if (!committed) {
      // It was committed, ended and removed since: the answer came late.
      answerAll(operations, decisions, waiting);
      return this.#replace(undefined);
    }
    const isNewest = committed.sequence === last.sequence;
    this.#record = isNewest ? committed : last;
    this.#snapshot = committed.children === last.children ? before : undefined;
    this.#port.changed(this.#record, steps);
    if (others.length > 0) this.#tellCreated(others, operations);
    answerAll(operations, decisions, waiting);
    for (const parent of others)
      if (parent && parent.key === committed.creation.parentTaskKey) this.#port.summed(parent);
    if (isNewest) this.#settle(committed);
    // The answer came late, and others went on from what was committed.
    else this.#replace(committed);
  }

  /** Each once, however many writes were about it. */
  #tellCreated(records: Verdict['records'], operations: readonly Operation[]): void {
    const inserted = keysInserted(operations);
    for (const record of records) if (record && inserted.delete(record.key)) this.#port.created(record);
  }

  /** The record as it stands elsewhere replaces what this lane knew. */
  #replace(record: TaskRecord | undefined): void {
    if (!record) {
      this.#record = undefined;
      this.#snapshot = undefined;
      this.#presence.removed();
      const waiting = this.#waiting;
      this.#waiting = nothing;
      for (const { answer } of waiting) answer({ outcome: 'ManagedObjectNotFound', record: undefined });
      for (const watcher of this.#takeWatchers()) watcher.see(undefined);
      return;
    }
    const known = this.#record;
    const isNews =
      known !== undefined && (known.sequence < record.sequence || !sameSums(known.children, record.children));
    this.#record = record;
    this.#snapshot = snapshotOf(record);
    if (isNews) this.#presence.replace(record, this.#snapshot);
    // Who reads a record for the first time has found it as others left it, and as they follow it.
    if (isNews || this.#isReconsidered) this.#settle(record);
    else this.#showWatchers(record);
    this.#isReconsidered = false;
  }

  #settle(record: TaskRecord): void {
    this.#showWatchers(record);
    this.#presence.settle(record);
  }

  #showWatchers(record: TaskRecord): void {
    if (this.#watchers.length > 0) this.#watchers = this.#watchers.filter((watcher) => !watcher.see(record));
  }

  #followUp(type: FollowUp): void {
    this.operate({
      event: { type, at: this.#port.clock.now() },
      for: 'runtime',
      answer: (given) => {
        this.#presence.followed(type);
        // What it followed from may have changed meanwhile.
        if (!(given instanceof Fault) && this.#record && !isFinal(this.#record))
          this.#presence.settle(this.#record);
      },
    });
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

/** The sums of the children change without a step of their parent. */
function sameSums(a: TaskRecord['children'], b: TaskRecord['children']): boolean {
  return a === b || (a?.open === b?.open && a?.weight === b?.weight && a?.done === b?.done);
}

function decideAll(
  record: TaskRecord,
  snapshot: TaskSnapshot,
  operations: readonly Operation[],
): readonly Decision[] {
  let from: Pick<Decision, 'record' | 'snapshot'> = { record, snapshot };
  return operations.map(({ event }) => (from = decide(from.record, from.snapshot, event)) as Decision);
}

/** The operations before one that reserves a name that an earlier one reserves: it has to find that one committed. */
function untilNameRepeats(operations: readonly Operation[]): readonly Operation[] {
  if (operations.length === 1) return operations;
  const names = new Set<string>();
  for (const [index, { writes = [] }] of operations.entries()) {
    for (const write of writes) {
      if (write.kind !== 'reserve') continue;
      if (names.has(write.name)) return operations.slice(0, index);
      names.add(write.name);
    }
  }
  return operations;
}

/** What is to be committed for these decisions; undefined: nothing. */
function groupOf(
  record: TaskRecord,
  operations: readonly Operation[],
  decisions: readonly Decision[],
  { journal, hasLeases }: Pick<LanePort, 'journal' | 'hasLeases'>,
): Group | undefined {
  const next = decisions.at(-1)?.record ?? record;
  const writes = writesOf(operations, decisions);
  const { key, sequence, life } = record;
  if (next === record)
    return writes.length === 0 ? undefined : [{ kind: 'check', key, sequence, fence: life.fence }, ...writes];
  const entries = entriesOf(record, decisions, journal);
  const isClaim = next.life.worker !== undefined && next.life.worker !== life.worker;
  const leased = hasLeases && isClaim;
  const own: Write = {
    kind: 'replace',
    record: next,
    sequence,
    fence: life.fence,
    before: stateOf(record),
    leased,
    journal: entries,
  };
  const forParent = childChanged(record, next);
  return forParent ? [own, ...writes, forParent] : [own, ...writes];
}

/** What is kept of the steps; undefined: nothing. */
function entriesOf(
  record: TaskRecord,
  decisions: readonly Decision[],
  mode: JournalMode,
): JournalEntry[] | undefined {
  if (mode === 'none') return undefined;
  let before = record;
  let entries: JournalEntry[] | undefined;
  for (const { record: after, event, outcome } of decisions) {
    const { sequence, leaf } = after;
    if (mode === 'all' ? after !== before : leaf !== before.leaf)
      (entries ??= []).push({ sequence, at: event.at, event: event.type, outcome, leaf });
    before = after;
  }
  return entries;
}

/** The operations that reserve a name that stands for another key, and what was found under it. */
function reservedFor(
  operations: readonly Operation[],
  { reservations = [] }: Verdict,
): ReadonlyMap<Operation, Reservation> {
  const byName = new Map(reservations.map((reservation) => [reservation.name, reservation]));
  const found = new Map<Operation, Reservation>();
  if (byName.size === 0) return found;
  for (const operation of operations) {
    for (const write of operation.writes ?? []) {
      const reservation = write.kind === 'reserve' ? byName.get(write.name) : undefined;
      if (reservation) found.set(operation, reservation);
    }
  }
  return found;
}

function keysInserted(operations: readonly Operation[]): Set<string> {
  const keys = new Set<string>();
  for (const { writes = noWrites } of operations)
    for (const write of writes) if (write.kind === 'insert') keys.add(write.record.key);
  return keys;
}

/** What the accepted operations want to be written besides. */
function writesOf(operations: readonly Operation[], decisions: readonly Decision[]): readonly Write[] {
  if (operations.every(({ writes }) => writes === undefined)) return noWrites;
  const accepted = operations.filter(
    (_operation, index) => faultOf(decisions[index]?.outcome ?? 'InvalidState') === undefined,
  );
  return accepted.flatMap(({ writes }) => writes ?? []);
}

const noWrites: readonly Write[] = [];

/** `waiting`: those who still wait for their answer; all of them, where it is left out. */
function answerAll(
  operations: readonly Operation[],
  decisions: readonly Decision[],
  waiting?: ReadonlySet<Operation>,
): void {
  operations.forEach((operation, index) => {
    const decision = decisions[index];
    if (!decision || (waiting && !waiting.has(operation))) return;
    operation.answer({ outcome: decision.outcome, record: decision.record });
  });
}
