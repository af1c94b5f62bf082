import { type Supervisor, type BodyContext, createSupervisor, defineTask } from '../../src/index.ts';
import { Chance } from '../soak/chance.ts';
import type { Say, Surroundings } from './records.ts';

export const resultOf = (input: string) => `done: ${input}`;

const quick = defineTask({ type: 'quick', run: ({ input }: BodyContext<string>) => resultOf(input) });

/** Runs until it is canceled. */
const held = defineTask({
  type: 'held',
  async run({ input, sleep }: BodyContext<string>) {
    await sleep(600_000);
    return resultOf(input);
  },
});

/** The same task, in the process that comes back: nobody is there to cancel it. */
const released = defineTask({ type: 'held', run: ({ input }: BodyContext<string>) => resultOf(input) });

/** What a supervisor has to know that takes up what was left. */
export const definitions = [quick, released];

async function hold(supervisor: Supervisor, say: Say, input: string): Promise<void> {
  const task = await supervisor.submit(held, input);
  say('submitted', task.key, input);
  for await (const { state } of task.watch()) if (state === 'running') break;
  say('running', task.key);
  await task.cancel();
  say('canceled', task.key);
  const { state } = await task.ended();
  say('ended', task.key, state);
}

async function use(
  supervisor: Supervisor,
  say: Say,
  chance: Chance,
  client: string,
  limit: number,
): Promise<void> {
  for (let number = 1; number < limit; number += 1) {
    const input = `${client} ${number}${'x'.repeat(chance.below(500))}`;
    if (chance.percent(20)) {
      await hold(supervisor, say, input);
      continue;
    }
    const task = await supervisor.submit(quick, input);
    say('submitted', task.key, input);
    // Some go on without waiting, so that tasks are queued when the power fails.
    if (chance.percent(30)) continue;
    const { state } = await task.ended();
    say('ended', task.key, state);
  }
}

/** A whole supervisor, used by several clients at once. */
export async function runTasks({ open, say, chance, limit }: Surroundings): Promise<void> {
  await using store = open();
  await using supervisor = await createSupervisor({ tasks: [quick, held], store, concurrency: 3 });
  const clients = ['ann', 'bob', 'cid'];
  await Promise.all(clients.map((client) => use(supervisor, say, new Chance(chance.seed()), client, limit)));
}
