import { Chance, seedOfRound } from '../soak/chance.ts';
import { Patience } from '../support/patience.ts';
import type { CrashingProcess } from './crashing-process.ts';
import type { Death } from './dying-store.ts';
import type { Breach } from './laws.ts';
import { Site } from './site.ts';

/** How those of one file die. */
export interface RoundPlan {
  readonly seed: number;
  /** One after the other; undefined: killed from outside, at a random word. */
  readonly deaths: readonly (Death | undefined)[];
  /** Whether another process works on the file all the while, and is to finish it; else one comes when all are dead. */
  readonly beside: boolean;
}

export interface RoundResult {
  readonly plan: RoundPlan;
  readonly kills: number;
  readonly tasks: number;
  readonly bodies: number;
  readonly acknowledgements: number;
  readonly takeovers: number;
  readonly diedAt: readonly string[];
  readonly breaches: readonly Breach[];
}

/** Real time, and short, for those who die have to be found lost; longer than a busy machine holds up one who lives. */
const leaseMs = 700;
/** All that is left ends in much less. */
const patienceSeconds = 30;
const acknowledged: readonly string[] = ['key', 'receipt', 'child', 'state', 'seen', 'saved'];

/** One file, the processes that die on it one after the other, and the one that finishes it. */
class Round {
  readonly #plan: RoundPlan;
  readonly #chance: Chance;
  readonly #site: Site;

  constructor(plan: RoundPlan, site: Site) {
    this.#plan = plan;
    this.#chance = new Chance(plan.seed);
    this.#site = site;
  }

  async play(): Promise<RoundResult> {
    const survivor = this.#plan.beside ? this.#site.start('survivor') : undefined;
    await survivor?.ready();
    let index = 0;
    for (const death of this.#plan.deaths) await this.#victim((index += 1), death);
    const breaches = await this.#finish(survivor ?? this.#site.start('finisher'));
    return this.#result(breaches);
  }

  /** Works until it dies. */
  async #victim(index: number, death: Death | undefined): Promise<void> {
    // Some only submit and cancel: what they leave behind is for others to start.
    const run = !this.#chance.percent(this.#plan.beside ? 40 : 20);
    const words = 20 + this.#chance.below(150);
    const keys = this.#keys();
    const victim = this.#site.start(`victim ${index}`, { run, death });
    const seed = seedOfRound(this.#plan.seed, index);
    victim.do({ do: 'work', options: { seed, clients: 3, operations: 12, keys } });
    // One that runs nothing may wait for ends that come only after it.
    const last = run ? 'work' : 'operations';
    const isDone = victim
      .hears((told) => told.kind === 'done' && told.what === last)
      .then(
        () => 'done',
        () => 'gone',
      );
    await Promise.race([isDone, death ? victim.gone : saysMany(victim, words)]);
    await victim.kill();
  }

  /** Those that were told of last. */
  #keys(): string[] {
    const told = this.#site.processes.flatMap((process) => process.told);
    return [...new Set(told.flatMap((entry) => ('key' in entry ? entry.key : [])))].slice(-12);
  }

  async #finish(last: CrashingProcess): Promise<Breach[]> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const patience = new Patience(patienceSeconds, resolve);
    // What is stuck is found by the laws.
    await Promise.race([last.done({ do: 'idle' }), promise]);
    patience.end();
    await last.stop();
    if (last.exitCode === 0) return [];
    return [{ law: 'whoever finishes ends well', message: `code ${last.exitCode}. ${last.complaint}` }];
  }

  async #result(breaches: readonly Breach[]): Promise<RoundResult> {
    const judged = await this.#site.judge();
    const { history } = judged;
    const deaths = history.of('dying').map(({ name, when }) => `${name} ${when}`);
    const killed = this.#site.processes.filter(({ killedAt }) => killedAt !== undefined).length;
    return {
      plan: this.#plan,
      kills: killed,
      tasks: judged.tasks.size,
      bodies: history.runs.length,
      acknowledgements: history.said.filter(({ kind }) => acknowledged.includes(kind)).length,
      takeovers: new Set(history.of('leaseEnded').map(({ worker }) => worker)).size,
      diedAt: [...deaths, ...Array.from({ length: killed - deaths.length }, () => 'anywhere')],
      breaches: [...breaches, ...judged.breaches],
    };
  }
}

/** It has said so much, or is gone. */
async function saysMany(process: CrashingProcess, words: number): Promise<void> {
  while (process.told.length < words && !process.isGone)
    await process
      .hears(() => true)
      .catch((error: unknown) => {
        if (!process.isGone) throw error;
      });
}

/** Plays it, with a file of its own. */
export async function playRound(plan: RoundPlan): Promise<RoundResult> {
  await using site = new Site(leaseMs);
  return await new Round(plan, site).play();
}
