import { createInterface } from 'node:readline';
import { type RuntimeEvent, type Supervisor, createSupervisor, isFault } from '../../src/index.ts';
import { sqliteStore } from '../../src/stores/sqlite.ts';
import { definitions } from './bodies.ts';
import { type Death, DyingStore } from './dying-store.ts';
import { tell } from './told.ts';
import { Workload, type WorkloadOptions } from './workload.ts';

/** What a process is started with. */
export interface ChildOptions {
  readonly path: string;
  readonly leaseMs: number;
  readonly run?: boolean;
  readonly concurrency?: number;
  readonly death?: Death | undefined;
}

/** What it is asked to do, a line each. */
export type Command =
  | { readonly do: 'work'; readonly options: WorkloadOptions }
  | { readonly do: 'submit'; readonly type: string; readonly input: unknown; readonly count: number }
  | { readonly do: 'cancel'; readonly key: string }
  | { readonly do: 'turns' }
  /** It stops by SIGSTOP, at a moment at which it holds no lock of the file. */
  | { readonly do: 'freeze' }
  /** Resolves when nothing is queued or running in the file. */
  | { readonly do: 'idle' }
  | { readonly do: 'stop' };

function tellEvent(event: RuntimeEvent): void {
  if (event.kind === 'changed') {
    const { key, event: name, state } = event;
    tell({ kind: 'committed', key, event: name, state });
  } else if (event.kind !== 'log') {
    const text = 'key' in event ? event.key : '';
    tell({ kind: 'event', event: event.kind, text });
  }
}

async function hear(supervisor: Supervisor): Promise<void> {
  for await (const event of supervisor.events()) tellEvent(event);
}

let turns = 0;
/** Timers, not immediates: those would keep the processor from all other processes. */
function countTurns(): void {
  turns += 1;
  setTimeout(countTurns, 1).unref();
}

async function submit(supervisor: Supervisor, { type, input, count }: Extract<Command, { do: 'submit' }>) {
  const definition = definitions.find((candidate) => candidate.type === type);
  for (let done = 0; done < count; done += 1) {
    const { key } = await supervisor.submit(definition as never, input as never);
    tell({ kind: 'key', key, type, input });
  }
}

async function cancel(supervisor: Supervisor, key: string): Promise<void> {
  const receipt = await (await supervisor.task(key)).cancel();
  tell({ kind: 'receipt', key, receipt });
}

async function freeze(dying: DyingStore): Promise<void> {
  await dying.atRest();
  tell({ kind: 'frozen' });
  process.kill(process.pid, 'SIGSTOP');
}

async function obey(supervisor: Supervisor, dying: DyingStore, command: Command): Promise<void> {
  if (command.do === 'work') await new Workload(supervisor, command.options).run();
  else if (command.do === 'submit') await submit(supervisor, command);
  else if (command.do === 'cancel') await cancel(supervisor, command.key);
  else if (command.do === 'idle') await supervisor.idle();
  else if (command.do === 'freeze') await freeze(dying);
  else if (command.do === 'turns') {
    tell({ kind: 'turns', turns });
    turns = 0;
  } else await supervisor.stop({ waitMs: 0 });
}

async function main({ path, leaseMs, run = true, concurrency = 4, death }: ChildOptions): Promise<void> {
  await using file = sqliteStore(path, { synchronous: 'normal' });
  const dying = new DyingStore(file, death);
  const options = { tasks: definitions, run, concurrency, leaseMs };
  await using supervisor = await createSupervisor({ ...options, store: dying.store });
  void hear(supervisor);
  countTurns();
  tell({ kind: 'ready' });
  const isStopped = Promise.withResolvers<void>();
  createInterface({ input: process.stdin }).on('line', (line) => {
    const command = JSON.parse(line) as Command;
    const answered = (error?: unknown) => {
      if (error !== undefined) {
        const fault = isFault(error) ? error.name : String((error as Error).stack);
        tell({ kind: 'refused', what: command.do, fault });
      }
      tell({ kind: 'done', what: command.do, calls: dying.calls });
      if (command.do === 'stop') isStopped.resolve();
    };
    obey(supervisor, dying, command).then(() => answered(), answered);
  });
  await isStopped.promise;
}

await main(JSON.parse(process.argv[2] ?? '') as ChildOptions);
process.exit(0);
