import { type Server, type Socket, createServer } from 'node:net';
import { createInterface } from 'node:readline';
import type { Order, Word } from './tasks.ts';

type Started = Extract<Word, { said: 'started' }>;

/** A body that plays on this stage: in whatever process it runs, the test tells it what to do, and hears of it. */
export class Player {
  readonly #socket: Socket;
  readonly #heard = new Map<Word['said'], Word[]>();
  readonly #waiting = new Map<Word['said'], (word: Word) => void>();
  readonly #gone: Promise<never>;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#gone = new Promise((_resolve, reject) =>
      socket.on('close', () => reject(new Error('Expected the body to say something, but it is gone.'))),
    );
    this.#gone.catch(() => {});
    createInterface({ input: socket }).on('line', (line) => this.#hear(JSON.parse(line) as Word));
  }

  /** What it says next of this kind; or has said, and was not asked for. */
  async heard<S extends Word['said']>(said: S): Promise<Extract<Word, { said: S }>> {
    const before = this.#heard.get(said)?.shift();
    const word = before ?? (await Promise.race([this.#next(said), this.#gone]));
    return word as Extract<Word, { said: S }>;
  }

  /** Resolves when the order was carried out; one that ends the body at once. */
  async tell(order: Order): Promise<void> {
    this.#socket.write(`${JSON.stringify(order)}\n`);
    if (!['return', 'throw', 'obey'].includes(order.do)) await this.heard('done');
  }

  #next(said: Word['said']): Promise<Word> {
    return new Promise((resolve) => this.#waiting.set(said, resolve));
  }

  #hear(word: Word): void {
    const { said } = word;
    const waiting = this.#waiting.get(said);
    this.#waiting.delete(said);
    if (waiting) return waiting(word);
    this.#heard.set(said, [...(this.#heard.get(said) ?? []), word]);
  }
}

/** Where the bodies of `tasks.ts` are told what to do. */
export class Stage implements AsyncDisposable {
  readonly path: string;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #players: [Started, Player][] = [];
  #waiting: (() => void) | undefined;

  private constructor(path: string) {
    this.path = path;
    this.#server = createServer((socket) => void this.#enter(socket));
  }

  static async open(path: string): Promise<Stage> {
    const stage = new Stage(path);
    await new Promise<void>((resolve) => stage.#server.listen(path, resolve));
    return stage;
  }

  /** The next body that starts. */
  async player(): Promise<[Started, Player]> {
    for (;;) {
      const player = this.#players.shift();
      if (player) return player;
      await new Promise<void>((resolve) => (this.#waiting = resolve));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #enter(socket: Socket): Promise<void> {
    this.#sockets.add(socket);
    // A program that is killed leaves like that.
    socket.on('error', () => socket.destroy());
    const player = new Player(socket);
    this.#players.push([await player.heard('started'), player]);
    this.#waiting?.();
  }
}
