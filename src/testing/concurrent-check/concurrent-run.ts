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
  type Answered,
  type History,
  type JudgeOptions,
  type Operation,
  type Refusal,
  type Verdict,
  judge,
  look,
} from './judgement.ts';
import { kept, keptReply } from './kept.ts';
import { hearOwnSteps } from './own-steps.ts';
import { type Made, type Taken, Turns } from './turns.ts';
import type { UserErrors } from './user-errors.ts';

/** What is run, and by what it is judged. */
export interface Subject extends JudgeOptions {
  readonly model: ChartModel;
  readonly system: AnyConcurrentSystem;
  readonly timeoutMs: number;
  /** Whether an error leaves open whether the call took effect. */
  readonly isUncertain: (error: unknown) => boolean;
  /** What else goes wrong, also when the run is over in which it began. */
  readonly errors: UserErrors;
}

/** In what the system is not as its chart. */
export type Failure =
  | { readonly about: 'order'; readonly verdict: Refusal }
  | { readonly about: 'open' | 'create' | 'close'; readonly reply: Reply };

/** What a client was answered, or that it was not, when so many turns were taken. */
export interface Heard {
  readonly client: string;
  readonly key: string;
  readonly reply: Answered;
  readonly isUncertain: boolean;
  readonly at: number;
}

/** What came of a program in one order of its turns. */
export interface Run {
  readonly program: Program;
  readonly history: History;
  readonly heard: readonly Heard[];
  /** What its instances are called. */
  readonly keys: ReadonlyMap<number, string>;
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
  readonly #open = new Map<OpenCall<Answer>, Pick<Heard, 'client' | 'key'>>();
  readonly #heard: Heard[] = [];
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
    let early: Failure | undefined;
    let atEnd: Failure | undefined;
    try {
      early = (await this.#openSystem()) ?? (await this.#createAll());
      if (!early) await this.#callAll();
    } finally {
      atEnd = await this.#close();
    }
    this.#subject.errors.throwFirst();
    const { history } = this.#recorder;
    const verdict = early ? undefined : judge(this.#subject.model, history, this.#inputs, this.#subject);
    const refused = verdict?.linearizable === false ? ({ about: 'order', verdict } as const) : undefined;
    const { taken, made } = this.#turns;
    return {
      program: this.#program,
      history,
      heard: this.#heard,
      keys: new Map([...this.#instances].map(([number, { key }]) => [number, key])),
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
      const reply = await this.#alone(() => system.create(kept(input), this.#real, this.#turns.schedule));
      if (reply.kind !== 'answered') return { about: 'create', reply };
      this.#instances.set(number, { key, real: reply.value });
      this.#mayByItself(key, reply.value);
    }
    return undefined;
  }

  #mayByItself(key: string, real: unknown): void {
    const { model, system, errors } = this.#subject;
    hearOwnSteps(model, system, real, {
      mayHappen: (event) => {
        const client = `itself ${(this.#own += 1)}`;
        return this.#recorder.call({ client, key, operation: event as Operation });
      },
      isWrong: (error) => {
        errors.add(error);
        this.#turns.stir();
      },
    });
  }

  async #callAll(): Promise<void> {
    const { clients, isSeenAtEnd } = this.#program;
    const { system, errors } = this.#subject;
    let busy = clients.length;
    for (const [index, commands] of clients.entries())
      void this.#client(`client ${index + 1}`, commands).finally(() => {
        busy -= 1;
        this.#turns.stir();
      });
    const hasEnded = await this.#turns.run(this.#choose, () => busy === 0 || !errors.isEmpty);
    if (!hasEnded) return this.#giveUp();
    await this.#turns.run(this.#choose, () => this.#turns.isIdle);
    if (isSeenAtEnd && system.state && errors.isEmpty) await this.#lookAtAll();
  }

  /** One look after the other, up to one that is not answered. */
  async #lookAtAll(): Promise<void> {
    for (const [instance, { key }] of this.#instances) {
      const command = { id: `end ${key}`, instance, event: undefined };
      await this.#alone(() => this.#call('the end', command));
      if (this.#open.size > 0) return this.#giveUp();
    }
  }

  async #client(client: string, commands: readonly Command[]): Promise<void> {
    for (const command of commands) {
      await this.#turns.beforeCall({ client, command: command.id }, command.event?.type ?? 'state');
      await this.#call(client, command);
    }
  }

  async #call(client: string, { id, instance, event }: Command): Promise<void> {
    const { model, system } = this.#subject;
    const { key, real } = this.#instances.get(instance) as Instance;
    const operation = event ?? look(model);
    const act = () => (event ? system.events[event.type]?.send(real, kept(event)) : system.state?.(real));
    const open = this.#recorder.call({ client, key, operation: operation as Operation });
    this.#open.set(open, { client, key });
    const came = await this.#turns.onBehalf({ client, command: id }, () => keptReply(act));
    const isUncertain = this.#isUncertain(came);
    if (!this.#open.delete(open)) return;
    const reply: Answered = event ? asAnswer(came) : { ...came, about: 'state' };
    this.#hears({ client, key }, reply, isUncertain);
    if (isUncertain) open.failed();
    else open.returned(reply);
  }

  #isUncertain(reply: Reply): boolean {
    const { isUncertain, errors } = this.#subject;
    try {
      return reply.kind === 'threw' && isUncertain(reply.error);
    } catch (error) {
      errors.add(error);
      return true;
    }
  }

  #hears(whose: Pick<Heard, 'client' | 'key'>, reply: Answered, isUncertain = false): void {
    this.#heard.push({ ...whose, reply, isUncertain, at: this.#turns.taken.length });
  }

  /** What is not answered by now never is. */
  #giveUp(): void {
    this.#isSilent = true;
    this.#turns.hurry();
    for (const [open, whose] of this.#open) {
      const reply = { kind: 'silent', ms: this.#subject.timeoutMs } as const;
      this.#hears(whose, reply);
      open.returned(reply);
    }
    this.#open.clear();
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
