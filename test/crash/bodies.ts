import {
  type AnyTaskDefinition,
  type BodyContext,
  type TaskHandle,
  defineTask,
  isFault,
} from '../../src/index.ts';
import { tell } from './told.ts';

/** Nobody loses so many processes: a task ends by what its body does. */
const retry = {
  maxAttempts: 5,
  maxLost: 1_000,
  backoff: { kind: 'linear', baseMs: 3, jitter: 'none' },
} as const;

/** What bodies do between telling of their start and of their end. */
async function told<I, R>(context: BodyContext<I, number>, work: () => Promise<R>): Promise<R> {
  const { key } = context.task;
  const { signal, attempt, checkpoint = 0 } = context;
  tell({ kind: 'start', key, attempt, checkpoint });
  const abort = () => tell({ kind: 'abort', key, reason: String((signal.reason as Error).name) });
  signal.addEventListener('abort', abort);
  try {
    return await work();
  } finally {
    signal.removeEventListener('abort', abort);
    tell({ kind: 'end', key, aborted: signal.aborted });
  }
}

/** Ends after so many milliseconds. */
export const brief = defineTask({
  type: 'brief',
  retry,
  run: (context: BodyContext<number, number>) =>
    told(context, async () => {
      if (context.input > 0) await context.sleep(context.input);
      return context.input * 2;
    }),
});

/** Fails so many times before it succeeds. */
export const flaky = defineTask({
  type: 'flaky',
  retry,
  run: (context: BodyContext<number, number>) =>
    told(context, async () => {
      await context.task.updateProgress(50);
      if (context.attempt <= context.input) throw new Error(`It failed at attempt ${context.attempt}.`);
      return context.input;
    }),
});

export const doomed = defineTask({
  type: 'doomed',
  retry: { ...retry, maxAttempts: 2 },
  run: (context: BodyContext<number, number>) =>
    told(context, async () => {
      await context.task.setDescription('It will fail');
      throw new Error('It always fails.');
    }),
});

/** Counts up to a number, and goes on from where it was. */
export const steps = defineTask({
  type: 'steps',
  retry,
  run: (context: BodyContext<number, number>) =>
    told(context, async () => {
      const { input, task, sleep, checkpoint = 0 } = context;
      for (let value = checkpoint + 1; value <= input; value += 1) {
        await sleep(2);
        await task.saveCheckpoint(value);
        tell({ kind: 'saved', key: task.key, value });
        task.updateProgress((100 * value) / input);
      }
      return input;
    }),
});

export interface Family {
  readonly children: number;
  readonly grandchildren: number;
}

/** Has named children, and waits for all of them. */
export const family = defineTask({
  type: 'family',
  retry,
  run: (context: BodyContext<Family, number>) =>
    told(context, async (): Promise<number> => {
      const { input, task, signal } = context;
      const spawned: Promise<unknown>[] = [];
      for (let index = 0; index < input.children; index += 1) {
        const name = `child ${index}`;
        const child = await bear(context, index, name);
        tell({ kind: 'child', key: child.key, parent: task.key, name });
        // At once: it rejects as soon as the signal aborts, and the next child may be refused then.
        spawned.push(Promise.allSettled([child.ended()]));
      }
      await Promise.all(spawned);
      signal.throwIfAborted();
      return input.children;
    }),
});

/** The entity tells the readers of the file which child of its parent it is. */
function bear({ input, task }: BodyContext<Family>, index: number, name: string): Promise<TaskHandle> {
  const { grandchildren } = input;
  const options = { name, entity: name };
  if (grandchildren > 0) {
    const next = { children: grandchildren, grandchildren: 0 };
    return Promise.resolve(task.spawn(family as never, next as never, options)) as Promise<TaskHandle>;
  }
  const definition = index % 2 === 0 ? brief : steps;
  return Promise.resolve(task.spawn(definition, 3, options));
}

/** Does not look at its signal. Its result is the process that it ran in. */
export const deaf = defineTask({
  type: 'deaf',
  retry,
  run: (context: BodyContext<number, number>) =>
    told(context, async () => {
      const { input, task } = context;
      await new Promise<void>((resolve) => void setTimeout(resolve, input));
      try {
        await task.saveCheckpoint(1);
        tell({ kind: 'saved', key: task.key, value: 1 });
      } catch (error) {
        if (!isFault(error)) throw error;
        tell({ kind: 'late', key: task.key, fault: error.name });
      }
      return process.pid;
    }),
});

export const definitions: readonly AnyTaskDefinition[] = [brief, flaky, doomed, steps, family, deaf];

/** What a task of the workload ends in that nobody asked to end; undefined: in an error. */
export function expectedResult(type: string, input: unknown): unknown {
  if (type === 'brief') return (input as number) * 2;
  if (type === 'family') return (input as Family).children;
  return type === 'doomed' ? undefined : input;
}
