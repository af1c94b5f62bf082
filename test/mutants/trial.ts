import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type { Request } from './child.ts';
import { Patience } from '../support/patience.ts';
import type { Judgement, Trials } from './judge.ts';

/** The name of the code as it is. */
export const nobody = 'no mutant';

/** What came of a mutant, seed by seed; fewer than were asked for, once it can no longer be killed often enough. */
export interface Verdict {
  readonly name: string;
  readonly judgements: readonly Judgement[];
  readonly ms: number;
}

export interface Tries extends Trials {
  readonly seeds: readonly number[];
  /** How long one run may take; then it hangs, and the mutant is killed by that. */
  readonly seconds: number;
}

/** In how many of so many seeds a mutant has to be killed: in 19 of 20. */
export function leastKills(seeds: number): number {
  return Math.ceil(seeds * 0.95);
}

export const isKill = ({ law }: Judgement): boolean => law !== undefined;

/** Whether it is decided: more seeds would change nothing. */
function isDecided(judgements: readonly Judgement[], seeds: number): boolean {
  const survived = judgements.filter((one) => !isKill(one)).length;
  return judgements.length === seeds || survived > seeds - leastKills(seeds);
}

const child = join(import.meta.dirname, 'child.ts');

/** What the process printed last, in one line. */
function lastWords(text: string): string {
  const lines = text.split('\n').filter((line) => /^\w*(Error|Broken|Fault)\b/.test(line));
  return lines.at(-1) ?? text.trim().split('\n').at(-1) ?? '';
}

interface Message {
  readonly isReady?: boolean;
  readonly run?: number;
  readonly judgement?: Judgement;
}

/** A process that judges one mutant, and can be lost by that. */
class Judge {
  readonly mutant: string;
  readonly #process: ChildProcess;
  readonly #ready = Promise.withResolvers<void>();
  readonly #closed: Promise<number | null>;
  #isOpen = true;
  #words = '';
  #hear: (message: Message) => void = () => {};

  constructor(mutant: string) {
    this.mutant = mutant;
    this.#process = fork(child, [mutant], { silent: true, execArgv: [] });
    this.#process.stderr?.on('data', (data: Buffer) => {
      this.#words = (this.#words + String(data)).slice(-20_000);
    });
    this.#process.stdout?.resume();
    this.#process.on('message', (message: Message) => {
      if (message.isReady) this.#ready.resolve();
      this.#hear(message);
    });
    this.#closed = new Promise((resolve) => this.#process.on('close', resolve));
    // Before it is ready it is this program that is wrong, and not the mutant.
    void this.#closed.then(() => {
      this.#isOpen = false;
      this.#ready.reject(new Error(`Expected "${mutant}" to be loaded, but:\n${this.#words}`));
    });
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  async judged(seed: number, { seconds, seeds: _seeds, ...trials }: Tries): Promise<Judgement> {
    await this.#ready.promise;
    const { promise, resolve } = Promise.withResolvers<Judgement>();
    let run = 1;
    const patience = new Patience(seconds, () => this.#process.kill('SIGKILL'));
    this.#hear = (message) => {
      if (message.judgement) return resolve(message.judgement);
      patience.renew();
      run = message.run ?? run;
    };
    this.#process.send({ ...trials, seed } satisfies Request);
    const ended = this.#closed.then((code): Judgement => {
      const isHung = code === null;
      const law = isHung ? 'hung' : 'crashed';
      const message = isHung
        ? `still in run ${run} after ${seconds} s`
        : `${code}: ${lastWords(this.#words)}`;
      return { seed, law, message, runs: run, path: undefined };
    });
    return Promise.race([promise, ended]).finally(() => patience.end());
  }

  close(): void {
    this.#process.kill('SIGKILL');
  }
}

/** Judges one mutant after the other, each in a process of its own, or in several, where it brings them down. */
export class Bench {
  #judge: Judge | undefined;

  async tried(name: string, tries: Tries): Promise<Verdict> {
    const startedAt = performance.now();
    const judgements: Judgement[] = [];
    for (const seed of tries.seeds) {
      if (isDecided(judgements, tries.seeds.length)) break;
      judgements.push(await this.#judgeOf(name).judged(seed, tries));
    }
    return { name, judgements, ms: Math.round(performance.now() - startedAt) };
  }

  close(): void {
    this.#judge?.close();
  }

  #judgeOf(name: string): Judge {
    if (this.#judge?.isOpen && this.#judge.mutant === name) return this.#judge;
    this.close();
    return (this.#judge = new Judge(name));
  }
}
