import { expect, test } from 'vitest';
import { createSupervisor, isFault, memoryStore } from '../../src/index.ts';
import { seen } from '../properties/seen-store.ts';

test('tasks() asks a store again that refuses for a moment, as info() and submit() do', async () => {
  const inner = memoryStore();
  let isDown = false;
  const store = seen(inner, {
    query: async (query) => {
      if (!isDown) return inner.records.query(query);
      isDown = false;
      throw new Error('busy');
    },
  });
  await using supervisor = await createSupervisor({ tasks: [], store });
  isDown = true;
  const read = async () => {
    for await (const _info of supervisor.tasks());
  };
  const error = await read().catch((reason: unknown) => reason);
  expect(error === undefined || isFault(error)).toBe(true); // got Error: busy, the store's own
});
