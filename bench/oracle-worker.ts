import { taskMachine } from '../machines/index.ts';
import {
  type ChartOperation,
  type Invocation,
  type Specification,
  chartSpecification,
  linearizable,
  simulatedRandom,
} from '../src/testing/index.ts';
import type { Random } from '../src/index.ts';

/** What is checked, of how many clients and objects. */
export interface Asked {
  readonly object: 'register' | 'task';
  readonly clients: number;
  readonly operations: number;
  readonly keys: number;
  /** Of every hundred operations, so many are pending or failed. */
  readonly lost: number;
  /** One answer is forged. */
  readonly isForged: boolean;
  readonly seed: number;
}

export interface Answered {
  readonly ms: number;
  readonly configurations: number;
  readonly verdict: string;
}

type Call = Invocation<unknown, unknown>;

interface Running {
  readonly index: number;
  readonly isLost: boolean;
  isEffected: boolean;
  answer?: unknown;
}

const register: Specification<number, number, number> = {
  initial: () => 0,
  // A negative one reads.
  step: (state, value) => (value < 0 ? { state, answer: state } : { state: value, answer: -1 }),
};

const tasks = chartSpecification(taskMachine, {
  input: () => ({ driver: 'supervisor', cancelable: true, queuedAt: 0, maxAttempts: 3 }),
});

const info = { type: 'info', observe: ({ value }: { readonly value: unknown }) => value } as const;
const error = { fault: { name: 'SystemError' }, localizedMessage: 'broken' } as const;

/** What clients ask of a task, and what the runtime does to it. */
function taskOperation(random: Random): ChartOperation<typeof taskMachine> {
  const dice = random.fraction();
  const at = 1;
  if (dice < 0.4) return info;
  if (dice < 0.6) return { type: 'UPDATE_PROGRESS', at, percentDone: Math.floor(random.fraction() * 100) };
  if (dice < 0.8) return { type: 'START', at, worker: 'w' };
  if (dice < 0.9) return { type: 'BODY_THREW', at, error, aborted: false, retryAt: 1 };
  return dice < 0.95 ? { type: 'CANCEL', at } : { type: 'EXPIRE', at };
}

function specificationOf(object: Asked['object']): Specification<unknown, unknown, unknown> {
  return (object === 'register' ? register : tasks) as Specification<unknown, unknown, unknown>;
}

/** Clients that take turns at random between call, effect and return, on objects that really are as specified. */
function historyOf({ object, clients, operations, keys, lost, isForged, seed }: Asked): readonly Call[] {
  const random = simulatedRandom(seed);
  const below = (count: number) => Math.floor(random.fraction() * count);
  const specification = specificationOf(object);
  const states = new Map<string, unknown>();
  const running = new Map<number, Running>();
  const history: Call[] = [];
  for (let tick = 0; history.length < operations || running.size > 0; tick += 1) {
    const client = below(clients);
    const call = running.get(client);
    if (!call) {
      if (history.length === operations) continue;
      const operation =
        object === 'task' ? taskOperation(random) : random.fraction() < 0.5 ? -1 : below(1_000);
      const index = history.push({ client, key: `key ${below(keys)}`, operation, calledAt: tick }) - 1;
      running.set(client, { index, isLost: below(100) < lost, isEffected: false });
    } else if (call.isEffected) {
      running.delete(client);
      const how = call.isLost ? { failed: true } : { answer: call.answer };
      Object.assign(history[call.index] as object, { returnedAt: tick, ...how });
    } else {
      const { key, operation } = history[call.index] as Call;
      const state = states.get(key) ?? specification.initial(key);
      const step = specification.step(state, operation) as { state: unknown; answer: unknown };
      if (!call.isLost || below(2) === 0) states.set(key, step.state);
      Object.assign(call, { isEffected: true, answer: step.answer });
    }
  }
  if (isForged) forge(history, operations);
  return history;
}

/** An answer in the last quarter that nobody can have given. */
function forge(history: Call[], operations: number): void {
  const index = history.findIndex(({ answer }, at) => at > operations * 0.75 && answer !== undefined);
  Object.assign(history[index] as object, { answer: 'forged' });
}

export async function oracle() {
  return async (asked: Asked): Promise<Answered> => {
    const specification = specificationOf(asked.object);
    const history = historyOf(asked);
    globalThis.gc?.();
    const before = performance.now();
    const { linearizable: verdict, configurations } = linearizable(history, specification);
    return { ms: performance.now() - before, configurations, verdict: String(verdict ?? 'unknown') };
  };
}
