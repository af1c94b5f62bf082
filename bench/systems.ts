import { decide, snapshotOf } from '../src/decide.ts';
import { type RetentionOptions, createSupervisor, defineTask, memoryStore } from '../src/index.ts';
import type { TaskRecord } from '../src/record.ts';

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

/** XState's interpreter deciding what it has to of a task, its start and its end, and nothing else: no store, no actor, no body. */
async function openChart(): Promise<System> {
  const task = defineTask({ type: 'noop', run: noop });
  const store = memoryStore();
  await using supervisor = await createSupervisor({ tasks: [task], run: false, store });
  const { key } = await supervisor.submit(task);
  const [queued] = (await store.records.read([key])) as [TaskRecord];
  const at = queued.life.queuedAt;
  const run = () => {
    const { record, snapshot } = decide(queued, snapshotOf(queued), { type: 'START', at, worker: 'bench' });
    const { fence } = record.life;
    const end = decide(record, snapshot, { type: 'BODY_RETURNED', at, fence, result: undefined });
    return end.record.leaf === 'success' ? 1 : end;
  };
  const none = () => {
    throw new Error('Expected a chart alone to be asked for decisions only.');
  };
  return { run: async () => run(), block: none, queue: none, close: () => {} };
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
  'the chart alone': openChart,
  'p-queue': openPQueue,
  fastq: openFastq,
};

export type SystemName = keyof typeof systems;

/** What Taskchart is measured against. */
export const peers = ['p-queue', 'fastq'] as const;
export const all: readonly SystemName[] = [
  'taskchart',
  'taskchart, keeping nothing',
  'the chart alone',
  ...peers,
];

export function openSystem(name: SystemName, concurrency: number): Promise<System> {
  return systems[name](concurrency);
}
