import type { SnapshotFrom } from 'xstate';
import { type SupervisorEvent, supervisorMachine } from '../machines/supervisor.ts';
import type { Outcome } from '../machines/task.ts';
import { leafOf, snapshotAt, step } from '../machines/chart.ts';
import type { Timer } from './clock.ts';
import { Fault } from './fault.ts';
import { faultOf } from './refusal.ts';
import type { Timers } from './timers.ts';

export interface LifePort {
  readonly timers: Timers;
  /** Whether no body is left and nothing waits for the store; and, `withParents`, no parent joins its children. */
  isEmpty(withParents: boolean): boolean;
  /** The longest grace of the bodies that are left. */
  graceMs(): number;
  /** Tells every body to give its slot back. */
  evict(): void;
  entered(leaf: string): void;
  deliver(proceed: () => void): void;
}

/** What is asked of the chart and changes nothing: may this be done? */
type Question = 'SUBMIT' | 'OPERATE' | 'CLAIM';

/** The supervisor's own life, by its chart. */
export class Life {
  readonly #port: LifePort;
  #snapshot: SnapshotFrom<typeof supervisorMachine> = snapshotAt(supervisorMachine, 'starting', {});
  #leaf = 'starting';
  #answers = new Map<string, Outcome>();
  #phaseEnds: Timer | undefined;
  readonly #waiting = new Set<() => void>();
  readonly #draining = new Set<(fault: Fault) => void>();

  constructor(port: LifePort) {
    this.#port = port;
  }

  /** The path of the chart's leaf: `running`, `draining.closing`. */
  get leaf(): string {
    return this.#leaf;
  }

  get isOver(): boolean {
    return this.#leaf === 'stopped';
  }

  /** The fault with which the chart refuses this here; undefined: it may be done. */
  refuses(question: Question, child = false): Fault | undefined {
    const name = faultOf(this.#answer(question, child));
    return (
      name &&
      new Fault(name, `Expected a supervisor that still takes calls like this one, but it is ${this.#leaf}.`)
    );
  }

  allows(question: Question, child = false): boolean {
    return this.#answer(question, child) === 'ok';
  }

  /** What the chart answers to a question that changes nothing. Asked once for each leaf. */
  #answer(question: Question, child: boolean): Outcome {
    const asked = child ? `${question} child` : question;
    let outcome = this.#answers.get(asked);
    if (outcome === undefined) {
      outcome = step(supervisorMachine, this.#snapshot, { type: question, child }).outcome;
      // A final state declares no answers: what ended refuses everything.
      if (outcome === 'InvalidState') outcome = 'SupervisorStopped';
      this.#answers.set(asked, outcome);
    }
    return outcome;
  }

  /** The supervisor is where the chart leads it, and what follows from being there is begun. */
  send(type: Exclude<SupervisorEvent['type'], Question>): void {
    const { snapshot } = step(supervisorMachine, this.#snapshot, { type });
    this.#snapshot = snapshot;
    const leaf = leafOf(snapshot.value);
    if (leaf === this.#leaf) return;
    this.#leaf = leaf;
    this.#answers.clear();
    this.#phaseEnds?.cancel();
    this.#phaseEnds = undefined;
    this.#port.entered(leaf);
    if (leaf === 'draining.evicting') {
      this.#port.evict();
      this.#endPhaseIn(this.#port.graceMs());
    }
    if (leaf === 'failed') for (const reject of this.#draining) reject(new Fault('StoreFailed'));
    if (leaf !== 'stopped') return;
    for (const tell of this.#waiting) tell();
    this.#waiting.clear();
  }

  /** Resolves when the supervisor has stopped. */
  stopped(): Promise<void> {
    if (this.isOver) return Promise.resolve();
    return new Promise((resolve) => void this.#waiting.add(resolve));
  }

  /** Calls back once, when the supervisor stops. The function that it returns takes that back. */
  onStopped(tell: () => void): () => void {
    this.#waiting.add(tell);
    return () => this.#waiting.delete(tell);
  }

  /** Resolves when it has stopped; rejects when the store fails before. */
  async drain(): Promise<void> {
    const { promise, reject } = Promise.withResolvers<void>();
    this.#draining.add(reject);
    this.send('DRAIN');
    if (this.#leaf === 'failed') reject(new Fault('StoreFailed'));
    await Promise.race([promise, this.stopped()]).finally(() => this.#draining.delete(reject));
  }

  /** `waitMs`: until what runs is evicted. Without it: 5,000 at first, and at once when it was asked before. */
  stop(waitMs: number | undefined): Promise<void> {
    const asked = this.#leaf === 'draining.closing' || this.#leaf === 'draining.evicting';
    this.send('STOP');
    if (this.#leaf === 'draining.closing') this.#endPhaseIn(waitMs ?? (asked ? 0 : defaultWaitMs));
    else if (this.#leaf === 'draining.evicting') this.#endPhaseIn(waitMs ?? 0);
    return this.stopped();
  }

  /** What may be over by now. */
  flush(): void {
    const isDraining = this.#leaf.startsWith('draining');
    if (isDraining && this.#port.isEmpty(this.#leaf === 'draining.finishing')) this.send('EMPTY');
  }

  /** A phase that was to end sooner still does. */
  #endPhaseIn(delayMs: number): void {
    const timer = this.#port.timers.set(delayMs, () => this.#port.deliver(() => this.send('OVERDUE')));
    const previous = this.#phaseEnds;
    this.#phaseEnds = { cancel: () => (timer.cancel(), previous?.cancel()) };
  }
}

/** How long `stop` lets bodies end by themselves: most of a container's usual ten seconds is left for what follows. */
const defaultWaitMs = 5_000;
