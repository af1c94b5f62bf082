import type { TaskEvent } from '../machines/task.ts';
import type { Attempt } from './body.ts';
import type { Fault } from './fault.ts';
import { Lane, type LanePort, type Operation } from './lane.ts';
import { Newest } from './newest.ts';
import { readable } from './patient-store.ts';
import type { TaskRecord } from './record.ts';
import type { Hint, RecordStore } from './store.ts';
import type { Watcher } from './watcher.ts';

/** So many records are read at a time: more hold up all else when they come. */
const mostReadings = 500;

export interface LanesPort extends Omit<LanePort, 'load' | 'summed' | 'rested'> {
  readonly records: RecordStore;
  /** Brings the store's answer back into the supervisor's mailbox. */
  deliver(proceed: () => void): void;
}

/** The lanes of all tasks that are being worked on or watched; a task that nobody minds has none. */
export class Lanes {
  readonly #port: LanesPort;
  readonly #lanePort: LanePort;
  readonly #lanes = new Map<string, Lane>();
  readonly #newest = new Newest();
  /** Those that may have become idle in this turn. */
  #touched: Lane[] = [];
  #toLoad: string[] = [];

  constructor(port: LanesPort) {
    this.#port = port;
    this.#lanePort = {
      ...port,
      load: (key) => this.#load(key),
      rested: (lane) => void this.#touched.push(lane),
      summed: (parent) => this.#lane(parent.key, parent).adopt(parent),
    };
  }

  get size(): number {
    return this.#lanes.size;
  }

  /** What a client wants. */
  ask(key: string, event: TaskEvent, answer: Operation['answer']): void {
    this.#lane(key).operate({ event, answer, for: 'client' });
  }

  /** What follows from what has happened. */
  operate(key: string, event: TaskEvent, answer: Operation['answer'] = () => {}): void {
    this.#lane(key).operate({ event, answer, for: 'runtime' });
  }

  /** Creates a child, if its parent may have one: what is written is committed together with the parent's answer. */
  spawn(parentKey: string, operation: Operation): void {
    this.#lane(parentKey).operate(operation);
  }

  watch(key: string, watcher: Watcher): void {
    this.#lane(key).watch(watcher);
  }

  unwatch(key: string, watcher: Watcher): void {
    if (this.#lanes.has(key)) this.#lane(key).unwatch(watcher);
  }

  /** The task was created here, and its driver has this signal. */
  drive(record: TaskRecord, controller: AbortController): void {
    this.#lane(record.key, record).drive(controller);
  }

  /** The record is read again, and reality follows it. */
  reconsider(key: string): void {
    this.#lane(key).reconsider();
  }

  /** A task with this key is being created here. */
  expect(key: string): void {
    if (!this.#lanes.has(key)) this.#newest.expect(key);
  }

  /** It was created, as the record says. */
  created(record: TaskRecord): void {
    this.#newest.created(record);
  }

  /** Others may have changed these. */
  hint(changed: Hint): void {
    this.#newest.forget(changed);
    for (const key of changed === 'all' ? [...this.#lanes.keys()] : changed)
      if (this.#lanes.has(key)) this.#lane(key).hint();
  }

  bodyGone(key: string): void {
    this.#lane(key).bodyGone();
  }

  /** The bodies that are here. */
  attempts(): Attempt[] {
    return [...this.#lanes.values()].flatMap(({ attempt }) => attempt ?? []);
  }

  /** Whether a body is here, with a slot or without. */
  hasBody(): boolean {
    for (const lane of this.#lanes.values()) if (lane.attempt) return true;
    return false;
  }

  /** Whether a created task that has not ended has its driver here. */
  hasDriven(): boolean {
    for (const lane of this.#lanes.values()) if (lane.isDriven) return true;
    return false;
  }

  /** Whether a task is a body here, or joins its children here. */
  hasLive(): boolean {
    for (const lane of this.#lanes.values()) if (lane.isLive) return true;
    return false;
  }

  /** Whoever waits for anything is told that it will not come. */
  abandonAll(fault: Fault, who: 'clients' | 'everybody'): void {
    for (const lane of this.#lanes.values()) {
      this.#touched.push(lane);
      lane.abandon(fault, who);
    }
  }

  /** Lets go of the lanes that nobody needs. */
  flush(): void {
    if (this.#touched.length === 0) return;
    for (const lane of this.#touched)
      if (lane.isIdle && this.#lanes.get(lane.key) === lane) this.#lanes.delete(lane.key);
    this.#touched = [];
  }

  #lane(key: string, record?: TaskRecord): Lane {
    let lane = this.#lanes.get(key);
    if (!lane) {
      const newest = this.#newest.take(key);
      this.#lanes.set(key, (lane = new Lane(key, this.#lanePort, record ?? newest)));
    }
    this.#touched.push(lane);
    return lane;
  }

  /** What a burst of turns wants is read together, after it. */
  #load(key: string): void {
    if (this.#toLoad.length === 0) queueMicrotask(() => this.#loadSome());
    this.#toLoad.push(key);
  }

  #loadSome(): void {
    const keys = this.#toLoad.splice(0, mostReadings);
    for (const key of keys) this.#lanes.get(key)?.reading();
    const isMore = this.#toLoad.length > 0;
    const deliver = (each: (lane: Lane, index: number) => void) => {
      this.#port.deliver(() => keys.forEach((key, index) => each(this.#lane(key), index)));
      if (isMore) this.#loadSome();
    };
    readable(this.#port.records.read(keys)).then(
      (records) => deliver((lane, index) => lane.loaded(records[index])),
      (fault: Fault) => deliver((lane) => lane.unreadable(fault)),
    );
  }
}
