import type { Clock, Timer } from './clock.ts';
import type { LeaseBook } from './store.ts';
import type { Timers } from './timers.ts';

export interface LeasesPort {
  readonly book: LeaseBook;
  readonly worker: string;
  readonly clock: Clock;
  /** In the background: a lease alone keeps no process alive. */
  readonly timers: Timers;
  /** A lease is over when its worker's beats stand still for this long. */
  readonly leaseMs: number;
  /** Whether bodies run under this process's lease. */
  hasBodies(): boolean;
  /** Whether tasks that were created here have not ended. */
  hasCreated(): boolean;
  /** Whether something is on its way that others would have to finish, were this process lost now. */
  isBusy(): boolean;
  /** The lease of this process was over: others may have taken up what it held. */
  ownWasOver(): void;
  /** Takes up what the worker held. False: not all of it. */
  takeOver(worker: string): Promise<boolean>;
  deliver(proceed: () => void): void;
  failed(error: unknown): void;
}

/** A lease is renewed this often before it is over, so that one beat that comes late is no loss. */
const beatsPerLease = 3;

interface Seen {
  readonly beats: number;
  readonly at: number;
}

/**
 * The lease under which this process holds its tasks, and the leases of the others. Whatever it does whose consequences
 * others would have to see to, were it lost half-way, it does under its lease: a submit that has to be offered, an offer
 * that it took. A process that does and holds nothing has none, and where nobody has one nobody looks.
 */
export class Leases {
  readonly #port: LeasesPort;
  /** When the last beat was sent that was counted; undefined: there is no lease. */
  #renewedAt: number | undefined;
  /** The number of the last beat. */
  #beats = 0;
  /** At this time the lease was the one that was counted last, for sure. */
  #sureAt = Number.NEGATIVE_INFINITY;
  #heldAt = Number.NEGATIVE_INFINITY;
  #others = new Map<string, Seen>();
  /** When the last look was answered. */
  #lookedAt = Number.NEGATIVE_INFINITY;
  readonly #takingOver = new Set<string>();
  #timer: Timer | undefined;
  #looking: Promise<void> | undefined;
  /** What was held under a lease that was over is being dealt with. */
  #regaining: Promise<void> | undefined;
  #isEnded = false;

  constructor(port: LeasesPort) {
    this.#port = port;
  }

  /** Whether something may come under the lease now. */
  get isHeld(): boolean {
    return this.#renewedAt !== undefined && this.#now() - this.#renewedAt < this.#port.leaseMs;
  }

  /** Looks at once, and goes on as long as there is anything to see. */
  async start(): Promise<void> {
    await this.#look();
  }

  /** Another process may hold something. */
  observe(): void {
    this.#lookLater();
  }

  /** Resolves when something may come under the lease. */
  async hold(): Promise<void> {
    while (!this.isHeld && !this.#isEnded) {
      // Anew each time: a look may take longer than a need lasts.
      this.#heldAt = this.#now();
      await this.#look();
      await this.#regaining;
    }
  }

  /** The store says that it is over, or gone: what happens next happens under another. */
  lapsed(): void {
    this.#renewedAt = undefined;
  }

  /** Nothing comes under the lease any more. It goes on while there are bodies that ignore their abort. */
  end(): void {
    this.#isEnded = true;
    this.#others.clear();
    if (this.#port.hasBodies()) this.#lookLater();
    else this.#leave();
  }

  /** A body may be gone. */
  released(): void {
    if (this.#isEnded && !this.#port.hasBodies()) this.#leave();
  }

  #now(): number {
    return this.#port.clock.monotonic();
  }

  #isHolding(): boolean {
    const port = this.#port;
    return port.hasBodies() || (!this.#isEnded && (port.hasCreated() || port.isBusy()));
  }

  get #periodMs(): number {
    return this.#port.leaseMs / beatsPerLease;
  }

  #lookLater(): void {
    this.#timer ??= this.#port.timers.set(this.#periodMs, () => {
      this.#timer = undefined;
      this.#look().catch((error: unknown) => this.#fail(error));
    });
  }

  /** One look at a time: who wants another meanwhile is served by it. */
  #look(): Promise<void> {
    return (this.#looking ??= this.#beatOrLook().finally(() => (this.#looking = undefined)));
  }

  async #beatOrLook(): Promise<void> {
    const { book, worker } = this.#port;
    const sentAt = this.#now();
    if (this.#isHolding()) this.#heldAt = sentAt;
    // Not let go at the first pause: one that begins anew has numbers that others have seen before.
    const isNeeded = sentAt - this.#heldAt < this.#port.leaseMs;
    if (!isNeeded && this.#renewedAt !== undefined) await this.#retire();
    const beats = await (isNeeded ? book.beat(worker) : book.beats());
    await new Promise<void>((resolve) =>
      this.#port.deliver(() => {
        if (isNeeded) this.#noteOwn(beats.get(worker) ?? 0, sentAt);
        this.#noteOthers(beats, sentAt);
        if (isNeeded || this.#others.size > 0) this.#lookLater();
        resolve();
      }),
    );
  }

  #noteOwn(beats: number, sentAt: number): void {
    const { worker, leaseMs } = this.#port;
    // A new lease counts from 1: where answers were lost, it may have come past the number of the old one.
    const isLate = this.#beats > 0 && this.#now() - this.#sureAt >= leaseMs;
    const isOver = beats <= this.#beats || isLate;
    this.#sureAt = isOver ? this.#now() : sentAt;
    this.#beats = beats;
    this.#renewedAt = beats === 0 ? undefined : sentAt;
    if (isOver) this.#port.ownWasOver();
    // Whoever ended it may be gone as well: what was held is dealt with here, and a new lease begins.
    if (beats === 0)
      this.#regaining ??= this.#takeOver(worker, 0).finally(() => (this.#regaining = undefined));
  }

  #noteOthers(beats: ReadonlyMap<string, number>, sentAt: number): void {
    const others = new Map<string, Seen>();
    // Who has seen nothing for long may see the same number of another lease. The call may have been repeated for long as well.
    if (this.#now() - this.#lookedAt > 2 * this.#periodMs) this.#others.clear();
    this.#lookedAt = this.#now();
    if (!this.#isEnded)
      for (const [worker, count] of beats) {
        if (worker === this.#port.worker) continue;
        const before = this.#others.get(worker);
        const isStanding = before?.beats === count;
        others.set(worker, isStanding ? before : { beats: count, at: this.#now() });
        // An answer may be old when it is read; the call was sent before.
        const isOver = isStanding && sentAt - before.at >= this.#port.leaseMs;
        if (isOver || count === 0) void this.#takeOver(worker, count);
      }
    this.#others = others;
  }

  async #takeOver(worker: string, beats: number): Promise<void> {
    if (this.#takingOver.has(worker)) return;
    this.#takingOver.add(worker);
    const { book } = this.#port;
    try {
      // It may have beaten again meanwhile.
      if (!(await book.end(worker, beats)) || !(await this.#port.takeOver(worker))) return;
      if (worker === this.#port.worker) this.#beats = 0;
      await book.retire(worker);
      this.#others.delete(worker);
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#takingOver.delete(worker);
    }
  }

  /** The store does not answer. After the end that is nobody's concern: others find the lease standing still. */
  #fail(error: unknown): void {
    if (!this.#isEnded) this.#port.deliver(() => this.#port.failed(error));
  }

  async #retire(): Promise<void> {
    this.#renewedAt = undefined;
    this.#beats = 0;
    await this.#port.book.retire(this.#port.worker);
  }

  #leave(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    // Left standing still: whoever finds it ends what was created here and has no driver any more.
    if (this.#renewedAt === undefined || this.#port.hasCreated()) return;
    this.#retire().catch((error: unknown) => this.#fail(error));
  }
}
