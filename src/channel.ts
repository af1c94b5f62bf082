interface Pending<T> {
  readonly resolve: (result: IteratorResult<T, undefined>) => void;
  readonly reject: (error: unknown) => void;
}

/** Carries values from the runtime to one reader. Never blocks the writer: what waits is held in `waiting`. */
export class Channel<T> implements AsyncIterableIterator<T, undefined> {
  /** What was pushed and not yet read, oldest first. The writer may drop from it. */
  readonly waiting: T[] = [];
  readonly #readers: Pending<T>[] = [];
  readonly #onLeave: () => void;
  #end: { readonly error?: unknown } | undefined;

  /** `onLeave`: the reader is gone before the end. */
  constructor(onLeave: (channel: Channel<T>) => void) {
    this.#onLeave = () => onLeave(this);
  }

  push(value: T): void {
    if (this.#end) return;
    const reader = this.#readers.shift();
    if (reader) reader.resolve({ value, done: false });
    else this.waiting.push(value);
  }

  /** What waits is still read; then the reader ends, with the error when there is one. */
  end(failure: { readonly error?: unknown } = {}): void {
    if (this.#end) return;
    this.#end = failure;
    for (const reader of this.#readers.splice(0)) settle(reader, failure);
  }

  next(): Promise<IteratorResult<T, undefined>> {
    return new Promise((resolve, reject) => {
      if (this.waiting.length > 0) resolve({ value: this.waiting.shift() as T, done: false });
      else if (this.#end) {
        settle({ resolve, reject }, this.#end);
        this.#end = {};
      } else this.#readers.push({ resolve, reject });
    });
  }

  return(): Promise<IteratorResult<T, undefined>> {
    this.waiting.length = 0;
    this.end();
    this.#onLeave();
    return Promise.resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

function settle<T>(reader: Pending<T>, end: { readonly error?: unknown }): void {
  if ('error' in end) reader.reject(end.error);
  else reader.resolve({ value: undefined, done: true });
}
