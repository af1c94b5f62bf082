import type { Clock, Timer } from './clock.ts';
import type { TaskRecord } from './record.ts';
import { type Dispatch, type Offer, type Taken, byPrecedence } from './store.ts';
import type { Timers } from './timers.ts';

export interface DispatcherPort {
  readonly dispatch: Dispatch;
  readonly clock: Clock;
  readonly timers: Timers;
  /** Bodies at once in this process; 0: starts nothing. */
  readonly concurrency: number;
  /** The types that this supervisor can run. */
  readonly types: readonly string[];
  /** Whether a queued task may start now, by the supervisor's chart. */
  mayClaim(child: boolean): boolean;
  /** Whether tasks may come under this process's lease: without it nobody looks after what was taken and is lost. */
  isLeased(): boolean;
  /** Proceeds when they may. */
  lease(proceed: () => void): void;
  /** Claims the task; `claimed` follows, whatever comes of it. */
  claim(key: string): void;
  /** The key was taken and is not claimed: it is offered again, if its record still says so. */
  reconsider(key: string): void;
  /** Due tasks wait whose types were not asked for. */
  otherTypes(types: readonly string[]): void;
  /** Brings an answer back into the supervisor's mailbox. */
  deliver(proceed: () => void): void;
  failed(error: unknown): void;
  /** The dispatch did not answer: what it gave may be lost. */
  refused(error: unknown): void;
}

/** The name under which a pause of everything is kept. */
export const everyType = '';

/** How long a dispatch that refused is left alone. */
const takeAgainMs = 250;

/** Which queued task starts next, and whether there is a slot for it. A slot is taken from the claim until its body is gone. */
export class Dispatcher {
  readonly #port: DispatcherPort;
  #changes = new Map<string, Offer | undefined>();
  /** Tasks that were created here in this turn. */
  #created: Offer[] = [];
  #slots = 0;
  #claiming = 0;
  /** Claims that hold a slot for a body that has not started yet. */
  readonly #claims = new Set<string>();
  #isTaking = false;
  /** So many offers are on their way. */
  #offering = 0;
  /** The dispatch refused, and is not asked for a while. */
  #isResting = false;
  /** Something may be there that was not taken yet. */
  #mayHold = true;
  #paused: ReadonlySet<string> = new Set();
  #types: readonly string[];
  #timer: { readonly at: number; readonly timer: Timer } | undefined;
  readonly #settled: (() => void)[] = [];

  constructor(port: DispatcherPort) {
    this.#port = port;
    this.#types = port.types;
  }

  /** Slots that are taken. */
  get taken(): number {
    return this.#slots;
  }

  /** Whether anything is on its way to the dispatch or from it. */
  get isBusy(): boolean {
    return this.#isTaking || this.#offering > 0;
  }

  get paused(): ReadonlySet<string> {
    return this.#paused;
  }

  offer(record: TaskRecord): void {
    this.#changes.set(record.key, offerOf(record));
  }

  /** A new task: where a slot is free and nothing waits for it, it need not be offered to be taken. */
  created(record: TaskRecord): void {
    this.#created.push(offerOf(record));
  }

  withdraw({ key }: TaskRecord): void {
    this.#changes.set(key, undefined);
  }

  /** What is paused, as every supervisor of the store sees it. */
  pause(types: ReadonlySet<string>): void {
    this.#paused = types;
    this.#types = types.has(everyType) ? [] : this.#port.types.filter((type) => !types.has(type));
    this.#mayHold = true;
  }

  /** Resolves when no claim from before is under way. */
  settled(): Promise<void> {
    if (!this.#isTaking && this.#claiming === 0) return Promise.resolve();
    return new Promise((resolve) => this.#settled.push(resolve));
  }

  /** The claim was decided, and its slot is given back unless a body has taken it over. */
  claimed(key: string): void {
    this.#claiming -= 1;
    if (this.#claims.delete(key)) this.#slots -= 1;
    this.#noteSettled();
  }

  /** A body takes a slot, even where none is free; or gives it back, as it is gone or waits for its children. */
  occupy(body: { readonly key: string; hasSlot: boolean }, slot: boolean): void {
    if (body.hasSlot === slot) return;
    body.hasSlot = slot;
    if (!slot) this.#slots -= 1;
    else if (!this.#claims.delete(body.key)) this.#slots += 1;
  }

  /** Something may be there to be taken. */
  hint(): void {
    this.#mayHold = true;
  }

  /** Passes on what was offered, and takes what there are slots for. */
  flush(): void {
    if (this.#created.length > 0) this.#startCreated();
    if (this.#changes.size > 0) this.#passOn();
    const limit = this.#port.concurrency - this.#slots;
    if (limit <= 0 || this.#isTaking || this.#isResting || !this.#mayHold || !this.#port.mayClaim(true))
      return;
    this.#isTaking = true;
    if (this.#port.isLeased()) return this.#ask(limit);
    this.#port.lease(() => {
      this.#isTaking = false;
      this.#noteSettled();
    });
  }

  /** In the order in which they would be taken; those for which there is no slot are offered. */
  #startCreated(): void {
    const created = this.#created.length === 1 ? this.#created : this.#created.toSorted(byPrecedence);
    this.#created = [];
    const isNext = !this.#mayHold && !this.#isTaking && this.#offering === 0 && !this.#isResting;
    const mayStart = isNext && this.#port.isLeased();
    for (const offer of created) {
      const { key, type, startAt, isChild } = offer;
      // It has been offered or withdrawn since.
      if (this.#changes.has(key)) continue;
      const isDue = startAt === undefined || startAt <= this.#port.clock.now();
      const isOurs = this.#types.includes(type) && this.#port.mayClaim(isChild);
      const isFree = this.#slots < this.#port.concurrency;
      if (mayStart && isDue && isOurs && isFree) this.#claim(key);
      else this.#changes.set(key, offer);
    }
  }

  #claim(key: string): void {
    // Offers come at least once: the first of two claims is the claim.
    if (this.#claims.has(key)) return;
    this.#slots += 1;
    this.#claiming += 1;
    this.#claims.add(key);
    this.#port.claim(key);
  }

  #ask(limit: number): void {
    this.#mayHold = false;
    const childrenOnly = !this.#port.mayClaim(false);
    const request = { limit, types: this.#types, childrenOnly, now: this.#port.clock.now() };
    this.#port.dispatch.take(request).then(
      (taken) => this.#port.deliver(() => this.#take(taken, limit, childrenOnly)),
      (error: unknown) =>
        this.#port.deliver(() => {
          this.#isTaking = false;
          this.#rest();
          this.#port.refused(error);
          this.#noteSettled();
        }),
    );
  }

  #rest(): void {
    this.#isResting = true;
    this.#port.timers.set(takeAgainMs, () =>
      this.#port.deliver(() => {
        this.#isResting = false;
        this.#mayHold = true;
      }),
    );
  }

  #take(taken: Taken, limit: number, childrenOnly: boolean): void {
    const { keys, nextAt, otherTypes } = taken;
    const mayClaim = this.#port.mayClaim(childrenOnly);
    if (keys.length > 0 && mayClaim && !this.#port.isLeased())
      return this.#port.lease(() => this.#take(taken, limit, childrenOnly));
    this.#isTaking = false;
    if (keys.length === limit) this.#mayHold = true;
    for (const key of keys) {
      // The supervisor may have begun to drain meanwhile: what was taken as a root goes back.
      if (this.#port.mayClaim(childrenOnly)) this.#claim(key);
      else this.#port.reconsider(key);
    }
    this.#port.otherTypes(otherTypes);
    this.#wakeAt(nextAt);
    this.#noteSettled();
  }

  /** One timer for the offer that becomes due first. */
  #wakeAt(at: number | undefined): void {
    if (this.#timer?.at === at) return;
    this.#timer?.timer.cancel();
    this.#timer = undefined;
    if (at === undefined) return;
    const ring = () =>
      this.#port.deliver(() => {
        this.#timer = undefined;
        this.#mayHold = true;
      });
    this.#timer = { at, timer: this.#port.timers.set(at - this.#port.clock.now(), ring) };
  }

  #passOn(): void {
    const offers: Offer[] = [];
    const withdrawn: string[] = [];
    for (const [key, offer] of this.#changes) {
      if (offer) offers.push(offer);
      else withdrawn.push(key);
    }
    // Not cleared: a table that was cleared keeps its successor alive until it is collected itself.
    this.#changes = new Map();
    const failed = (error: unknown) => this.#port.deliver(() => this.#port.failed(error));
    if (withdrawn.length > 0) this.#port.dispatch.withdraw(withdrawn).then(undefined, failed);
    if (offers.length > 0) {
      this.#mayHold = true;
      this.#offering += 1;
      const settled = () => (this.#offering -= 1);
      this.#port.dispatch.offer(offers).then(settled, (error: unknown) => {
        settled();
        failed(error);
      });
    }
  }

  #noteSettled(): void {
    if (this.#isTaking || this.#claiming > 0) return;
    for (const resolve of this.#settled.splice(0)) resolve();
  }
}

function offerOf({ key, creation, life }: TaskRecord): Offer {
  const { type, priority, child } = creation;
  return { key, type, priority, startAt: life.startAt, isChild: child !== undefined };
}
