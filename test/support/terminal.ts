import { execFile, execFileSync } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { promisify, stripVTControlCharacters } from 'node:util';

const execute = promisify(execFile);

function has(command: string): boolean {
  try {
    execFileSync(command, ['-V'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** There is a tmux. @throws Error that says how to install it, where that may not be done here. */
function assertTmux(): void {
  if (has('tmux')) return;
  try {
    const own = { stdio: 'pipe', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } } as const;
    execFileSync('apt-get', ['update', '-qq'], own);
    execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'tmux'], own);
  } catch (error) {
    const { stderr = '', message } = error as Error & { stderr?: Buffer | string };
    throw new Error(
      `Expected tmux, in which programs are tried as a user sees them, and it cannot be installed here: ${message} ${String(stderr).trim()}\nInstall it: apt-get install tmux`,
      { cause: error },
    );
  }
}

let terminals = 0;

/** A terminal with a shell in it, whose prompt shows the exit code of the last command: `[0]> `. */
export class Terminal implements AsyncDisposable {
  readonly #server: string;
  readonly #output: ReturnType<typeof createReadStream>;
  #changed = Promise.withResolvers<void>();

  private constructor(server: string, fifo: string) {
    this.#server = server;
    this.#output = createReadStream(fifo);
    const tell = () => {
      this.#changed.resolve();
      this.#changed = Promise.withResolvers();
    };
    this.#output.on('data', tell).on('close', tell);
  }

  /** `folder`: where the shell is, and what belongs to the terminal lies. */
  static async open(
    folder: string,
    {
      columns = 80,
      rows = 24,
      env = {},
    }: { columns?: number; rows?: number; env?: Record<string, string> } = {},
  ): Promise<Terminal> {
    assertTmux();
    terminals += 1;
    const server = `taskchart-${process.pid}-${terminals}`;
    const fifo = join(folder, `${server}.fifo`);
    await execute('mkfifo', [fifo]);
    const shell = ['env', 'PS1=[$?]> ', 'CI=', ...Object.entries(env).map((entry) => entry.join('='))];
    const size = ['-x', String(columns), '-y', String(rows)];
    const session = ['new-session', '-d', '-s', 'main', '-c', folder, ...size];
    const bash = ['bash', '--norc', '--noprofile', '-i'];
    await execute('tmux', ['-L', server, '-f', '/dev/null', ...session, ...shell, ...bash]);
    const terminal = new Terminal(server, fifo);
    await terminal.#tmux('pipe-pane', '-O', '-t', 'main', `exec cat > '${fifo}'`);
    await terminal.until(/^\[0\]> $/m);
    return terminal;
  }

  /** What stands on the screen, and what has scrolled out of it; with `escapes` its colors as well. */
  async look(escapes: readonly '-e'[] = []): Promise<string> {
    const { stdout } = await this.#tmux('capture-pane', '-p', ...escapes, '-S', '-', '-t', 'main');
    return stdout.trimEnd().replaceAll(/^(\[\d+\]>)$/gm, '$1 ');
  }

  /** The same when it matches, colors aside. Looks again at every output. */
  async until(pattern: RegExp, escapes: readonly '-e'[] = []): Promise<string> {
    const deadline = AbortSignal.timeout(30_000);
    const late = new Promise<'late'>((resolve) => deadline.addEventListener('abort', () => resolve('late')));
    for (;;) {
      // Before the look: what comes meanwhile is looked at again.
      const changed = this.#changed.promise;
      const text = await this.look(escapes);
      if (pattern.test(stripVTControlCharacters(text))) return text;
      if ((await Promise.race([changed, late])) === 'late')
        throw new Error(`Expected ${pattern} on the screen, got:\n${text}`);
    }
  }

  /** Ctrl-C, until it matches: what is pressed within a moment counts once. */
  async interruptUntil(pattern: RegExp): Promise<string> {
    const deadline = AbortSignal.timeout(30_000);
    for (;;) {
      await this.press('C-c');
      const text = await this.look();
      if (pattern.test(text)) return text;
      if (deadline.aborted) throw new Error(`Expected ${pattern} on the screen, got:\n${text}`);
    }
  }

  /** The line is typed. */
  async type(line: string): Promise<void> {
    await this.#tmux('send-keys', '-t', 'main', '-l', line);
    await this.press('Enter');
  }

  /** A key as tmux names it: `C-c`. */
  async press(key: string): Promise<void> {
    await this.#tmux('send-keys', '-t', 'main', key);
  }

  async resize(columns: number, rows: number): Promise<void> {
    await this.#tmux('resize-window', '-t', 'main', '-x', String(columns), '-y', String(rows));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#tmux('kill-server').catch(() => {});
    this.#output.destroy();
  }

  #tmux(...args: string[]): Promise<{ stdout: string }> {
    return execute('tmux', ['-L', this.#server, ...args]);
  }
}
