import assert from 'node:assert/strict';
import { afterEach, beforeEach } from 'vitest';
import { type Supervisor, type TaskInfo, createSupervisor } from '../../src/index.ts';
import { type SqliteStore, sqliteStore } from '../../src/stores/sqlite.ts';
import { Program } from '../jobs/program.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { type Ended, call, callHere, command, environment } from './command.ts';
import { Stage } from './stage.ts';
import { failing, fixed, part, whole } from './tasks.ts';

const appFile = new URL('app.ts', import.meta.url).pathname;

/** What `show --json` prints. */
export interface Shown {
  readonly task: TaskInfo;
  readonly waitingFor: readonly { readonly for: string; readonly text: string; readonly at?: string }[];
  readonly journal: readonly { readonly event: string; readonly outcome: string; readonly leaf: string }[];
  readonly children: readonly {
    readonly task: TaskInfo;
    readonly link: string;
    readonly children: readonly unknown[];
  }[];
}

/** A file of tasks with an app in another process that owns it, a supervisor that submits, and the command beside them. */
export class Beside {
  folder!: ReturnType<typeof temporaryFolder>;
  stage!: Stage;
  store!: SqliteStore;
  /** Submits what the app runs. */
  supervisor!: Supervisor;

  /** Anew for each test of the file that calls this. */
  static forEach(): Beside {
    const beside = new Beside();
    beforeEach(() => beside.#open());
    afterEach(() => beside.#close());
    return beside;
  }

  async #open(): Promise<void> {
    this.folder = temporaryFolder();
    this.stage = await Stage.open(this.folder.file('stage'));
    this.store = sqliteStore(this.folder.file('tasks.db'), { synchronous: 'normal' });
    const tasks = [failing, fixed, part, whole];
    this.supervisor = await createSupervisor({ tasks, store: this.store, run: false });
  }

  async #close(): Promise<void> {
    await Program.endAll();
    await this.supervisor.stop({ waitMs: 0 });
    await this.store.close();
    await this.stage[Symbol.asyncDispose]();
    this.folder[Symbol.dispose]();
  }

  /** The app runs, in another process. */
  async app(concurrency = 4): Promise<Program> {
    const args = [process.execPath, appFile, this.folder.file('tasks.db'), String(concurrency)];
    const program = new Program(args, { env: { ...environment, TASKCHART_STAGE: this.stage.path } });
    await program.until(/^ready$/m);
    return program;
  }

  /** The command on the app's file has begun. */
  start(...args: string[]): Program {
    return command(this.folder.path, ...args, '--db', 'tasks.db');
  }

  /** The command on the app's file has ended. */
  call(...args: string[]): Promise<Ended> {
    return call(this.folder.path, ...args, '--db', 'tasks.db');
  }

  /** What the command printed as JSON, in this process. */
  async json<T>(...args: string[]): Promise<T> {
    const { code, stdout, stderr } = await callHere(...args, '--json', '--db', this.folder.file('tasks.db'));
    assert.deepEqual([code, stderr], [0, '']);
    return JSON.parse(stdout) as T;
  }

  /** What the task waits for, in words for programs. */
  async waits(key: string): Promise<string[]> {
    const { waitingFor } = await this.json<Shown>('show', key);
    return waitingFor.map((wait) => wait.for);
  }
}
