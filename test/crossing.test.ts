import { expect, test } from 'vitest';
import { type BodyContext, defineTask } from '../src/index.ts';
import { gatedStore } from './support/gated-store.ts';
import { heldBody } from './support/held-body.ts';
import { quiet } from './support/quiet.ts';
import { world } from './support/world.ts';

/** A parent whose body has returned, and whose child still runs. */
async function family() {
  const store = gatedStore();
  const child = heldBody({ type: 'child' });
  const parent = defineTask({
    type: 'parent',
    async run({ task }: BodyContext) {
      await task.spawn(child.definition, 'in');
      return 'done';
    },
  });
  const at = await world({ tasks: [parent, child.definition], store });
  const task = await at.supervisor.submit(parent);
  const run = await child.started();
  await quiet();
  return { ...at, store, task, run };
}

async function endWhile(method: 'read' | 'commit') {
  await using at = await family();
  at.store.hold(method);
  const asking = method === 'read' ? at.task.setState('success') : at.task.setDescription('x');
  asking.catch(() => {});
  await quiet();
  expect(at.store.held).toBeGreaterThan(0);
  at.run.resolve('out');
  await quiet();
  at.store.release();
  await quiet();
  return await at.task.info();
}

test('the end of the last child is not lost on a parent whose commit is on its way', async () => {
  expect(await endWhile('commit')).toMatchObject({ state: 'success', result: 'done' });
});

test('the end of the last child is not lost on a parent that is being read', async () => {
  expect(await endWhile('read')).toMatchObject({ state: 'success', result: 'done' });
});
