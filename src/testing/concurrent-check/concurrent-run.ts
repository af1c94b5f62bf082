import { type HistoryRecorder, type OpenCall, recordHistory } from '../linearizability/history-recorder.ts';
import type { ChartModel } from '../model-check/chart-model.ts';
import { dispose } from '../model-check/model-run.ts';
import { type Reply, asAnswer, called as replied } from '../model-check/reply.ts';
import { simulatedRandom } from '../simulated-random.ts';
import { type Choose, straight } from './choosing.ts';
import { type Command, type Program, called } from './concurrent-program.ts';
import type { AnyConcurrentSystem } from './concurrent-system.ts';
import {
  type Answer,
  type History,
  type JudgeOptions,
  type Operation,
  type Refusal,
  type Verdict,
  judge,
  look,
} from './judgement.ts';
import { type Made, type Taken, Turns } from './turns.ts';

/** What is run, and by what it is judged. */
export interface Subject extends JudgeOptions {
  readonly model: ChartModel;
  readonly system: AnyConcurrentSystem;
  readonly timeoutMs: number;
  /** Whether an error leaves open whether the call took effect. */
  readonly isUncertain: (error: unknown) => boolean;
}

/** In what the system is not as its chart. */
export type Failure =
  | { readonly about: 'order'; readonly verdict: Refusal }
  | { readonly about: 'open' | 'create' | 'close'; readonly reply: Reply };

/** What came of a program in one order of its turns. */
export interface Run {
  readonly program: Program;
  readonly history: History;
  /** What happened while the clients called, one after the other. */
  readonly taken: readonly Taken[];
  readonly made: readonly Made[];
  readonly inputs: ReadonlyMap<string, unknown>;
  readonly verdict: Verdict | undefined;
  readonly failure: Failure | undefined;
  /** A call was not answered, which has taken real time. */
  readonly isSilent: boolean;
}

interface Instance {
  readonly key: string;
  readonly real: unknown;
}

class ConcurrentRun {
  readonly #subject: Subject;
  readonly #program: Program;
  readonly #turns: Turns;
  readonly #choose: Choose;
  readonly #recorder: HistoryRecorder<Operation, Answer> = recordHistory();
  readonly #instances = new Map<number, Instance>();
  readonly #inputs = new Map<string, unknown>();
  readonly #open = new Set<OpenCall<Answer>>();
  #real: unknown;
  #own = 0;
  #isSilent = false;

  constructor(subject: Subject, program: Program, choose: Choose) {
    this.#subject = subject;
    this.#program = program;
    this.#choose = choose;
    this.#turns = new Turns(simulatedRandom(program.chance), subject.timeoutMs);
  }

  async run(): Promise<Run> {
    const early = (await this.#openSystem()) ?? (await this.#createAll());
    if (!early) await this.#callAll();
    const atEnd = await this.#close();
    const { history } = this.#recorder;
    const verdict = early ? undefined : judge(this.#subject.model, history, this.#inputs, this.#subject);
    const refused = verdict?.linearizable === false ? ({ about: 'order', verdict } as const) : undefined;
    const { taken, made } = this.#turns;
    return {
      program: this.#program,
      history,
      taken,
      made,
      inputs: this.#inputs,
      verdict,
      // What a system that is known to differ does at its end is no news.
      failure: early ?? refused ?? atEnd,
      isSilent: this.#isSilent,
    };
  }

  async #openSystem(): Promise<Failure | undefined> {
    const { open } = this.#subject.system;
    if (!open) return undefined;
    const reply = await this.#alone(() => open(this.#turns.schedule));
    if (reply.kind !== 'answered') return { about: 'open', reply };
    this.#real = reply.value;
    return undefined;
  }

  async #createAll(): Promise<Failure | undefined> {
    const { model, system } = this.#subject;
    const numbers = called(this.#program);
    for (const [index, number] of numbers.entries()) {
      const input = this.#program.inputs[number];
      const key = numbers.length === 1 ? model.name : `${model.name} ${index + 1}`;
      this.#inputs.set(key, input);
      const reply = await this.#alone(() => system.create(input, this.#real, this.#turns.schedule));
      if (reply.kind !== 'answered') return { about: 'create', reply };
      this.#instances.set(number, { key, real: reply.value });
      this.#mayByItself(key, reply.value);
    }
    return undefined;
  }

  #mayByItself(key: string, real: unknown): void {
    const { own = [] } = this.#subject.system;
    const may = (operation: Operation) =>
      this.#recorder.call({ client: `itself ${(this.#own += 1)}`, key, operation });
    if (typeof own === 'function') own(real, may as never);
    else for (const event of own) may(event as Operation);
  }

  async #callAll(): Promise<void> {
    const { clients, isSeenAtEnd } = this.#program;
    let busy = clients.length;
    for (const [index, commands] of clients.entries())
      void this.#client(`client ${index + 1}`, commands).finally(() => {
        busy -= 1;
        this.#turns.stir();
      });
    const hasEnded = await this.#turns.run(this.#choose, () => busy === 0);
    if (!hasEnded) return this.#giveUp();
    await this.#turns.run(this.#choose, () => this.#turns.isIdle);
    if (!isSeenAtEnd || !this.#subject.system.state) return;
    for (const [instance, { key }] of this.#instances) {
      const command = { id: `end ${key}`, instance, event: undefined };
      await this.#alone(() => this.#call('the end', command));
    }
    if (this.#open.size > 0) this.#giveUp();
  }

  async #client(client: string, commands: readonly Command[]): Promise<void> {
    for (const command of commands) {
      await this.#turns.beforeCall({ client, command: command.id }, command.event?.type ?? 'state');
      await this.#call(client, command);
    }
  }

  async #call(client: string, { id, instance, event }: Command): Promise<void> {
    const { model, system, isUncertain } = this.#subject;
    const { key, real } = this.#instances.get(instance) as Instance;
    const operation = event ?? look(model);
    const act = () => (event ? system.events[event.type]?.send(real, event) : system.state?.(real));
    const open = this.#recorder.call({ client, key, operation: operation as Operation });
    this.#open.add(open);
    const reply = await this.#turns.onBehalf({ client, command: id }, () => replied(act));
    this.#open.delete(open);
    if (reply.kind === 'threw' && isUncertain(reply.error)) open.failed();
    else open.returned(event ? asAnswer(reply) : reply);
  }

  /** What is not answered by now never is: the first thing that is said of a call counts. */
  #giveUp(): void {
    this.#isSilent = true;
    for (const open of this.#open) open.returned({ kind: 'silent', ms: this.#subject.timeoutMs });
  }

  async #close(): Promise<Failure | undefined> {
    const { close = dispose } = this.#subject.system;
    const reply = await this.#alone(() => close(this.#real));
    return reply.kind === 'answered' ? undefined : { about: 'close', reply };
  }

  /** No client calls meanwhile. */
  async #alone(call: () => unknown): Promise<Reply> {
    let reply: Reply = { kind: 'silent', ms: this.#subject.timeoutMs };
    let isOver = false;
    void replied(call).then((came) => {
      reply = came;
      isOver = true;
      this.#turns.stir();
    });
    await this.#turns.run(straight, () => isOver, false);
    if (!isOver) this.#isSilent = true;
    return reply;
  }
}

/** Runs a program on a fresh system, and judges what was answered. Never rejects for what the system does. */
export function runProgram(subject: Subject, program: Program, choose: Choose): Promise<Run> {
  return new ConcurrentRun(subject, program, choose).run();
}
