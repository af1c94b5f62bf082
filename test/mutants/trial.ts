import { fork } from 'node:child_process';
import { join } from 'node:path';
import type { Judgement } from './judge.ts';

/** The name of the code as it is. */
export const nobody = 'no mutant';

/** What came of a mutant. `law`: by which it was killed; undefined: it survived. */
export interface Verdict {
  readonly name: string;
  readonly law: string | undefined;
  readonly message: string | undefined;
  readonly runs: number;
  readonly path: string | undefined;
  readonly ms: number;
}

export interface Trials {
  readonly seed: number;
  readonly runs: number;
  /** How long a mutant may take; then it hangs, and is killed by that. */
  readonly seconds: number;
}

const child = join(import.meta.dirname, 'child.ts');

/** What the process printed last, in one line. */
function lastWords(text: string): string {
  const lines = text.split('\n').filter((line) => /^\w*(Error|Broken|Fault)\b/.test(line));
  return lines.at(-1) ?? text.trim().split('\n').at(-1) ?? '';
}

/** Judges a mutant in a process of its own. */
export function tried(name: string, { seed, runs, seconds }: Trials): Promise<Verdict> {
  const { promise, resolve, reject } = Promise.withResolvers<Verdict>();
  const startedAt = performance.now();
  let run = 0;
  let judgement: Judgement | undefined;
  let isHung = false;
  let words = '';
  const process = fork(child, [name, String(seed), String(runs)], { silent: true, execArgv: [] });
  const limit = setTimeout(() => {
    isHung = true;
    process.kill('SIGKILL');
  }, seconds * 1_000);
  process.stderr?.on('data', (data: Buffer) => (words = (words + String(data)).slice(-20_000)));
  process.stdout?.resume();
  process.on('message', (message: { run?: number; judgement?: Judgement }) => {
    run = message.run ?? run;
    judgement = message.judgement ?? judgement;
  });
  process.on('error', reject);
  process.on('close', (code) => {
    clearTimeout(limit);
    const ms = Math.round(performance.now() - startedAt);
    if (judgement) {
      const { law, message, runs: done, path } = judgement;
      return resolve({ name, law, message, runs: done, path, ms });
    }
    // Before the first run it is this program that is wrong, and not the mutant.
    if (run === 0 && !isHung) return reject(new Error(`Expected ${name} to be judged, but:\n${words}`));
    const law = isHung ? 'hung' : 'crashed';
    const message = isHung ? `still in run ${run} after ${seconds} s` : `${code}: ${lastWords(words)}`;
    resolve({ name, law, message, runs: run, path: undefined, ms });
  });
  return promise;
}
