import { type Supervisor, isFault } from '../../src/index.ts';
import { Chance, seedOfRound } from '../soak/chance.ts';
import { type Family, brief, doomed, family, flaky, steps } from './bodies.ts';
import { tell } from './told.ts';

export interface WorkloadOptions {
  readonly seed: number;
  /** Who act one operation after the other, all at once. */
  readonly clients: number;
  readonly operations: number;
  /** Keys that others were given. */
  readonly keys: readonly string[];
}

/** Idempotency keys are few, so that the same is used again, by the next process too. */
const names = 6;

/** A seeded mix of everything that a client may ask. Each answer is told before the client goes on. */
export class Workload {
  readonly #supervisor: Supervisor;
  readonly #options: WorkloadOptions;
  readonly #keys: string[];
  readonly #watching: Promise<void>[] = [];

  constructor(supervisor: Supervisor, options: WorkloadOptions) {
    this.#supervisor = supervisor;
    this.#options = options;
    this.#keys = [...options.keys];
  }

  /** Resolves when every client has done its operations, and has seen how its tasks ended. */
  async run(): Promise<void> {
    const { seed, clients } = this.#options;
    await Promise.all(Array.from({ length: clients }, (_, index) => this.#client(seedOfRound(seed, index))));
    tell({ kind: 'done', what: 'operations', calls: 0 });
    await Promise.all(this.#watching);
  }

  async #client(seed: number): Promise<void> {
    const chance = new Chance(seed);
    for (let done = 0; done < this.#options.operations; done += 1) {
      const what = chance.weighted({ submit: 45, again: 15, cancel: 20, create: 12, read: 8 });
      if (what === 'submit') await this.#submit(chance);
      else if (what === 'again') await this.#again(chance);
      else if (what === 'cancel') await this.#cancel(chance);
      else if (what === 'create') await this.#create(chance);
      else await this.#read(chance);
    }
  }

  async #submit(chance: Chance): Promise<void> {
    const options = { priority: chance.below(3), delayMs: chance.percent(20) ? chance.below(40) : 0 };
    const { type, input } = drawn(chance);
    const task = await this.#supervisor.submit(type as never, input as never, options);
    this.#given(task.key, type.type, input);
    if (chance.percent(40)) this.#watch(task.key);
  }

  /** The input follows from the name: it is the same work. */
  async #again(chance: Chance): Promise<void> {
    const input = chance.below(names);
    const idempotencyKey = `name ${input}`;
    const task = await this.#supervisor.submit(brief, input, { idempotencyKey, entity: idempotencyKey });
    this.#given(task.key, 'brief', input, idempotencyKey);
  }

  async #cancel(chance: Chance): Promise<void> {
    const key = chance.among(this.#keys.slice(-12));
    if (key === undefined) return;
    try {
      const receipt = await (await this.#supervisor.task(key)).cancel();
      tell({ kind: 'receipt', key, receipt });
    } catch (error) {
      if (!isFault(error, 'InvalidState')) throw error;
    }
  }

  async #create(chance: Chance): Promise<void> {
    const task = await this.#supervisor.createTask({ type: 'driven', cancelable: true });
    this.#given(task.key, 'driven', undefined);
    const path = chance.of<readonly ('running' | 'success')[]>([
      ['running'],
      ['running', 'success'],
      ['success'],
    ]);
    try {
      for (const state of path) {
        await task.setState(state, state === 'success' ? { result: 'driven' } : {});
        tell({ kind: 'state', key: task.key, state });
      }
      if (path.at(-1) === 'success') return;
      await task.updateProgress(chance.below(100));
      // Its driver is to end it, as long as there is one.
      await task.setState('error', { fault: 'SystemError' });
      tell({ kind: 'state', key: task.key, state: 'error' });
    } catch (error) {
      // Another client has canceled it.
      if (!isFault(error, 'InvalidState')) throw error;
    }
  }

  async #read(chance: Chance): Promise<void> {
    const key = chance.among(this.#keys);
    if (key === undefined) return;
    const { state, result } = await (await this.#supervisor.task(key)).info();
    if (state === 'success' || state === 'error') tell({ kind: 'seen', key, state, result });
  }

  #given(key: string, type: string, input: unknown, idempotencyKey?: string): void {
    tell({ kind: 'key', key, type, input, idempotencyKey });
    this.#keys.push(key);
  }

  #watch(key: string): void {
    const seen = async () => {
      const { state, result } = await (await this.#supervisor.task(key)).ended();
      tell({ kind: 'seen', key, state, result });
    };
    this.#watching.push(seen());
  }
}

function drawn(chance: Chance) {
  const type = chance.of([brief, brief, flaky, doomed, steps, family] as const);
  if (type === family) {
    const input: Family = { children: 1 + chance.below(3), grandchildren: chance.percent(30) ? 2 : 0 };
    return { type, input };
  }
  return { type, input: type === flaky ? chance.below(3) : chance.below(12) };
}
