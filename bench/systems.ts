import { type RetentionOptions, createSupervisor, defineTask, memoryStore } from '../src/index.ts';

/** Something that runs no-op tasks in memory. */
export interface System {
  /** Submits one task; resolves with the result of its body. */
  run(): Promise<unknown>;
  /** Submits one whose body does not end until `close`. */
  block(): void;
  /** Submits one, and keeps nothing of it: neither a handle nor a promise. */
  queue(): void | Promise<void>;
  /** Ends the process of the measurement without waiting for what is queued. */
  close(): void | Promise<void>;
}

/** Nothing that ended is kept, not even for a second reader of its result. */
export const keepNothing: RetentionOptions = {
  minAgeMs: 0,
  success: { maxCount: 0, maxAgeMs: 0 },
  error: { maxCount: 0, maxAgeMs: 0 },
};

const noop = () => Promise.resolve(1);
const never = new Promise<never>(() => {});

async function openTaskchart(concurrency: number, retention: RetentionOptions): Promise<System> {
  const task = defineTask({ type: 'noop', run: noop });
  const blocker = defineTask({ type: 'blocker', graceMs: 0, run: () => never });
  const store = memoryStore();
  const supervisor = await createSupervisor({ tasks: [task, blocker], concurrency, retention, store });
  return {
    run: async () => (await supervisor.submit(task)).result(),
    block: () => void supervisor.submit(blocker, undefined, { priority: 1 }),
    queue: async () => void (await supervisor.submit(task)),
    close: () => supervisor.stop({ waitMs: 0 }),
  };
}

async function openPQueue(concurrency: number): Promise<System> {
  const { default: PQueue } = await import('p-queue');
  const queue = new PQueue({ concurrency });
  return {
    run: () => queue.add(noop),
    block: () => void queue.add(() => never),
    queue: () => void queue.add(noop),
    close: () => queue.clear(),
  };
}

async function openFastq(concurrency: number): Promise<System> {
  const { default: fastq } = await import('fastq');
  const queue = fastq.promise((body: () => Promise<unknown>) => body(), concurrency);
  return {
    run: () => queue.push(noop),
    block: () => void queue.push(() => never),
    queue: () => void queue.push(noop),
    close: () => queue.kill(),
  };
}

const systems = {
  taskchart: (concurrency: number) => openTaskchart(concurrency, {}),
  'taskchart, keeping nothing': (concurrency: number) => openTaskchart(concurrency, keepNothing),
  'p-queue': openPQueue,
  fastq: openFastq,
};

export type SystemName = keyof typeof systems;

/** What Taskchart is measured against. */
export const peers = ['p-queue', 'fastq'] as const;
export const all: readonly SystemName[] = ['taskchart', 'taskchart, keeping nothing', ...peers];

export function openSystem(name: SystemName, concurrency: number): Promise<System> {
  return systems[name](concurrency);
}
