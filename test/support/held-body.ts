import { type BodyContext, type TaskDefinition, defineTask } from '../../src/index.ts';

/** One attempt whose end the test decides. */
export interface Run extends BodyContext {
  readonly resolve: (value?: unknown) => void;
  readonly reject: (error: unknown) => void;
}

export interface HeldBody {
  readonly definition: TaskDefinition<unknown, unknown>;
  /** All attempts that started, in order. */
  readonly runs: readonly Run[];
  /** The attempt of that number, of all of the definition's, when it starts. */
  started(index?: number): Promise<Run>;
}

interface Rules {
  readonly type?: string;
  readonly cancelable?: boolean;
  readonly graceMs?: number;
}

/** A definition whose body does nothing until the test says so, and ignores its signal. */
export function heldBody(rules: Rules = {}): HeldBody {
  const runs: Run[] = [];
  const starts = new Map<number, PromiseWithResolvers<Run>>();
  const start = (index: number) => {
    const known = starts.get(index) ?? Promise.withResolvers<Run>();
    starts.set(index, known);
    return known;
  };
  const definition = defineTask({
    type: 'held',
    ...rules,
    run({ input, signal, attempt, checkpoint, sleep, task }: BodyContext) {
      const { promise, resolve, reject } = Promise.withResolvers<unknown>();
      const run = { input, signal, attempt, checkpoint, sleep, task, resolve, reject };
      runs.push(run);
      start(runs.length - 1).resolve(run);
      return promise;
    },
  });
  return { definition, runs, started: (index = 0) => start(index).promise };
}

/** A body that ends, as one should, when its signal aborts. */
export function cooperative(type = 'cooperative') {
  return defineTask({
    type,
    run: ({ signal }: BodyContext): Promise<never> =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error));
      }),
  });
}
