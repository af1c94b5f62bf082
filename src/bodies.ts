import type { TaskEvent } from '../machines/task.ts';
import { Attempt, type BodyPort } from './body.ts';
import type { EventStream } from './event-stream.ts';
import { Fault, toLocalizedFault } from './fault.ts';
import type { Operation } from './lane.ts';
import type { TaskRecord } from './record.ts';
import { faultOf } from './refusal.ts';
import type { AnyTaskDefinition } from './task.ts';

export interface BodiesPort extends Omit<BodyPort, 'ended' | 'threw'> {
  readonly definitions: ReadonlyMap<string, AnyTaskDefinition>;
  readonly events: EventStream;
  /** Whether a body may still start, by the supervisor's chart. */
  mayStart(child: boolean): boolean;
  /** Whether nothing can be committed any more. */
  isLost(): boolean;
  /** Brings the end of a body into the supervisor's mailbox. */
  deliver(key: string, proceed: () => void): void;
  operate(key: string, event: TaskEvent, answer?: Operation['answer']): void;
  /** The body is gone, and its end was dealt with. */
  gone(key: string): void;
}

/** The bodies of this process: how they start, and what becomes of their ends. */
export class Bodies {
  readonly #port: BodiesPort;
  readonly #bodyPort: BodyPort;
  #toStart: Attempt[] = [];
  readonly #unresponsive = new Set<Attempt>();

  constructor(port: BodiesPort) {
    this.#port = port;
    this.#bodyPort = {
      clock: port.clock,
      random: port.random,
      bodyTask: port.bodyTask,
      ended: (attempt, event) => this.#ended(attempt, event),
      threw: (error) => port.events.emit({ kind: 'observerFailed', error }),
    };
  }

  /** How many run on though their grace is over. */
  get unresponsive(): number {
    return this.#unresponsive.size;
  }

  markUnresponsive(attempt: Attempt): void {
    this.#unresponsive.add(attempt);
  }

  /** The attempt is gone. */
  leave(attempt: Attempt): void {
    this.#unresponsive.delete(attempt);
  }

  /** The attempt that the record speaks of starts, after this turn; undefined: nobody here knows its type. */
  start(record: TaskRecord): Attempt | undefined {
    const definition = this.#port.definitions.get(record.creation.type);
    if (!definition) return undefined;
    const attempt = new Attempt(record, definition, this.#bodyPort);
    if (!this.#port.mayStart(record.creation.child !== undefined)) this.#giveBack(attempt);
    // After the turn: a body that computes at once holds up nobody's answer.
    if (this.#toStart.length === 0) queueMicrotask(() => this.#startAll());
    this.#toStart.push(attempt);
    return attempt;
  }

  /** The claim was on its way when the supervisor began to stop: the body ends before its first line. */
  #giveBack(attempt: Attempt): void {
    attempt.abort('Evicted');
    this.#port.operate(attempt.key, { type: 'EVICT', at: this.#port.clock.now(), fence: attempt.fence });
  }

  #startAll(): void {
    for (const attempt of this.#toStart.splice(0)) attempt.run();
  }

  #ended({ key }: Attempt, event: TaskEvent): void {
    this.#port.deliver(key, () => {
      const answer: Operation['answer'] = (given) => {
        // The store can never keep what it returned: it ends by that fault instead.
        if (given instanceof Fault && given.name === 'InvalidArgument' && event.type === 'BODY_RETURNED') {
          const { at, fence } = event;
          const error = toLocalizedFault(given);
          this.#port.operate(key, { type: 'BODY_THREW', at, fence, error, aborted: false }, answer);
          return;
        }
        this.#port.gone(key);
        if (given instanceof Fault || faultOf(given.outcome) === undefined) return;
        const sequence = given.record?.sequence ?? 0;
        this.#port.events.emit({ kind: 'late', key, sequence, event: event.type });
      };
      if (this.#port.isLost()) answer(new Fault('StoreFailed'));
      else this.#port.operate(key, event, answer);
    });
  }
}
