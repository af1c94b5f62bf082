import { Channel } from './channel.ts';
import { Fault, fromLocalizedFault, notFound } from './fault.ts';
import { type TaskRecord, isFinal } from './record.ts';
import { deserialize } from './serialize.ts';
import { type TaskInfo, taskInfo } from './task-info.ts';

/** Someone who follows one task. It is shown committed records, the last one for certain, and gone after that. */
export interface Watcher {
  /** A committed record; undefined: there is no such task. True when the watcher has seen enough. */
  see(record: TaskRecord | undefined): boolean;
  /** Nothing more will come. */
  abandon(fault: Fault): void;
}

/** A watcher that waits for the final record. */
function untilFinal<T>(key: string, outcome: (record: TaskRecord) => T): [Watcher, Promise<T>] {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const watcher: Watcher = {
    see(record) {
      if (record && !isFinal(record)) return false;
      try {
        if (record) resolve(outcome(record));
        else reject(notFound(key));
      } catch (fault) {
        reject(fault as Fault);
      }
      return true;
    },
    abandon: reject,
  };
  return [watcher, promise];
}

/** Resolves with the final information. */
export function whenEnded(key: string): [Watcher, Promise<TaskInfo>] {
  return untilFinal(key, taskInfo);
}

/** Resolves with the result, or rejects with the fault. */
export function whenResult(key: string): [Watcher, Promise<unknown>] {
  return untilFinal(key, ({ life }) => {
    if (life.error) throw fromLocalizedFault(life.error);
    return deserialize(life.result);
  });
}

/** A reader that sees the present record first, then the latest whenever it looks, and the final one last. */
export function watching(key: string, onLeave: (watcher: Watcher) => void): [Watcher, Channel<TaskRecord>] {
  const channel = new Channel<TaskRecord>(() => onLeave(watcher));
  let shown = 0;
  const watcher: Watcher = {
    see(record) {
      if (!record) {
        channel.end({ error: notFound(key) });
        return true;
      }
      if (record.sequence > shown) {
        shown = record.sequence;
        channel.waiting.length = 0;
        channel.push(record);
      }
      if (isFinal(record)) channel.end();
      return isFinal(record);
    },
    abandon: (error) => channel.end({ error }),
  };
  return [watcher, channel];
}
