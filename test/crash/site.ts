import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ChildOptions } from './child.ts';
import { CrashingProcess } from './crashing-process.ts';
import { History } from './history.ts';
import { type Breach, breachesOf } from './laws.ts';
import { integrity, tasksIn } from './reading.ts';

/** A file, and the processes that were started on it; all is gone when its scope is left. */
export class Site implements AsyncDisposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'taskchart-crash-'));
  readonly path = join(this.#folder, 'tasks.db');
  readonly processes: CrashingProcess[] = [];
  readonly #leaseMs: number;

  constructor(leaseMs: number) {
    this.#leaseMs = leaseMs;
  }

  start(name: string, options: Partial<ChildOptions> = {}): CrashingProcess {
    const process = new CrashingProcess(name, { path: this.path, leaseMs: this.#leaseMs, ...options });
    this.processes.push(process);
    return process;
  }

  /** What the file holds, and which laws were broken on the way there. Every process has to be gone. */
  async judge() {
    const history = new History(this.processes);
    const tasks = await tasksIn(this.path);
    const integral = integrity(this.path);
    const breaches: Breach[] = [...breachesOf({ history, tasks })];
    if (integral !== 'ok') breaches.push({ law: 'the file is whole', message: integral });
    for (const { name, complaint } of this.processes)
      if (complaint !== '') breaches.push({ law: 'no process complains', message: `${name}: ${complaint}` });
    return { history, tasks, breaches };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.processes.map((process) => process.kill()));
    rmSync(this.#folder, { recursive: true });
  }
}
