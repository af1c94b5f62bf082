import { type ChildProcess, spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { ChildOptions, Command } from './child.ts';
import { type Told, microseconds } from './told.ts';

const program = join(import.meta.dirname, 'child.ts');
/** Each process would compile the whole source anew, which takes longer than all that it does. */
const env = { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'taskchart-crash-cache') };

type Waiting = { readonly passes: (told: Told) => boolean; readonly resolve: (told: Told) => void };

/** A real process on the file, whose every word is kept. */
export class CrashingProcess implements AsyncDisposable {
  readonly name: string;
  readonly told: Told[] = [];
  /** Resolves when it is gone and all that it said was read. */
  readonly gone: Promise<void>;
  /** By its own or another's hand; undefined: it lives, or ended by itself. */
  killedAt: number | undefined;
  exitCode: number | null | undefined;
  readonly #child: ChildProcess;
  readonly #waiting = new Set<Waiting>();
  #complaint = '';

  constructor(name: string, options: ChildOptions) {
    this.name = name;
    const stdio = ['pipe', 'inherit', 'pipe', 'pipe'] as const;
    this.#child = spawn(process.execPath, [program, JSON.stringify(options)], { env, stdio: [...stdio] });
    // A process that was killed takes its end of the pipe with it.
    this.#child.stdin?.on('error', () => {});
    this.#child.stderr?.on('data', (text: Buffer) => (this.#complaint += String(text)));
    const lines = createInterface({ input: this.#child.stdio[3] as Readable });
    lines.on('line', (line) => this.#hear(JSON.parse(line) as Told));
    this.gone = new Promise((resolve) => {
      this.#child.once('close', (code) => {
        this.exitCode = code;
        resolve();
      });
    });
  }

  /** What it complained of, where it was not killed. */
  get complaint(): string {
    return this.#complaint;
  }

  get isGone(): boolean {
    return this.exitCode !== undefined;
  }

  do(command: Command): void {
    this.#child.stdin?.write(`${JSON.stringify(command)}\n`);
  }

  /** It is done. */
  async done(command: Command): Promise<void> {
    const done = this.hears(
      ({ kind, ...rest }) => kind === 'done' && 'what' in rest && rest.what === command.do,
    );
    this.do(command);
    await done;
  }

  /** The first thing that it says from now on that passes. @throws Error when it is gone before. */
  hears(passes: (told: Told) => boolean): Promise<Told> {
    const heard = new Promise<Told>((resolve) => {
      const waiting = { passes, resolve };
      this.#waiting.add(waiting);
    });
    const gone = this.gone.then(() => {
      throw new Error(`Expected process ${this.name} to go on, but it is gone. ${this.#complaint}`);
    });
    return Promise.race([heard, gone]);
  }

  /** The first thing that passes, of what it has said or will say. */
  async says(passes: (told: Told) => boolean): Promise<Told> {
    return this.told.find(passes) ?? (await this.hears(passes));
  }

  ready(): Promise<Told> {
    return this.says(({ kind }) => kind === 'ready');
  }

  signal(name: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void {
    if (name === 'SIGKILL') this.killedAt ??= microseconds();
    this.#child.kill(name);
  }

  /** It is gone, whatever it was doing. */
  async kill(): Promise<void> {
    if (!this.isGone) this.signal('SIGKILL');
    await this.gone;
  }

  /** It ends by itself, and gives back what it ran. */
  async stop(): Promise<void> {
    this.do({ do: 'stop' });
    await this.gone;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.kill();
  }

  #hear(told: Told): void {
    this.told.push(told);
    if (told.kind === 'dying') this.killedAt = told.at;
    for (const waiting of this.#waiting) {
      if (!waiting.passes(told)) continue;
      this.#waiting.delete(waiting);
      waiting.resolve(told);
    }
  }
}
