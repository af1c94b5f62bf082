import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TaskRecord, Write } from '../../src/index.ts';
import { sqliteStore } from '../../src/stores/sqlite.ts';
import { seed } from '../properties/checking.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { insert, next, queued, replace, start } from '../../src/testing/store-contract/samples.ts';

type Life = TaskRecord['life'];

const moment = fc.option(fc.nat(), { nil: undefined });
/** Counts and moments, and what is neither. No count is minus zero: it is kept as zero. */
const number = fc
  .oneof(fc.integer(), fc.double(), fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY))
  .filter((value) => !Object.is(value, -0));
/** Some as long as no row keeps them, some that no column can hold as they are. */
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', '\0', '\ud800', '\u0001', '"', 'x'.repeat(5_000), '\ud800'.repeat(5_000)),
);
const attempt = fc.record(
  {
    startedAt: number,
    endedAt: number,
    error: fc.option(fc.record({ fault: fc.string(), message: text }, { noNullPrototype: true }), {
      nil: undefined,
    }),
  },
  { noNullPrototype: true },
);

/** Anything that a life may be, and more: members of a later version included. */
const lives: fc.Arbitrary<Partial<Life>> = fc.record(
  {
    cancelled: fc.boolean(),
    cancelable: fc.boolean(),
    fence: fc.nat(),
    worker: fc.option(text, { nil: undefined }),
    lost: number,
    attempts: fc.array(attempt as fc.Arbitrary<never>, { maxLength: 3 }),
    queuedAt: number,
    startedAt: moment,
    progress: fc.option(number, { nil: undefined }),
    checkpoint: fc.option(text, { nil: undefined }),
    customValue: fc.option(fc.dictionary(fc.string(), text, { noNullPrototype: true }), { nil: undefined }),
    result: fc.option(text, { nil: undefined }),
    ofLater: fc.anything({ withDate: true, withMap: true, withBigInt: true, maxDepth: 2 }),
  } as never,
  { requiredKeys: [], noNullPrototype: true },
);

interface Step {
  readonly creation: Partial<TaskRecord['creation']>;
  readonly first: Partial<Life>;
  readonly after: Partial<Life>;
  /** What nobody can keep. */
  readonly isUnfit: boolean;
}

const steps: fc.Arbitrary<Step> = fc.record({
  creation: fc.record(
    { input: text, entity: text, changeTag: text },
    { requiredKeys: [], noNullPrototype: true },
  ),
  first: lives,
  after: lives,
  isUnfit: fc.integer({ min: 0, max: 5 }).map((chance) => chance === 0),
});

const unfit = { customValue: { it: (() => {}) as never } };

describe('a file', { timeout: 120_000 }, () => {
  test('gives each record back as it was given, whatever stands in it and beside whom it comes', async () => {
    using folder = temporaryFolder();
    await using store = sqliteStore(folder.file('tasks.db'), { synchronous: 'normal' });
    const { records } = store;
    let keys = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(steps, { minLength: 1, maxLength: 12 }), async (given) => {
        const firsts = given.map(({ creation, first }) => queued(`${(keys += 1)}`, creation, first));
        const read = () => records.read(firsts.map(({ key }) => key));
        const commit = (writes: readonly Write[]) =>
          records.commit(
            writes.map((write) => [write]),
            'worker',
            start,
          );
        await commit(firsts.map(insert));
        const seen = await read();
        const orders = seen.map((record) => record?.order ?? 0);
        expect(seen).toStrictEqual(firsts.map((record, at) => ({ ...record, order: orders[at] })));
        const thens = given.map(({ after, isUnfit }, at) =>
          next(seen[at] as TaskRecord, 'running.active', isUnfit ? unfit : after),
        );
        const verdicts = await commit(thens.map((record, at) => replace(seen[at] as TaskRecord, record)));
        const expected = given.map(({ isUnfit }, at) => (isUnfit ? seen[at] : thens[at]));
        expect(verdicts.map(({ ok }) => !ok)).toStrictEqual(given.map(({ isUnfit }) => isUnfit));
        expect(await read()).toStrictEqual(expected);
      }),
      { seed, numRuns: Number(process.env['PROPERTY_RUNS'] ?? 200) },
    );
  });
});
