import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Outcome } from './scenario.ts';

/** An outcome, or why there is none. */
export type Verdict = Outcome | { readonly error: string };

/** For one side of one scenario, start of the process included: ten times what the slowest one takes. */
const deadlineMs = 90_000;

const worker = fileURLToPath(new URL('trial-worker.ts', import.meta.url));

/** Runs one side of the scenario at that place in the list, in a process and a folder of its own. Both are gone after it. */
export async function trial(index: number, side: 'peer' | 'taskchart', redisPort: number): Promise<Verdict> {
  const folder = mkdtempSync(join(tmpdir(), 'taskchart-comparison-'));
  const child = fork(worker, [String(index), side, folder, String(redisPort)], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    // What a peer prints is no part of the table.
    stdio: ['ignore', 2, 2, 'ipc'],
  });
  const over = new AbortController();
  const exited = once(child, 'exit');
  const ended = exited.then(([code, signal]): Verdict => ({
    error: `its process ended with ${code ?? signal}`,
  }));
  const answered = once(child, 'message', { signal: over.signal }).then(([verdict]) => verdict as Verdict);
  const late = new Promise<Verdict>((resolve) => {
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
