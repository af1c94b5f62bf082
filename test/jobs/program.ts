import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { join } from 'node:path';

const job = join(import.meta.dirname, '../../jobs/index-folder/main.ts');

const alive = new Set<Program>();

/** A program that runs, and what it has said so far. */
export class Program {
  readonly #child: ChildProcess;
  readonly #waiting = new Set<() => void>();
  /** The exit code, or the name of the signal that ended it. */
  readonly exit: Promise<number | string>;
  output = '';
  errors = '';

  constructor(command: readonly string[], options: SpawnOptions = {}) {
    const [file = '', ...args] = command;
    this.#child = spawn(file, args, { stdio: 'pipe', ...options, env: environment(options.env) });
    this.#child.stdout?.on('data', (chunk: Buffer) => this.#hear((this.output += chunk.toString())));
    this.#child.stderr?.on('data', (chunk: Buffer) => this.#hear((this.errors += chunk.toString())));
    alive.add(this);
    this.exit = new Promise((resolve, reject) => {
      this.#child.on('error', reject);
      this.#child.on('close', (code, signal) => resolve(code ?? signal ?? 'unknown'));
    });
    void this.exit.finally(() => alive.delete(this));
  }

  /** None is left, whatever became of the test that started it. */
  static async endAll(): Promise<void> {
    for (const program of alive) program.signal('SIGKILL');
    await Promise.all([...alive].map(({ exit }) => exit));
  }

  /** Resolves when the output matches from its `since`-th character on; rejects when the program ends before. */
  async until(pattern: RegExp, since = 0): Promise<RegExpExecArray> {
    const { promise, resolve, reject } = Promise.withResolvers<RegExpExecArray>();
    const look = () => {
      const match = pattern.exec(this.output.slice(since));
      if (match) resolve(match);
    };
    this.#waiting.add(look);
    void this.exit.then(() =>
      reject(new Error(`Expected ${pattern} in the output, got:\n${this.output}${this.errors}`)),
    );
    look();
    return promise.finally(() => this.#waiting.delete(look));
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  type(keys: string): void {
    this.#child.stdin?.write(keys);
  }

  #hear(_text: string): void {
    for (const look of this.#waiting) look();
  }
}

/** Neither what npm says of its caller nor what a CI says of itself reaches the program. */
function environment(own: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const { CI: _ci, INIT_CWD: _cwd, NO_COLOR: _color, ...rest } = process.env;
  return { ...rest, TERM: 'xterm-256color', ...own };
}

/** The command line of the job, on a good disk or on one that is hung, flaky, or the end of whoever reads from it. */
export function commandLine(args: readonly string[], disk?: 'hung' | 'flaky' | 'fatal'): string[] {
  const preload = disk ? ['--import', join(import.meta.dirname, `${disk}-disk.ts`)] : [];
  return [process.execPath, ...preload, job, ...args];
}

/** Root reads what it may not read; without this power it does not. */
export function withoutPrivilege(command: readonly string[]): readonly string[] {
  if (process.getuid?.() !== 0) return command;
  const powers = '-dac_override,-dac_read_search';
  return ['setpriv', `--inh-caps=${powers}`, `--bounding-set=${powers}`, ...command];
}

/** In a terminal of that size. */
export function inTerminal(command: readonly string[], columns: number, rows: number): string[] {
  const quoted = command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  return ['script', '-qefc', `stty cols ${columns} rows ${rows}; exec ${quoted}`, '/dev/null'];
}
