import { type AnyTaskDefinition, type BodyContext, type TaskHandle, defineTask } from '../../src/index.ts';
import type { BodyRun, History } from '../properties/history.ts';
import { after } from './stage.ts';
import { type Node, type Plan, nodeTypes } from './tree-program.ts';

/** What the bodies of trees need. */
export interface Grove {
  readonly history: History;
  /** Opens when bodies that hold or ignore are to end. */
  readonly gate: Promise<void>;
  /** A body was given a child. */
  spawned(task: TaskHandle): void;
}

const rules = {
  plain: {},
  firm: { cancelable: false },
  retried: { retry: { maxAttempts: 3, backoff: after(10) } },
  timed: { timeoutMs: 50, retry: { maxAttempts: 2, backoff: after(10) } },
  deadlined: { deadlineMs: 100, retry: { maxAttempts: 2, backoff: after(10) } },
};

async function end(plan: Plan, { signal }: BodyContext<Node>, { gate }: Grove): Promise<void> {
  if (plan.end === 'throws') throw new TypeError('It failed.');
  if (plan.end === 'ignores') await gate;
  if (plan.end !== 'holds') return;
  const aborted = new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener('abort', resolve, { once: true });
  });
  await Promise.race([gate, aborted]);
  signal.throwIfAborted();
}

async function follow(
  plan: Plan,
  context: BodyContext<Node>,
  grove: Grove,
  types: Definitions,
): Promise<void> {
  const { task, sleep } = context;
  const children: TaskHandle[] = [];
  for (const { node, name, weight, detached } of plan.children) {
    const named = name === undefined ? {} : { name: `${name} ${node.type} ${detached}` };
    const options = { weight, detached, ...named };
    const child = await task.spawn(types[node.type] as never, node as never, options);
    grove.spawned(child);
    // One that waits for a detached child keeps its slot: with a single one, both would wait for ever.
    if (!detached) children.push(child);
  }
  for (const percent of plan.reports) task.updateProgress(percent);
  if (plan.workMs > 0) await sleep(plan.workMs);
  if (plan.awaits === 'results') await Promise.all(children.map((child) => child.result()));
  if (plan.awaits === 'outcomes') await Promise.allSettled(children.map((child) => child.result()));
  await end(plan, context, grove);
}

type Definitions = Readonly<Record<Node['type'], AnyTaskDefinition>>;

/** The types of tasks of a tree, as one supervisor knows them. */
export function treeDefinitions(by: number, grove: Grove): Definitions {
  const { history } = grove;
  async function run(context: BodyContext<Node>): Promise<string> {
    const { key } = context.task;
    const enteredAt = history.tick(`body by ${by}: ${history.name(key)} enters attempt ${context.attempt}`);
    const run: BodyRun = { by, key, enteredAt, aborts: [] };
    history.bodies.push(run);
    context.signal.addEventListener('abort', () => {
      run.aborts.push((context.signal.reason as Error).name);
      history.tick(`body by ${by}: ${history.name(key)} is aborted with ${run.aborts.at(-1)}`);
    });
    try {
      const { plans } = context.input;
      const plan = plans[Math.min(context.attempt, plans.length) - 1];
      if (plan) await follow(plan, context, grove, types);
      return 'done';
    } finally {
      run.leftAt = history.tick(`body by ${by}: ${history.name(key)} leaves`);
    }
  }
  const types: Definitions = Object.fromEntries(
    nodeTypes.map((type) => [
      type,
      defineTask({ type, graceMs: 30, ...rules[type], run }) as AnyTaskDefinition,
    ]),
  ) as unknown as Definitions;
  return types;
}
