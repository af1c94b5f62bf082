import type { FaultData } from '../machines/fault.ts';
import { Channel } from './channel.ts';
import type { Clock } from './clock.ts';
import type { Decision } from './decide.ts';
import { type TaskRecord, stateOf } from './record.ts';

/** What happened in this process, as `events()` tells it. */
export type RuntimeEvent =
  /** A record changed; `event` is the chart's event, `outcome` the answer to its sender. */
  | TaskEventOf<'changed', { readonly event: string; readonly outcome: string; readonly state: string }>
  /** An operation that nobody awaits was refused, for instance a report after the end. */
  | TaskEventOf<'refused', { readonly event: string; readonly fault: FaultData }>
  /** The record was changed elsewhere, and the operation was decided again. */
  | TaskEventOf<'conflict', { readonly event: string }>
  /** A body ended that had lost its task: what it said changed nothing. */
  | TaskEventOf<'late', { readonly event: string }>
  /** A body's own words. */
  | TaskEventOf<'log', { readonly message: string }>
  /** A body did not end within its grace after an abort. */
  | TaskEventOf<'unresponsive', { readonly since: Date }>
  /** A queued task waits whose type this supervisor does not know; once for each type. */
  | (Happened & { readonly kind: 'unknownType'; readonly type: string })
  /** An observer of the user's threw. */
  | (Happened & { readonly kind: 'observerFailed'; readonly error: unknown })
  /** The store refused to write and is tried again. */
  | (Happened & { readonly kind: 'storeRetry'; readonly error: unknown })
  /** The lease of another process is over, and what it held is taken up. */
  | (Happened & { readonly kind: 'workerLost'; readonly worker: string })
  /** The lease of this process was over, as it was frozen or its event loop was blocked: its bodies are aborted. */
  | (Happened & { readonly kind: 'leaseLost' })
  /** The supervisor's own life. */
  | (Happened & { readonly kind: 'supervisor'; readonly state: string })
  /** The reader was too slow, and this many events are missing here. */
  | (Happened & { readonly kind: 'lagged'; readonly missed: number });

interface Happened {
  readonly at: Date;
}

type TaskEventOf<K extends string, F> = Happened & {
  readonly kind: K;
  readonly key: string;
  readonly sequence: number;
} & F;

type WithoutTime<E> = E extends Happened ? Omit<E, 'at'> : never;

/** How many events wait for a slow reader; then the oldest go. Enough for a busy second, little enough to forget. */
const waitingEvents = 1024;

/** Carries what happens to whoever reads it, and costs nothing when nobody does. */
export class EventStream {
  readonly #clock: Clock;
  readonly #readers = new Set<Channel<RuntimeEvent>>();
  readonly #unknownTypes = new Set<string>();
  #ended = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get isRead(): boolean {
    return this.#readers.size > 0;
  }

  emit(event: WithoutTime<RuntimeEvent>): void {
    if (this.#readers.size === 0) return;
    const at = new Date(this.#clock.now());
    for (const reader of this.#readers) {
      reader.push({ ...event, at } as RuntimeEvent);
      if (reader.waiting.length > waitingEvents) dropOldest(reader.waiting, at);
    }
  }

  tellChange(record: TaskRecord, event: string, outcome: string): void {
    const { key, sequence } = record;
    this.emit({ kind: 'changed', key, sequence, event, outcome, state: stateOf(record) });
  }

  tellDecisions(decisions: readonly Decision[]): void {
    if (!this.isRead) return;
    for (const { event, outcome, record } of decisions) {
      this.tellChange(record, event.type, outcome);
      const { unresponsiveAt } = record.life;
      if (event.type !== 'UNRESPONSIVE' || unresponsiveAt === undefined) continue;
      const { key, sequence } = record;
      this.emit({ kind: 'unresponsive', key, sequence, since: new Date(unresponsiveAt) });
    }
  }

  /** Types that nobody here knows, each once. */
  tellTypes(types: readonly string[]): void {
    for (const type of types) {
      if (this.#unknownTypes.has(type)) continue;
      this.#unknownTypes.add(type);
      this.emit({ kind: 'unknownType', type });
    }
  }

  /** Everything from now on; ends with the supervisor. */
  events(): AsyncIterableIterator<RuntimeEvent, undefined> {
    const reader = new Channel<RuntimeEvent>((channel) => this.#readers.delete(channel));
    if (this.#ended) reader.end();
    else this.#readers.add(reader);
    return reader;
  }

  end(): void {
    this.#ended = true;
    for (const reader of this.#readers) reader.end();
    this.#readers.clear();
  }
}

/** Half of what waits gives way to one event that says how much is missing. */
function dropOldest(waiting: RuntimeEvent[], at: Date): void {
  const dropped = waiting.splice(0, waitingEvents / 2);
  const missed = dropped.reduce((sum, event) => sum + (event.kind === 'lagged' ? event.missed : 1), 0);
  waiting.unshift({ kind: 'lagged', missed, at });
}
