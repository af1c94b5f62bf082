import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import {
  type AnyTaskDefinition,
  type Store,
  type Supervisor,
  type SubmitOptions,
  type TaskDefinition,
  type TaskHandle,
  type TaskInfo,
  createSupervisor,
  isFault,
  memoryStore,
} from '../index.ts';
import { sqliteStore } from '../stores/sqlite.ts';
import { keepAll } from './file.ts';
import { initiator } from './initiator.ts';
import { type InputOptions, inputOf } from './input.ts';
import { definitionOf, definitionsOf, load } from './module.ts';
import { tellOutcome } from './outcome.ts';
import { onPresses } from './presses.ts';
import { RunView } from './run-view.ts';
import { type Screen, openScreen } from './screen.ts';
import { paint, shown } from './text.ts';
import { exitCode } from './usage.ts';

export interface RunOptions extends InputOptions {
  readonly db?: string;
  readonly json?: boolean;
  readonly concurrency?: number;
  readonly leaseMs?: number;
}

/** The task that the module defines has run; resolves with the exit code. */
export async function run(
  module: string,
  type: string | undefined,
  isFromStdin: boolean,
  options: RunOptions,
): Promise<number> {
  const definitions = definitionsOf(module, await load(module));
  const definition = definitionOf(module, definitions, type);
  const input = await inputOf(options, isFromStdin);
  await using store = await storeOf(options.db);
  await using supervisor = await createSupervisor({
    tasks: definitions,
    store: store.store,
    retention: keepAll,
    ...(options.concurrency === undefined ? {} : { concurrency: options.concurrency }),
    ...(options.leaseMs === undefined ? {} : { leaseMs: options.leaseMs }),
  });
  const submit = supervisor.submit.bind(supervisor) as (
    definition: AnyTaskDefinition | TaskDefinition,
    input: unknown,
    options: SubmitOptions,
  ) => Promise<TaskHandle>;
  const task = await submit(definition, input, initiator());
  const info = await seen(task, supervisor, store.store, options.db !== undefined);
  // Children that nobody waits for live in this process alone.
  if (options.db === undefined) await supervisor.idle();
  else await supervisor.stop({ waitMs: 0 });
  return tellOutcome(info, options.json ?? false);
}

async function storeOf(path: string | undefined): Promise<{ store: Store } & AsyncDisposable> {
  if (path === undefined) return { store: memoryStore(), async [Symbol.asyncDispose]() {} };
  // The folder of the default path is ours to make.
  if (/(^|[\\/])\.taskchart[\\/][^\\/]+$/.test(path)) await mkdir(dirname(path), { recursive: true });
  const store = sqliteStore(path);
  return { store, [Symbol.asyncDispose]: () => store.close() };
}

/** Shows the task until it ends, and obeys the user. */
async function seen(
  task: TaskHandle,
  supervisor: Supervisor,
  store: Store,
  isKept: boolean,
): Promise<TaskInfo> {
  const view = new RunView(await task.info(), store.records, process.stderr, !isKept);
  const events = supervisor.events();
  const screen = openScreen(view, process.stderr, process.env);
  if (isKept) screen.note(`Task ${task.key}`);
  const listening = listen(events, view, screen);
  try {
    using _presses = onPresses((nth) => press(nth, task, view, screen));
    return (view.root = await task.ended());
  } finally {
    screen.close();
    await events.return?.();
    await listening;
  }
}

async function listen(
  events: ReturnType<Supervisor['events']>,
  view: RunView,
  screen: Screen,
): Promise<void> {
  const said = new Set<string>();
  for await (const event of events) {
    view.hear(event);
    if (event.kind === 'log') screen.note(shown(event.message));
    if (event.kind === 'unresponsive')
      screen.note(
        paint('yellow', `Task ${event.key} ignores its abort: only its own code can end it.`, process.stderr),
      );
    if (event.kind === 'storeRetry') {
      const line = `Tried again for a while: ${shown((event.error as Error).message)}`;
      if (!said.has(line)) screen.note(line);
      said.add(line);
    }
  }
}

function press(nth: number, task: TaskHandle, view: RunView, screen: Screen): void {
  if (nth > 2) {
    screen.note('Exiting at once.');
    screen.close();
    process.exit(exitCode.canceled);
  }
  if (nth === 1) screen.note('canceling: the task is asked to end.');
  task.cancel().then(
    (receipt) => {
      if (receipt === 'alreadyRequested' && !view.isOver)
        screen.note('Cancel already requested: its code still runs. Ctrl-C again exits at once.');
    },
    (error: unknown) => {
      if (isFault(error, 'NotSupported'))
        screen.note('It is not cancelable, and goes on. The third Ctrl-C exits at once.');
      else if (!isFault(error, 'InvalidState')) screen.note(shown((error as Error).message));
    },
  );
}
