import { type Store, type Supervisor, type TaskHandle, createSupervisor } from '../../src/index.ts';
import { simulatedRandom } from '../../src/testing/index.ts';
import { type Definitions, type Stage, definitionsFor } from './bodies.ts';
import { Chance } from './chance.ts';
import { type Ledger, shown } from './ledger.ts';
import { type Roughness, roughStore } from './rough-store.ts';
import type { Site } from './site.ts';

/** One supervisor, and what it knows. */
export interface Side {
  readonly supervisor: Supervisor;
  readonly types: Definitions;
  readonly probe: ReturnType<typeof definitionsFor>['probe'];
  /** Stands for it where bodies are counted. */
  readonly token: object;
  readonly concurrency: number;
  /** It was asked to stop or to drain. */
  isLeaving: boolean;
}

/** What differs from round to round. */
export interface Circumstances {
  readonly sides: number;
  readonly concurrency: number;
  readonly roughness: Roughness;
  /** Final records go at once, but for a few. */
  readonly forgets: boolean;
  /** An observer that throws now and then. */
  readonly observed: boolean;
}

/** How long a name stands for its task; the resident outlives it. */
export const idempotencyMs = 120_000;

/** Longer than anything in a round takes, the pauses of a store that refuses included. */
export const limitMs = { simulated: 120_000, resident: 120_000, real: 8_000 };

/** Every so many inspections, an observer throws. */
const throwsEvery = 331;

/** One store, the supervisors on it, and what was asked of them in one round. */
export class World {
  readonly site: Site;
  readonly store: Store;
  readonly circumstances: Circumstances;
  readonly sides: Side[] = [];
  /** Those that were replaced: they are stopping, or have stopped. */
  readonly left: Side[] = [];
  /** Handles of all tasks, as they were given. */
  tasks: TaskHandle[] = [];
  ledger: Ledger;
  chance: Chance;
  gate = Promise.withResolvers<void>();
  #probes = { wanted: 0, inside: 0, all: Promise.withResolvers<void>() };

  constructor(site: Site, store: Store, circumstances: Circumstances, ledger: Ledger, chance: Chance) {
    this.site = site;
    this.store = store;
    this.circumstances = circumstances;
    this.ledger = ledger;
    this.chance = chance;
  }

  /** Another round begins in the same world. */
  begin(ledger: Ledger, chance: Chance): void {
    this.ledger = ledger;
    this.chance = chance;
    this.tasks = [];
    this.gate = Promise.withResolvers<void>();
  }

  get stage(): Stage {
    const { ledger, gate, site } = this;
    return { ledger, clock: site.clock, unitMs: site.unitMs, gate: gate.promise };
  }

  /** What a promise resolves with, time passing until then; undefined where it never does. */
  async until<T>(promise: PromiseLike<T>): Promise<T | undefined> {
    let answer: { value: T } | undefined;
    let isOver = false;
    promise.then(
      (value) => void ([answer, isOver] = [{ value }, true]),
      () => void (isOver = true),
    );
    await this.eventually(() => isOver);
    return answer?.value;
  }

  /** Whether it becomes true, in as much time as a round may take. */
  async eventually(isTrue: () => boolean | Promise<boolean>): Promise<boolean> {
    const { kind, unitMs } = this.site;
    const stepMs = kind === 'real' ? 2 : 50 * unitMs;
    for (let passedMs = 0; passedMs < limitMs[kind]; passedMs += stepMs) {
      if (await isTrue()) return true;
      await this.site.pass(stepMs);
    }
    return isTrue();
  }

  /** A supervisor takes up what the store holds. */
  async open(): Promise<Side> {
    const { site, chance, circumstances } = this;
    const { concurrency } = circumstances;
    const probed = () => this.#enterProbe();
    const troupe = definitionsFor({ stage: () => this.stage, unitMs: site.unitMs, concurrency, probed });
    const { roughness } = circumstances;
    const isSmooth = roughness.refused + roughness.lost === 0 && site.kind !== 'simulated';
    const store = isSmooth ? this.store : roughStore(this.store, site, this.#own(), roughness);
    const opening = createSupervisor({
      tasks: troupe.list,
      store,
      concurrency,
      idempotencyMs,
      clock: site.clock,
      turns: site.turns,
      random: simulatedRandom(chance.seed()),
      authorize: ({ principal, privilege }: { principal: string; privilege: string }) => {
        if (principal === 'thrower') throw new TypeError('It threw.');
        return principal === 'reader' ? privilege === 'System.View' : Promise.resolve(principal === 'admin');
      },
      ...this.#retention(),
      ...this.#observer(),
    });
    const supervisor = await this.until(opening);
    if (!supervisor) throw new Error('Expected a supervisor to open, but it did not.');
    const { all: types, probe, supervisor: token } = troupe;
    const side = { supervisor, types, probe, token, concurrency, isLeaving: false };
    this.#listen(side);
    return side;
  }

  /** A chance that the order of other draws does not depend on. */
  #own(): Chance {
    return new Chance(this.chance.seed());
  }

  #retention() {
    const none = { maxCount: 5, maxAgeMs: 0 };
    return this.circumstances.forgets ? { retention: { minAgeMs: 0, success: none, error: none } } : {};
  }

  #observer() {
    if (!this.circumstances.observed) return {};
    let seen = 0;
    const inspect = () => {
      if ((seen += 1) % throwsEvery === 0) throw new TypeError('The observer threw.');
    };
    return { inspect };
  }

  /** One reader follows every event, another takes one and is never heard of again. */
  #listen({ supervisor }: Side): void {
    void supervisor.events().next();
    void this.ledger.ask('events', async () => {
      // The resident's reader goes on into rounds that have ledgers of their own.
      for await (const event of supervisor.events()) this.ledger.hear(event, supervisor);
    });
  }

  /** A side that takes new tasks, if there is one. */
  live(): Side | undefined {
    return this.chance.among(this.sides.filter(({ isLeaving }) => !isLeaving));
  }

  async #enterProbe(): Promise<void> {
    const probes = this.#probes;
    if ((probes.inside += 1) >= probes.wanted) probes.all.resolve();
    await Promise.race([probes.all.promise, this.gate.promise]);
  }

  /** As many bodies as there are slots have to run at once. */
  async probe(): Promise<void> {
    const wanted = this.sides.reduce((sum, { concurrency }) => sum + concurrency, 0);
    this.#probes = { wanted, inside: 0, all: Promise.withResolvers<void>() };
    this.gate = Promise.withResolvers<void>();
    const ends = this.sides.flatMap(({ supervisor, probe, concurrency }) =>
      Array.from({ length: concurrency }, () =>
        this.ledger.ask('a probe', async () => (await supervisor.submit(probe)).ended()),
      ),
    );
    let isOver = false;
    void Promise.all(ends).then(() => (isOver = true));
    if (await this.eventually(() => isOver)) return;
    const taken = this.sides.map(({ supervisor }) => shown(supervisor).slots).join();
    this.ledger.broken(
      'no slot is lost',
      `${this.#probes.inside} of ${wanted} bodies run, and ${taken} slots are taken`,
    );
    this.gate.resolve();
    await this.eventually(() => isOver);
  }
}
