import { type Supervisor, type TaskHandle, type TaskInfo } from '../../src/index.ts';
import { everyType } from '../../src/dispatcher.ts';
import { type Simulation, simulate } from '../../src/testing/index.ts';
import { rest } from '../support/rest.ts';
import { type StoreKind, onStore, stores } from '../support/stores.ts';
import { type Definitions, definitions } from './bodies.ts';
import { History } from './history.ts';
import { notedStore } from './noted-store.ts';
import type { Action, Operation, Program } from './program.ts';
import { eventOf, nameOf, perform } from './operations.ts';

/** One supervisor, and what it knows. */
interface Side {
  readonly supervisor: Supervisor;
  readonly definitions: Definitions;
  /** It was asked to stop or to drain. */
  isLeaving: boolean;
}

/** Longer than whatever a program waits for, the pauses of a store that refuses included. */
const longMs = 400_000;

class World {
  readonly #history: History;
  readonly #program: Program;
  readonly #simulation: Simulation;
  readonly #gate = Promise.withResolvers<void>();
  readonly #sides: Side[] = [];
  /** For each task: a handle at each supervisor, when there is one. */
  readonly #tasks: Promise<TaskHandle>[][] = [];

  constructor(program: Program, simulation: Simulation, history: History) {
    this.#program = program;
    this.#simulation = simulation;
    this.#history = history;
    history.concurrency = program.concurrency;
    history.isTroubled = program.refused + program.lost > 0;
  }

  async run(): Promise<void> {
    await this.#open();
    for (const { action, turns } of this.#program.steps) {
      await this.#act(action);
      for (let turn = 0; turn < turns; turn += 1) await this.#simulation.sleep(0);
    }
    await rest(this.#simulation, longMs);
    await this.#lookForForgotten();
    await this.#close();
  }

  async #open(): Promise<void> {
    const { concurrency, supervisors, refused, lost } = this.#program;
    const { clock } = this.#simulation;
    const stage = { history: this.#history, clock, gate: this.#gate.promise };
    for (let by = 0; by < supervisors; by += 1) {
      const known = definitions(by, stage);
      const { supervisor } = await this.#simulation.start({
        tasks: known.all,
        concurrency,
        // Few beats, as a program takes long. Who is seen to be gone at last is gone long before all is quiet.
        leaseMs: longMs / 2,
        faults: { refused, lost },
        // A program may hold back an answer for longer than any store would.
        storeRetryMs: Number.POSITIVE_INFINITY,
        inspect: (inspection) => this.#history.inspected(by, inspection),
      });
      this.#sides.push({ supervisor, definitions: known, isLeaving: false });
      void this.#history.listen(by, supervisor);
    }
  }

  #side(by: number): [Side, number] {
    const index = by % this.#sides.length;
    return [this.#sides[index] as Side, index];
  }

  async #act(action: Action): Promise<void> {
    const { clock } = this.#simulation;
    if (action.do === 'advance') return this.#simulation.sleep(action.ms);
    if (action.do === 'setWall') return clock.setWall(clock.now() + action.byMs);
    const [side, by] = this.#side(action.by);
    const { supervisor } = side;
    const history = this.#history;
    if (action.do === 'submit') {
      const { priority, delayMs, body, type, idempotencyKey } = action;
      const keyed = idempotencyKey === undefined ? {} : { idempotencyKey };
      const what = idempotencyKey === undefined ? 'submit' : `submit ${type} ${idempotencyKey} ${body.end}`;
      const options = { priority, delayMs, ...keyed };
      this.#begin(by, what, () => supervisor.submit(side.definitions[type], body, options));
    } else if (action.do === 'create') {
      this.#begin(by, 'create', () => this.#create(supervisor, action.cancelable));
    } else if (action.do === 'pause' || action.do === 'resume') {
      history.ask(`${action.do} ${action.type ?? 'all'}`, by, undefined, () =>
        supervisor[action.do](action.type),
      );
    } else if (action.do === 'idle') {
      history.ask('idle', by, undefined, () => supervisor.idle());
    } else if (action.do === 'drain') {
      side.isLeaving = true;
      history.ask('drain', by, undefined, () => supervisor.drain());
    } else if (action.do === 'stop') {
      side.isLeaving = true;
      const { waitMs } = action;
      history.ask('stop', by, undefined, () => supervisor.stop(waitMs === undefined ? {} : { waitMs }));
    } else {
      this.#operate(by, action);
    }
  }

  async #create(supervisor: Supervisor, cancelable: boolean): Promise<TaskHandle> {
    const handle = await supervisor.createTask({ type: 'created', cancelable });
    handle.signal.addEventListener('abort', () => this.#history.driverAborts.push(handle.key));
    return handle;
  }

  /** Makes a task; as soon as its key is there, it is looked for through every supervisor. */
  #begin(by: number, what: string, make: () => Promise<TaskHandle>): void {
    const made = Promise.withResolvers<TaskHandle>();
    made.promise.catch(() => {});
    const elsewhere = (other: Side) => made.promise.then(({ key }) => other.supervisor.task(key));
    const handles = this.#sides.map((other, side) => (side === by ? made.promise : elsewhere(other)));
    for (const handle of handles) handle.catch(() => {});
    this.#tasks.push(handles);
    this.#history.ask(what, by, undefined, async () => {
      try {
        const handle = await make();
        this.#history.tick(`${what} gave ${this.#history.name(handle.key)}`);
        made.resolve(handle);
        for (const [side, { supervisor }] of this.#sides.entries()) {
          this.#history.ask('find', side, handle.key, async () => (await supervisor.task(handle.key)).key);
        }
        return handle.key;
      } catch (error) {
        made.reject(error);
        throw error;
      }
    });
  }

  #operate(by: number, operation: Operation): void {
    if (this.#tasks.length === 0) return;
    const index = operation.task % this.#tasks.length;
    const handle = this.#tasks[index]?.[by];
    void handle?.then(
      (task) => {
        const call = () => perform(task, operation, (infos, times) => this.#watch(infos, times));
        this.#history.ask(nameOf(operation), by, task.key, call, eventOf(operation));
      },
      () => {},
    );
  }

  async #watch(infos: AsyncIterable<TaskInfo>, times: number): Promise<string> {
    const watcher = (this.#watchers += 1);
    let seen = 0;
    for await (const info of infos) {
      const at = this.#history.tick(
        `watcher ${watcher}: ${this.#history.name(info.key)} #${info.sequence} ${info.state}`,
      );
      this.#history.watched.push({ at, watcher, info });
      if ((seen += 1) >= times) return 'left';
      // Every other reader is slow: what it is shown next is the latest by then.
      if (watcher % 2 === 0) await this.#simulation.sleep(7);
    }
    return `ended ${watcher}`;
  }

  #watchers = 0;

  /** Notes what is queued and due although somebody has a slot for it. */
  async #lookForForgotten(): Promise<void> {
    this.#history.quietAt = this.#history.tick('all is quiet');
    const control = await this.#simulation.store.records.control();
    const queued = await this.#simulation.store.records.query({
      filter: { states: ['queued'], driver: 'supervisor' },
      after: 0,
      limit: 1_000,
    });
    for (const [by, { isLeaving }] of this.#sides.entries()) {
      const busy = this.#history.bodies.filter((body) => body.by === by && body.leftAt === undefined).length;
      if (isLeaving || busy >= this.#program.concurrency || control.has(`pause:${everyType}`)) continue;
      for (const { key, creation, life } of queued) {
        if (control.has(`pause:${creation.type}`) || (life.startAt ?? 0) > this.#simulation.clock.now())
          continue;
        this.#history.forgotten.push(`${this.#history.name(key)} is due, and supervisor ${by} has a slot`);
      }
    }
  }

  async #close(): Promise<void> {
    for (const [by, { supervisor }] of this.#sides.entries()) {
      this.#history.ask('last stop', by, undefined, () => supervisor.stop({ waitMs: 10 }));
    }
    await rest(this.#simulation, longMs);
    this.#history.gateAt = this.#history.tick('the gate opens');
    this.#gate.resolve();
    await rest(this.#simulation, longMs);
  }
}

/** Runs a program to its end: until all is quiet, and then until every supervisor has stopped and every body is gone. */
export async function runProgram(program: Program, kind: StoreKind = stores[0]): Promise<History> {
  const history = new History();
  const scenario = (simulation: Simulation) => new World(program, simulation, history).run();
  const { seed, schedule } = program;
  try {
    await onStore(kind, (store) =>
      simulate(seed, scenario, { schedule, shrinkRuns: 0, openStore: () => notedStore(store, history) }),
    );
  } catch (error) {
    throw new Error(`${(error as Error).stack}\n${history.toString()}`, { cause: error });
  }
  return history;
}
