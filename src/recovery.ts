import type { TaskEvent } from '../machines/task.ts';
import type { Clock } from './clock.ts';
import type { EventStream } from './event-stream.ts';
import { Fault } from './fault.ts';
import type { Operation } from './lane.ts';
import type { TaskRecord } from './record.ts';
import type { RecordFilter, RecordStore } from './store.ts';

export interface RecoveryPort {
  readonly records: RecordStore;
  readonly clock: Clock;
  readonly events: EventStream;
  operate(key: string, event: TaskEvent, answer: Operation['answer']): void;
  /** The task waits for whoever has a slot, and for its time. */
  waits(record: TaskRecord): void;
  /** The record is read again, and reality follows it. */
  reconsider(key: string): void;
  deliver(proceed: () => void): void;
}

const queued = { states: ['queued'], driver: 'supervisor' } as const;
const running = { states: ['running'], driver: 'supervisor' } as const;
/** How many records are read at a time. */
const pageSize = 1_000;

/** What others have left: of a store that was closed or crashed, and of processes that were lost. */
export class Recovery {
  readonly #port: RecoveryPort;

  constructor(port: RecoveryPort) {
    this.#port = port;
  }

  /**
   * Every queued task is offered, and every parent without a body is looked at. What was offered already stays as it is, and
   * what was lost is found again.
   */
  async sweep(): Promise<void> {
    await this.#pages(queued, (page) => {
      for (const record of page) this.#port.waits(record);
    });
    await this.#pages(running, (page) => {
      for (const { key, leaf } of page) if (leaf === 'running.joining') this.#port.reconsider(key);
    });
  }

  /** What the worker held is taken up, by the chart. False: not all of it, as this supervisor stops. */
  async takeOver(worker: string): Promise<boolean> {
    this.#port.events.emit({ kind: 'workerLost', worker });
    const lost: Promise<boolean>[] = [];
    await this.#pages({ states: ['queued', 'running'], workers: [worker] }, (page) => {
      for (const { key } of page) lost.push(this.#lose(key, worker));
    });
    const isAll = (await Promise.all(lost)).every(Boolean);
    if (isAll) await this.sweep();
    return isAll;
  }

  /** Ends what waits past its deadline, whoever submitted it. */
  async expire(): Promise<void> {
    const at = this.#port.clock.now();
    await this.#pages({ ...queued, overdueAt: at }, (page) => {
      for (const { key } of page) this.#port.operate(key, { type: 'EXPIRE', at }, () => {});
    });
  }

  #lose(key: string, worker: string): Promise<boolean> {
    const event: TaskEvent = { type: 'LOSE', at: this.#port.clock.now(), worker };
    return new Promise((resolve) =>
      this.#port.operate(key, event, (given) => resolve(!(given instanceof Fault))),
    );
  }

  async #pages(filter: RecordFilter, see: (page: readonly TaskRecord[]) => void): Promise<void> {
    for (let after = 0; ;) {
      const page = await this.#port.records.query({ filter, after, limit: pageSize });
      const last = page.at(-1);
      if (!last) return;
      after = last.order;
      await new Promise<void>((resolve) => this.#port.deliver(() => resolve(see(page))));
    }
  }
}
