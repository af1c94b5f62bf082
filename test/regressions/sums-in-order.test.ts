import { expect, test } from 'vitest';
import { type BodyContext, defineTask, memoryStore } from '../../src/index.ts';
import { heldBody } from '../support/held-body.ts';
import { quiet } from '../support/quiet.ts';
import { world } from '../support/world.ts';

// Found by random trees, while two batches could be about the children of one parent: the one that was sent first was
// done last, and what the other had left of the sums was taken for newer.
test('a parent waits for a child whose creation was refused for a moment, while another child ended', async () => {
  const store = memoryStore();
  const commit = store.records.commit.bind(store.records);
  let isRefusing = false;
  store.records.commit = async (groups, ...rest) => {
    const isSpawn = groups.flat().some((write) => write.kind === 'insert');
    if (!isSpawn || !isRefusing) return commit(groups, ...rest);
    isRefusing = false;
    throw new Error('Not now.');
  };
  const child = heldBody({ type: 'child' });
  const second = Promise.withResolvers<void>();
  const parent = defineTask({
    type: 'parent',
    async run({ task }: BodyContext) {
      // Else each change of its children would be a step of its own, whose commit tells the sums anew.
      await task.updateProgress(1);
      await task.spawn(child.definition, 'first');
      await second.promise;
      await task.spawn(child.definition, 'second');
    },
  });
  await using at = await world({ tasks: [parent, child.definition], store });
  const task = await at.supervisor.submit(parent);
  const first = await child.started(0);
  isRefusing = true;
  second.resolve();
  await quiet();
  first.resolve();
  await at.clock.advance(1_000);
  await child.started(1);
  expect((await task.info()).state).toBe('running');
  child.runs[1]?.resolve();
  expect((await task.ended()).state).toBe('success');
});
