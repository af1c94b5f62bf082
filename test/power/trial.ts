import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { type Log, marksName, readLog } from './log.ts';
import type { PatchName } from './patching.ts';
import { compileShim } from './shim.ts';

export type Workload = 'records' | 'tasks' | 'backups';

export interface Trial {
  readonly workload: Workload;
  readonly synchronous: 'full' | 'normal';
  readonly patches?: readonly PatchName[];
  readonly seed: number;
  /** How much the workload does; without end, where it is left out. */
  readonly limit?: number;
  /** The process is killed when it has said so much. */
  readonly killAfter?: number;
}

export interface Outcome extends Log {
  /** The files as the process left them, when it was not killed. */
  readonly files: ReadonlyMap<string, Buffer>;
}

/** Where trials take place; gone when its scope is left. */
export class Site {
  readonly path = realpathSync(mkdtempSync(join(tmpdir(), 'taskchart-power-')));
  readonly shim = join(this.path, 'shim.so');
  #folders = 0;

  /** @throws Error that says what is missing here. */
  constructor() {
    compileShim(this.shim);
  }

  folder(): string {
    const path = join(this.path, String((this.#folders += 1)));
    mkdirSync(path);
    return path;
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

const fileUrl = (name: string) => pathToFileURL(join(import.meta.dirname, name)).href;

function started(site: Site, folder: string, log: string, trial: Trial) {
  const { workload, synchronous, patches = [], seed, limit = Number.MAX_SAFE_INTEGER } = trial;
  const given = [folder, synchronous, workload, String(seed), String(limit)];
  const flags = patches.length === 0 ? [] : ['--import', fileUrl('patching.ts')];
  return spawn(process.execPath, [...flags, join(import.meta.dirname, 'child.ts'), ...given], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      LD_PRELOAD: site.shim,
      NODE_COMPILE_CACHE: join(site.path, 'compiled'),
      POWER_FOLDER: folder,
      POWER_LOG: log,
      POWER_PATCHES: patches.join(),
    },
  });
}

function filesIn(folder: string): Map<string, Buffer> {
  const names = readdirSync(folder).filter((name) => name !== marksName && !name.endsWith('-shm'));
  return new Map(names.map((name) => [name, readFileSync(join(folder, name))]));
}

/** Lets a workload run under the shim, to its end or until it is killed. What it was heard to say is in the log. */
export async function run(site: Site, trial: Trial): Promise<Outcome> {
  const [folder, log] = [site.folder(), `${site.folder()}/log`];
  const child = started(site, folder, log, trial);
  const heard: string[] = [];
  let errors = '';
  child.stderr.on('data', (text: Buffer) => (errors += String(text)));
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  child.on('error', reject);
  child.on('close', (code, signal) => {
    if (code === 0 || (signal === 'SIGKILL' && trial.killAfter !== undefined)) return resolve();
    reject(new Error(`Expected the workload to go on, but it ended with ${code ?? signal}: ${errors}`));
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    heard.push(line);
    if (heard.length === trial.killAfter) child.kill('SIGKILL');
  });
  await promise;
  const outcome = { ...readLog(log), files: filesIn(folder) };
  const noted = new Set(outcome.marks.map(({ word, values }) => [word, ...values].join('\t')));
  const unknown = heard.find((line) => !noted.has(line));
  if (unknown !== undefined)
    throw new Error(`Expected the log of the shim to have all, but it has no "${unknown}".`);
  rmSync(folder, { recursive: true });
  rmSync(log);
  return outcome;
}
