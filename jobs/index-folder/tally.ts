import type { TaskInfo } from '../../src/index.ts';
import type { Measures } from './measure.ts';
import type { Found, Place, SkipReason } from './walk.ts';

export interface Entry extends Measures {
  readonly path: string;
}

export interface Failure {
  readonly path: string;
  /** The fault's name, as Taskchart gives it. */
  readonly fault: string;
  /** The system's code behind it, for instance EACCES. */
  readonly code?: string;
  readonly message: string;
}

export interface Skipped {
  readonly path: string;
  readonly reason: SkipReason;
  readonly target?: string;
}

/** A file that is being read. */
export interface Running {
  readonly path: string;
  readonly progress: number;
}

/** All that is known of the job so far. */
export class Tally {
  readonly files: Entry[] = [];
  readonly failures: Failure[] = [];
  readonly skipped: Skipped[] = [];
  /** By the key of the task. */
  readonly running = new Map<string, Running>();
  /** Of the task of the whole, rolled up from those of the files. 0 to 100. */
  progress = 0;
  /** Files that the walk found. */
  found = 0;
  /** Files whose tasks ended by a cancel. */
  canceled = 0;
  isWalking = true;
  isCanceling = false;
  /** Of every file, also of those that are not done. */
  bytesRead = 0;
  bytes = 0;
  gzipBytes = 0;
  lines = 0;
  textFiles = 0;
  readonly #onFailure: (failure: Failure) => void;

  constructor(onFailure: (failure: Failure) => void) {
    this.#onFailure = onFailure;
  }

  /** Files that need no more work. */
  get done(): number {
    return this.files.length + this.canceled + this.failures.length - this.#walkFailures;
  }

  #walkFailures = 0;

  /** Something that is no file to index. */
  pass(found: Exclude<Found, { kind: 'file' }>): void {
    const { path } = found.place;
    if (found.kind === 'skipped') {
      const { reason, target } = found;
      this.skipped.push(target === undefined ? { path, reason } : { path, reason, target });
      return;
    }
    const { code, message } = found.error;
    this.#walkFailures += 1;
    this.#fail({ path, fault: 'SystemError', ...(code === undefined ? {} : { code }), message });
  }

  /** The task of a file, as it stands now. */
  see({ path }: Place, info: TaskInfo<Measures>): void {
    if (info.state === 'running') this.running.set(info.key, { path, progress: info.progress ?? 0 });
    else this.running.delete(info.key);
    if (info.result) this.#add({ path, ...info.result });
    if (info.error?.fault.name === 'RequestCanceled') this.canceled += 1;
    else if (info.error) {
      const code = info.error.fault.faultCause?.fault['code'];
      this.#fail({
        path,
        fault: info.error.fault.name,
        ...(typeof code === 'string' ? { code } : {}),
        message: info.error.localizedMessage,
      });
    }
  }

  #add(entry: Entry): void {
    this.files.push(entry);
    this.bytes += entry.size;
    this.gzipBytes += entry.gzipSize;
    if (entry.lines === undefined) return;
    this.textFiles += 1;
    this.lines += entry.lines;
  }

  #fail(failure: Failure): void {
    this.failures.push(failure);
    this.#onFailure(failure);
  }
}
