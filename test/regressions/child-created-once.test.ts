import { expect, test } from 'vitest';
import { type BodyContext, defineTask } from '../../src/index.ts';
import { world } from '../support/world.ts';

test('of a named child is told once that it was created', async () => {
  const child = defineTask({ type: 'child', run: () => Promise.resolve() });
  const parent = defineTask({
    type: 'parent',
    run: async ({ task }: BodyContext<void>) => {
      await task.spawn(child, undefined, { name: 'one' });
    },
  });
  await using scene = await world({ tasks: [parent, child] });
  const events = scene.supervisor.events();
  const { key } = await scene.supervisor.submit(parent);
  await (await scene.supervisor.task(key)).ended();
  const created: string[] = [];
  for await (const event of events) {
    if (event.kind !== 'changed') continue;
    if (event.event === 'CREATE') created.push(event.key);
    if (event.key === key && event.event === 'CHILDREN_ENDED') break;
  }
  expect(created).toHaveLength(2);
  expect(new Set(created).size).toBe(2);
});
