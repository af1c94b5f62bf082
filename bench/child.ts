import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const worker = fileURLToPath(new URL('worker.ts', import.meta.url));

/** What a worker answers. */
export type Reply<T> = { readonly value: T } | { readonly error: string };

/**
 * One measurement in a process of its own, so that nobody's garbage or compiled code is in anybody else's figures. It
 * idles, and costs nothing, until it is asked.
 */
export class Child<Asked, Answer> {
  readonly #process: ChildProcess;
  readonly #name: string;

  /** `job`: the name of a measurement in worker.ts. `system`: what it measures. */
  constructor(job: string, system: string) {
    this.#name = `${job} of ${system}`;
    this.#process = fork(worker, [job, system], {
      execArgv: ['--expose-gc', '--disable-warning=ExperimentalWarning'],
      env: { ...process.env, NODE_ENV: 'production' },
    });
  }

  /** @throws Error when the measurement did not run. */
  async ask(asked: Asked): Promise<Answer> {
    const over = new AbortController();
    const ended = once(this.#process, 'exit', { signal: over.signal }).then(([code, signal]) => {
      throw new Error(`Expected ${this.#name} to run, but its process ended with ${code ?? signal}.`);
    });
    try {
      const answered = once(this.#process, 'message', { signal: over.signal });
      if (this.#process.exitCode === null) this.#process.send(asked as object);
      const [reply] = (await Promise.race([answered, ended])) as [Reply<Answer>];
      if ('error' in reply) throw new Error(`Expected ${this.#name} to run, but it failed: ${reply.error}`);
      return reply.value;
    } finally {
      over.abort();
      ended.catch(() => {});
    }
  }

  stop(): void {
    this.#process.kill();
  }
}
