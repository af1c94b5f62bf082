import { writeSync } from 'node:fs';

/** What a process says of itself, one line each, before it goes on. */
export type Entry =
  /** It can be told what to do. */
  | { readonly kind: 'ready' }
  /** A key was returned. */
  | {
      readonly kind: 'key';
      readonly key: string;
      readonly type: string;
      readonly input: unknown;
      readonly idempotencyKey?: string | undefined;
    }
  | { readonly kind: 'receipt'; readonly key: string; readonly receipt: string }
  /** A named child was returned to a body. */
  | { readonly kind: 'child'; readonly key: string; readonly parent: string; readonly name: string }
  /** `setState` of a created task was answered. */
  | { readonly kind: 'state'; readonly key: string; readonly state: string }
  /** A client was told how the task ended. */
  | { readonly kind: 'seen'; readonly key: string; readonly state: string; readonly result?: unknown }
  | { readonly kind: 'start'; readonly key: string; readonly attempt: number; readonly checkpoint: number }
  | { readonly kind: 'end'; readonly key: string; readonly aborted: boolean }
  /** The signal of a body aborted. */
  | { readonly kind: 'abort'; readonly key: string; readonly reason: string }
  /** A checkpoint was acknowledged. */
  | { readonly kind: 'saved'; readonly key: string; readonly value: number }
  /** A body that went on after its abort was not allowed to write. */
  | { readonly kind: 'late'; readonly key: string; readonly fault: string }
  /** It stops itself now, by SIGSTOP. */
  | { readonly kind: 'frozen' }
  /** An event of the supervisor says that this was committed here. */
  | { readonly kind: 'committed'; readonly key: string; readonly event: string; readonly state: string }
  /** Any other event of the supervisor. */
  | { readonly kind: 'event'; readonly event: string; readonly text: string }
  /** The store was asked in the name of this worker. */
  | { readonly kind: 'worker'; readonly worker: string }
  /** The lease of a worker is over, by the word of the store. */
  | { readonly kind: 'leaseEnded'; readonly worker: string }
  /** It kills itself now, at a call of its store. */
  | { readonly kind: 'dying'; readonly call: number; readonly name: string; readonly when: string }
  | { readonly kind: 'refused'; readonly what: string; readonly fault: string }
  /** What it was asked to do is done. */
  | { readonly kind: 'done'; readonly what: string; readonly calls: number }
  /** Turns of the event loop, since the last time. */
  | { readonly kind: 'turns'; readonly turns: number };

/** An entry, and when: microseconds of the machine's monotonic clock, which all its processes share. */
export type Told = Entry & { readonly at: number };

export function microseconds(): number {
  return Number(process.hrtime.bigint() / 1_000n);
}

/** The pipe to whoever started this process. */
const channel = 3;

/** Is with the system when it returns: what this process is killed by afterwards does not matter. */
export function tell(entry: Entry): void {
  writeSync(channel, `${JSON.stringify({ ...entry, at: microseconds() })}\n`);
}
