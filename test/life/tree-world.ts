import {
  type Clock,
  type Supervisor,
  type TaskHandle,
  createSupervisor,
  memoryStore,
} from '../../src/index.ts';
import { type SimulatedClock, simulatedClock, simulatedRandom } from '../../src/testing/index.ts';
import { History } from '../properties/history.ts';
import { troubledStore } from '../properties/troubled-store.ts';
import { Turns } from '../properties/turns.ts';
import { type Grove, treeDefinitions } from './tree-bodies.ts';
import { lookAt } from './tree-laws.ts';
import type { TreeAction, TreeProgram } from './tree-program.ts';

/** Longer than whatever a tree waits for. */
const longMs = 100_000;

/** Counts the timers that would keep a process alive. */
function counting(clock: SimulatedClock): Clock & { readonly alive: number } {
  const alive = new Set<object>();
  return {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    setTimer(delayMs, fire, background) {
      const token = {};
      if (!background) alive.add(token);
      const timer = clock.setTimer(
        delayMs,
        () => {
          alive.delete(token);
          fire();
        },
        background,
      );
      return {
        cancel() {
          alive.delete(token);
          timer.cancel();
        },
      };
    },
    get alive() {
      return alive.size;
    },
  };
}

class TreeWorld {
  readonly history = new History();
  /** What was found to be wrong at some moment. */
  readonly found: string[] = [];
  readonly #program: TreeProgram;
  readonly #turns: Turns;
  readonly #clock: SimulatedClock;
  readonly #counting: Clock & { readonly alive: number };
  readonly #store = memoryStore();
  readonly #gate = Promise.withResolvers<void>();
  readonly #tasks = new Map<string, TaskHandle>();
  #watchers = 0;

  constructor(program: TreeProgram) {
    this.#program = program;
    this.#turns = new Turns(program.seed);
    this.#clock = simulatedClock({ settle: () => this.#turns.all() });
    this.#counting = counting(this.#clock);
  }

  async run(): Promise<void> {
    const { steps, stopMs } = this.#program;
    let [supervisor, types] = await this.#open(0);
    for (const { action, turns } of steps) {
      await this.#act(action, supervisor, types);
      await this.#turns.some(turns);
    }
    if (stopMs !== undefined) {
      await this.#close(supervisor, stopMs);
      [supervisor, types] = await this.#open(1);
    }
    await this.#clock.advance(longMs);
    await this.#look();
    this.history.quietAt = this.history.tick('all is quiet');
    this.#gate.resolve();
    await this.#clock.advance(longMs);
    await this.#look();
    await this.#lookForUnfinished();
    await this.#close(supervisor, 0);
  }

  async #open(by: number): Promise<[Supervisor, ReturnType<typeof treeDefinitions>]> {
    const grove: Grove = {
      history: this.history,
      clock: this.#clock,
      gate: this.#gate.promise,
      spawned: (task) => void this.#tasks.set(task.key, this.#tasks.get(task.key) ?? task),
    };
    const types = treeDefinitions(by, grove);
    const opening = createSupervisor({
      tasks: Object.values(types),
      concurrency: this.#program.concurrency,
      store: troubledStore(this.#store, by, this.#turns, this.history, {
        refused: 0,
        lost: 0,
      } as Parameters<typeof troubledStore>[4]),
      clock: this.#counting,
      random: simulatedRandom(by + 1),
      turns: this.#turns,
      inspect: (inspection) => this.history.inspected(by, inspection),
    });
    await this.#turns.all();
    const supervisor = await opening;
    void this.history.listen(by, supervisor);
    return [supervisor, types];
  }

  async #act(action: TreeAction, supervisor: Supervisor, types: ReturnType<typeof treeDefinitions>) {
    const { history } = this;
    if (action.do === 'advance') return this.#clock.advance(action.ms);
    if (action.do === 'look') {
      await this.#turns.all();
      return this.#look();
    }
    if (action.do === 'submit') {
      history.ask('submit', 0, undefined, async () => {
        const task = await supervisor.submit(types[action.node.type] as never, action.node as never);
        this.#tasks.set(task.key, task);
        history.ask('find', 0, task.key, () => supervisor.task(task.key));
        history.ask('ended', 0, task.key, () => task.ended());
        return task.key;
      });
      return;
    }
    const tasks = [...this.#tasks.values()];
    const task = tasks[action.task % tasks.length];
    if (!task) return;
    if (action.do === 'cancel') history.ask('cancel', 0, task.key, () => task.cancel());
    else history.ask('watch', 0, task.key, () => this.#watch(task));
  }

  async #watch(task: TaskHandle): Promise<string> {
    const watcher = (this.#watchers += 1);
    for await (const info of task.watch()) {
      const at = this.history.tick(`watcher ${watcher}: ${this.history.name(info.key)} #${info.sequence}`);
      this.history.watched.push({ at, watcher, info });
    }
    return `ended ${watcher}`;
  }

  async #look(): Promise<void> {
    const records = await this.#store.records.query({ filter: {}, after: 0, limit: 100_000 });
    this.found.push(...lookAt(records, this.history));
  }

  /** Everything has had its time, and nothing holds anybody back. */
  async #lookForUnfinished(): Promise<void> {
    const states = ['queued', 'running'] as const;
    const left = await this.#store.records.query({ filter: { states }, after: 0, limit: 100_000 });
    for (const record of left) this.found.push(`${this.history.show(record)} never ended`);
  }

  async #close(supervisor: Supervisor, waitMs: number): Promise<void> {
    this.history.ask('stop', 0, undefined, () => supervisor.stop({ waitMs }));
    await this.#clock.advance(longMs);
    const { slots } = supervisor.actor.getSnapshot().context as { slots: number };
    const bodies = this.history.bodies.filter(({ leftAt }) => leftAt === undefined).length;
    if (bodies === 0 && slots !== 0) this.found.push(`${slots} slots are taken after a stop`);
    if (bodies === 0 && this.#counting.alive !== 0) {
      this.found.push(`${this.#counting.alive} timers are left after a stop`);
    }
  }
}

/** Runs a tree to its end: its history, and what was found to be wrong on the way. */
export async function runTree(program: TreeProgram): Promise<{ history: History; found: readonly string[] }> {
  const world = new TreeWorld(program);
  try {
    await world.run();
  } catch (error) {
    throw new Error(`${(error as Error).stack}\n${world.history.toString()}`, { cause: error });
  }
  return world;
}
