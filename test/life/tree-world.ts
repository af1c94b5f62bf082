import type { Supervisor, SupervisorOptions, TaskHandle } from '../../src/index.ts';
import { type Simulation, simulate } from '../../src/testing/index.ts';
import { History } from '../properties/history.ts';
import { notedStore } from '../properties/noted-store.ts';
import { rest } from '../support/rest.ts';
import { type StoreKind, ofOneProcess, onStore, stores } from '../support/stores.ts';
import { type Grove, treeDefinitions } from './tree-bodies.ts';
import { lookAt } from './tree-laws.ts';
import type { TreeAction, TreeProgram } from './tree-program.ts';

/** Longer than whatever a tree waits for. */
const longMs = 100_000;

/** With no least age even the newest go. */
function retentionOf({ keepMs }: TreeProgram): Pick<SupervisorOptions, 'retention'> {
  if (keepMs === undefined) return {};
  return { retention: { success: { maxAgeMs: keepMs }, error: { maxAgeMs: keepMs }, minAgeMs: 0 } };
}

const isBad = ({ refused = 0, lost = 0 }: TreeProgram) => refused + lost > 0;

class TreeWorld {
  readonly #history: History;
  readonly #found: string[];
  readonly #program: TreeProgram;
  readonly #simulation: Simulation;
  readonly #gate = Promise.withResolvers<void>();
  readonly #tasks = new Map<string, TaskHandle>();
  #watchers = 0;
  /** By how much the clock was set back in all. */
  #setBackMs = 0;

  constructor(program: TreeProgram, simulation: Simulation, history: History, found: string[]) {
    this.#program = program;
    this.#simulation = simulation;
    this.#history = history;
    this.#found = found;
  }

  async run(): Promise<void> {
    const { steps, stopMs } = this.#program;
    let [supervisor, types] = await this.#open(0);
    for (const { action, turns } of steps) {
      await this.#act(action, supervisor, types);
      for (let turn = 0; turn < turns; turn += 1) await this.#simulation.sleep(0);
    }
    if (stopMs !== undefined) {
      await this.#close(supervisor, stopMs, 0);
      [supervisor, types] = await this.#open(1);
    }
    await rest(this.#simulation, longMs);
    await this.#look();
    this.#history.quietAt = this.#history.tick('all is quiet');
    this.#gate.resolve();
    await rest(this.#simulation, longMs);
    await this.#look();
    await this.#lookForUnfinished();
    await this.#close(supervisor, 0, stopMs === undefined ? 0 : 1);
  }

  async #open(by: number): Promise<[Supervisor, ReturnType<typeof treeDefinitions>]> {
    const grove: Grove = {
      history: this.#history,
      gate: this.#gate.promise,
      spawned: (task) => void this.#tasks.set(task.key, this.#tasks.get(task.key) ?? task),
    };
    const types = treeDefinitions(by, grove);
    const { supervisor } = await this.#simulation.start({
      tasks: Object.values(types),
      concurrency: this.#program.concurrency,
      ...retentionOf(this.#program),
      faults: { refused: this.#program.refused ?? 0, lost: this.#program.lost ?? 0 },
      // A program may hold back an answer for longer than any store would.
      storeRetryMs: Number.POSITIVE_INFINITY,
      inspect: (inspection) => this.#history.inspected(by, inspection),
    });
    void this.#history.listen(by, supervisor);
    return [supervisor, types];
  }

  async #act(action: TreeAction, supervisor: Supervisor, types: ReturnType<typeof treeDefinitions>) {
    const history = this.#history;
    if (action.do === 'advance') return this.#simulation.sleep(action.ms);
    if (action.do === 'setWall') return this.#setWall(action.byMs);
    if (action.do === 'look') {
      await rest(this.#simulation, 0);
      // Over a bad line something waits for its next attempt as long as no time passes.
      return isBad(this.#program) ? undefined : this.#look();
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

  #setWall(byMs: number): void {
    const { clock } = this.#simulation;
    this.#setBackMs += Math.max(0, -byMs);
    clock.setWall(clock.now() + byMs);
  }

  async #watch(task: TaskHandle): Promise<string> {
    const watcher = (this.#watchers += 1);
    for await (const info of task.watch()) {
      const at = this.#history.tick(`watcher ${watcher}: ${this.#history.name(info.key)} #${info.sequence}`);
      this.#history.watched.push({ at, watcher, info });
    }
    return `ended ${watcher}`;
  }

  async #look(): Promise<void> {
    const records = await this.#simulation.store.records.query({ filter: {}, after: 0, limit: 100_000 });
    this.#found.push(...lookAt(records, this.#history));
  }

  /** Everything has had its time, and nothing holds anybody back. */
  async #lookForUnfinished(): Promise<void> {
    const states = ['queued', 'running'] as const;
    const left = await this.#simulation.store.records.query({ filter: { states }, after: 0, limit: 100_000 });
    for (const record of left) this.#found.push(`${this.#history.show(record)} never ended`);
  }

  async #close(supervisor: Supervisor, waitMs: number, by: number): Promise<void> {
    const stop = async () => {
      await supervisor.stop({ waitMs });
      this.#history.stopped(by, this.#simulation.clock.now() + this.#setBackMs);
    };
    this.#history.ask('stop', by, undefined, stop);
    await rest(this.#simulation, longMs);
    const { slots } = supervisor.actor.getSnapshot().context as { slots: number };
    const bodies = this.#history.bodies.filter(({ leftAt }) => leftAt === undefined).length;
    if (bodies === 0 && slots !== 0) this.#found.push(`${slots} slots are taken after a stop`);
    const { pending } = this.#simulation.clock;
    if (bodies === 0 && pending !== 0) this.#found.push(`${pending} timers are left after a stop`);
  }
}

/** Runs a tree to its end: its history, and what was found to be wrong on the way. */
export async function runTree(
  program: TreeProgram,
  kind: StoreKind = program.isShared === false ? ofOneProcess : stores[0],
): Promise<{ history: History; found: readonly string[] }> {
  const history = new History();
  const found: string[] = [];
  const scenario = (simulation: Simulation) => new TreeWorld(program, simulation, history, found).run();
  const { seed, schedule } = program;
  try {
    await onStore(kind, (store) =>
      simulate(seed, scenario, { schedule, shrinkRuns: 0, openStore: () => notedStore(store, history) }),
    );
  } catch (error) {
    throw new Error(`${(error as Error).stack}\n${history.toString()}`, { cause: error });
  }
  return { history, found };
}
