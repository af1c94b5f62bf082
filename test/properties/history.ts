import type { InspectionEvent } from 'xstate';
import type { TaskEvent, TaskLife } from '../../machines/index.ts';
import {
  type RuntimeEvent,
  type Supervisor,
  type TaskInfo,
  type TaskRecord,
  isFault,
} from '../../src/index.ts';

/** When something was seen: the number of things that were seen before. */
interface Seen {
  readonly at: number;
}

export interface Commit extends Seen {
  readonly record: TaskRecord;
  readonly before: TaskRecord | undefined;
  /** The supervisor that committed it. */
  readonly by: number;
}

export interface Watched extends Seen {
  readonly watcher: number;
  readonly info: TaskInfo;
}

export interface ActorStep extends Seen {
  readonly by: number;
  readonly key: string;
  readonly sessionId: string;
  /** XState's event type; `taskchart.replaced` when the record was changed elsewhere. */
  readonly event: string;
  readonly leaf: string;
  readonly life: TaskLife;
}

export interface SlotsSeen extends Seen {
  readonly by: number;
  readonly slots: number;
}

/** A stop that has resolved. */
export interface Stopped extends Seen {
  readonly by: number;
  /** By a clock that nobody sets back: no stamp from before is later. */
  readonly stoppedAt: number;
}

export interface Told extends Seen {
  readonly by: number;
  readonly event: RuntimeEvent;
}

/** An operation: what was asked, and what came of it. Not settled: `returnedAt` is undefined. */
export interface Asked {
  readonly id: number;
  readonly what: string;
  readonly by: number;
  readonly key: string | undefined;
  /** What the chart is sent for it, where it is one event. */
  readonly event: TaskEvent | undefined;
  readonly calledAt: number;
  returnedAt?: number;
  value?: unknown;
  fault?: string;
  /** The body that still speaks, though it has ended. */
  readonly late?: BodyRun | undefined;
}

/** What a body asked of its own task. Not settled, or not awaited: `returnedAt` is undefined. */
export interface Said {
  readonly run: BodyRun;
  /** What the chart is sent for it, but for the fence; undefined: it looked. */
  readonly event: TaskEvent | undefined;
  readonly calledAt: number;
  returnedAt?: number;
  value?: unknown;
  fault?: string;
}

/** One run of a body. */
export interface BodyRun {
  readonly by: number;
  readonly key: string;
  readonly enteredAt: number;
  leftAt?: number;
  aborts: string[];
  /** What it saw of its signal whenever it looked. */
  readonly looks?: { readonly at: number; readonly isAborted: boolean }[];
  /** What it threw; undefined: it returned. Left out where nobody looked. */
  threw?: { readonly name: string; readonly isAbort: boolean } | undefined;
  returned?: unknown;
  /** What it was given, what it saved, and whether it was told that this is durable. */
  readonly checkpoint?: unknown;
  readonly saves?: { readonly value: unknown; isSaved: boolean }[];
}

export class History {
  readonly commits: Commit[] = [];
  readonly watched: Watched[] = [];
  readonly actorSteps: ActorStep[] = [];
  readonly slots: SlotsSeen[] = [];
  readonly told: Told[] = [];
  readonly stops: Stopped[] = [];
  readonly asked: Asked[] = [];
  readonly bodies: BodyRun[] = [];
  readonly said: Said[] = [];
  /** The signals of created tasks that aborted. */
  readonly driverAborts: string[] = [];
  readonly lines: string[] = [];
  /** When all was quiet, and every supervisor that was not stopped still ran. */
  quietAt = 0;
  /** When all is quiet after the last stops, and whatever holds is let go. */
  gateAt = 0;
  /** What a supervisor could have started then, and did not. */
  readonly forgotten: string[] = [];
  concurrency = 0;
  /** Commits were refused, or their answers lost. */
  isTroubled = false;
  #now = 0;
  readonly #names = new Map<string, string>();

  /** The time of the next thing that is seen. */
  tick(line: string): number {
    this.#now += 1;
    this.lines.push(`${this.#now} ${line}`);
    return this.#now;
  }

  /** A short name for a key. */
  name(key: string | undefined): string {
    if (key === undefined) return '-';
    let name = this.#names.get(key);
    if (!name) this.#names.set(key, (name = `t${this.#names.size}`));
    return name;
  }

  /** Follows the events of a supervisor to their end. */
  async listen(by: number, supervisor: Supervisor): Promise<void> {
    for await (const event of supervisor.events()) {
      const { kind } = event;
      const about = 'key' in event ? `${this.name(event.key)} #${event.sequence}` : '';
      const more = 'event' in event ? event.event : 'state' in event ? event.state : '';
      this.told.push({ at: this.tick(`event by ${by}: ${kind} ${about} ${more}`), by, event });
    }
  }

  stopped(by: number, stoppedAt: number): void {
    this.stops.push({ at: this.tick(`supervisor ${by} has stopped`), by, stoppedAt });
  }

  committed(by: number, record: TaskRecord, before: TaskRecord | undefined): void {
    const at = this.tick(`commit by ${by}: ${this.show(record)}`);
    this.commits.push({ at, record, before, by });
  }

  inspected(by: number, inspection: InspectionEvent): void {
    if (inspection.type !== '@xstate.snapshot') return;
    const { actorRef, event, snapshot } = inspection as unknown as {
      actorRef: { id: string; sessionId: string };
      event: { type: string };
      snapshot: unknown;
    };
    const { value, context } = snapshot as { value: unknown; context?: { task?: TaskLife; slots?: number } };
    if (context?.task) {
      const leaf = typeof value === 'string' ? value : (Object.entries(value as object)[0]?.join('.') ?? '');
      const at = this.tick(`actor by ${by}: ${this.name(actorRef.id)} ${leaf} after ${event.type}`);
      const { id: key, sessionId } = actorRef;
      this.actorSteps.push({ at, by, key, sessionId, event: event.type, leaf, life: context.task });
    } else if (
      context?.slots !== undefined &&
      this.slots.findLast((seen) => seen.by === by)?.slots !== context.slots
    ) {
      this.slots.push({ at: this.tick(`slots by ${by}: ${context.slots}`), by, slots: context.slots });
    }
  }

  /** Notes the call, and its end when it comes. */
  ask(
    what: string,
    by: number,
    key: string | undefined,
    call: () => PromiseLike<unknown>,
    event?: TaskEvent,
    late?: BodyRun,
  ): Asked {
    const id = this.asked.length;
    const calledAt = this.tick(`call ${id} by ${by}: ${what} ${this.name(key)}`);
    const asked: Asked = { id, what, by, key, event, calledAt, late };
    this.asked.push(asked);
    call().then(
      (value) =>
        Object.assign(asked, {
          value,
          returnedAt: this.tick(`return ${id}: ${what} ${this.name(key)} ${showValue(value)}`),
        }),
      (error: unknown) => {
        const fault = isFault(error) ? error.name : String(error);
        Object.assign(asked, {
          fault,
          returnedAt: this.tick(
            `reject ${id}: ${what} ${this.name(key)} ${fault} ${isFault(error) ? '' : (error as Error).stack}`,
          ),
        });
      },
    );
    return asked;
  }

  /** Notes what a body says; and what it is answered, where it waits for that. */
  async say(
    run: BodyRun,
    event: TaskEvent | undefined,
    call: () => PromiseLike<unknown>,
    awaits = true,
  ): Promise<void> {
    const what = `${event?.type ?? 'info'} of ${this.name(run.key)}`;
    const said: Said = { run, event, calledAt: this.tick(`body by ${run.by} says ${what}`) };
    this.said.push(said);
    const answer = call();
    if (!awaits) return;
    try {
      const value = await answer;
      Object.assign(said, { value, returnedAt: this.tick(`body by ${run.by} is answered ${what}`) });
    } catch (error) {
      const fault = isFault(error) ? error.name : String(error);
      const returnedAt = this.tick(`body by ${run.by} is refused ${what}: ${fault}`);
      Object.assign(said, { fault, returnedAt });
      throw error;
    }
  }

  /** The committed records of each task, in their order. */
  byKey(): Map<string, Commit[]> {
    return Map.groupBy(this.commits, ({ record }) => record.key);
  }

  show({ key, sequence, leaf, life }: TaskRecord): string {
    const { progress, cancelled, cancelable, error, result, fence } = life;
    const marks = [
      cancelled && 'cancelled',
      !cancelable && 'firm',
      progress !== undefined && `${progress} %`,
      error?.fault.name,
      result,
    ];
    return `${this.name(key)} #${sequence} ${leaf} fence ${fence} ${marks.filter(Boolean).join(' ')}`;
  }

  toString(): string {
    return this.lines.join('\n');
  }
}

function showValue(value: unknown): string {
  if (typeof value === 'object' && value !== null && 'sequence' in value) return `#${String(value.sequence)}`;
  return typeof value === 'string' ? value : '';
}
