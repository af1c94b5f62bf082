import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type RecordFilter,
  type RecordStore,
  createSupervisor,
  defineTask,
  memoryStore,
} from '../../src/index.ts';
import { newest } from '../../src/cli/newest.ts';

const one = defineTask({ type: 'one', run() {} });
const two = defineTask({ type: 'two', run() {} });
const never = Number.POSITIVE_INFINITY;

/** Tasks of these types, in this order, of which those are gone that are canceled here: holes in the order of creation. */
async function filled(types: readonly ('one' | 'two' | 'gone')[]): Promise<RecordStore> {
  const store = memoryStore();
  await using supervisor = await createSupervisor({ tasks: [one, two], store, run: false });
  for (const type of types) {
    const task = await supervisor.submit(type === 'two' ? two : one);
    if (type === 'gone') await task.cancel();
  }
  const keep = { maxCount: never, maxAgeMs: never };
  const gone = { maxCount: 0, maxAgeMs: 0 };
  await store.records.prune({
    now: Date.now(),
    success: keep,
    error: gone,
    minAgeMs: 0,
    recent: gone,
    limit: 1_000,
  });
  return store.records;
}

test('pages from the newest on are the order of creation read backwards, whatever is missing in it', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom('one' as const, 'two' as const, 'gone' as const), { maxLength: 60 }),
      fc.constantFrom<RecordFilter>({}, { types: ['two'] }, { states: ['queued'], types: ['one'] }),
      fc.integer({ min: 1, max: 9 }),
      async (types, filter, limit) => {
        const records = await filled(types);
        const all = await records.query({ filter, after: 0, limit: 1_000 });
        const found: string[] = [];
        for (let before = never; ;) {
          const page = await newest(records, filter, { before, limit });
          found.push(...page.map(({ key }) => key));
          if (page.length < limit) break;
          before = page.at(-1)?.order ?? 0;
        }
        expect(found).toEqual(all.map(({ key }) => key).toReversed());
      },
    ),
    { numRuns: 40 },
  );
});

test('a page costs a page, however many tasks there are', async () => {
  const records = await filled(Array.from({ length: 3_000 }, (_, n) => (n % 100 === 0 ? 'two' : 'one')));
  let [questions, rows] = [0, 0];
  const counting: RecordStore = Object.assign(Object.create(records) as RecordStore, {
    query: async (query: Parameters<RecordStore['query']>[0]) => {
      const found = await records.query(query);
      questions += 1;
      rows += found.length;
      return found;
    },
  });
  expect(await newest(counting, {}, { limit: 20 })).toHaveLength(20);
  expect([questions < 40, rows < 60]).toEqual([true, true]);
  [questions, rows] = [0, 0];
  // One in a hundred: each is found by halving what is left.
  expect(await newest(counting, { types: ['two'] }, { limit: 5 })).toHaveLength(5);
  expect([questions < 150, rows < 150]).toEqual([true, true]);
});
