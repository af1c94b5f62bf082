import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Why there is no answer. */
export interface NotRun {
  readonly error: string;
}

/** What a worker answers, in a process and a folder of its own. Both are gone after it. */
export async function apart<T>(
  worker: string,
  args: (folder: string) => readonly string[],
  deadlineMs: number,
): Promise<T | NotRun> {
  const folder = mkdtempSync(join(tmpdir(), 'taskchart-comparison-'));
  const child = fork(fileURLToPath(new URL(worker, import.meta.url)), args(folder), {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    // What a peer prints is no part of the table.
    stdio: ['ignore', 2, 2, 'ipc'],
  });
  const over = new AbortController();
  const exited = once(child, 'exit');
  const ended = exited.then(([code, signal]): NotRun => ({
    error: `its process ended with ${code ?? signal}`,
  }));
  const answered = once(child, 'message', { signal: over.signal }).then(([answer]) => answer as T | NotRun);
  const late = new Promise<NotRun>((resolve) => {
    const timer = setTimeout(
      () => resolve({ error: `it had not ended after ${deadlineMs / 1_000} s` }),
      deadlineMs,
    );
    over.signal.addEventListener('abort', () => clearTimeout(timer));
  });
  try {
    return await Promise.race([answered, ended, late]);
  } finally {
    answered.catch(() => {});
    over.abort();
    child.kill('SIGKILL');
    await exited;
    rmSync(folder, { recursive: true, force: true });
  }
}
