// Checked by the compiler alone: what a body may save, and what its children are.
import { expectTypeOf } from 'vitest';
import { z } from 'zod';
import { type BodyContext, type TaskDefinition, type TaskHandle, defineTask } from '../../src/index.ts';

const counted = defineTask({
  type: 'counted',
  input: z.object({ from: z.string().transform(Number) }),
  run: ({ input }) => input.from + 1,
});
const plain = defineTask({ type: 'plain', run: () => 'text' });

/** A checkpoint without a schema is not known. */
export const unknownCheckpoint = defineTask({
  type: 'unknown',
  async run({ checkpoint, task }) {
    expectTypeOf<typeof checkpoint>().toEqualTypeOf<unknown>();
    await task.saveCheckpoint({ anything: 1 });
  },
});

/** One with a schema is saved as the schema takes it, and given as the schema makes it. */
export const paged = defineTask({
  type: 'paged',
  checkpoint: z.object({ page: z.string().transform(Number) }),
  async run({ checkpoint, task }) {
    expectTypeOf<typeof checkpoint>().toEqualTypeOf<{ page: number } | undefined>();
    await task.saveCheckpoint({ page: '7' });
    // @ts-expect-error -- a page is saved as a text
    await task.saveCheckpoint({ page: 7 });
    // @ts-expect-error -- a checkpoint has a page
    await task.saveCheckpoint();
    return checkpoint?.page ?? 0;
  },
});
expectTypeOf<typeof paged>().toEqualTypeOf<TaskDefinition<unknown, number>>();

export const parent = defineTask({
  type: 'parent',
  async run({ task }: BodyContext) {
    const child = await task.spawn(counted, { from: '1' }, { name: 'one', weight: 2, detached: false });
    expectTypeOf<typeof child>().toEqualTypeOf<TaskHandle<number>>();
    expectTypeOf<Awaited<ReturnType<typeof child.result>>>().toEqualTypeOf<number>();
    // @ts-expect-error -- it is given as the schema takes it
    await task.spawn(counted, { from: 1 });
    // @ts-expect-error -- it needs an input
    await task.spawn(counted);
    // @ts-expect-error -- a child cannot be idempotent by a key
    await task.spawn(counted, { from: '1' }, { idempotencyKey: 'one' });
    const other = await task.spawn(plain);
    expectTypeOf<typeof other>().toEqualTypeOf<TaskHandle<string>>();

    const results = await task.spawnAll(counted, [{ from: '1' }]);
    expectTypeOf<typeof results>().toEqualTypeOf<number[]>();
    const canceled = await task.spawnAll(counted, [{ from: '1' }], { onFailure: 'cancelSiblings' });
    expectTypeOf<typeof canceled>().toEqualTypeOf<number[]>();
    const outcomes = await task.spawnAll(counted, [{ from: '1' }], { onFailure: 'ignore' });
    expectTypeOf<typeof outcomes>().toEqualTypeOf<PromiseSettledResult<number>[]>();
    // @ts-expect-error -- there are three policies
    await task.spawnAll(counted, [{ from: '1' }], { onFailure: 'explode' });
    // @ts-expect-error -- each input is one of the definition's
    await task.spawnAll(counted, [{ from: 1 }]);

    // @ts-expect-error -- a body does not wait for its own end
    task.result();
    // @ts-expect-error -- a body does not wait for its own end
    task.ended();
  },
});

/** The inputs of a list are those of `each`. */
export const eachInput = defineTask({
  type: 'each',
  run: ({ task }) =>
    task.spawnAll(counted, [{ from: '1' }], { each: ({ from }: { from: string }) => ({ name: from }) }),
});
