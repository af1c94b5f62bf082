// Checked by the compiler alone: what is inferred from a definition, and what does not compile.
import * as v from 'valibot';
import { expectTypeOf } from 'vitest';
import { z } from 'zod';
import {
  type BodyContext,
  type BodyTask,
  type Supervisor,
  type TaskDefinition,
  type TaskHandle,
  type TaskInfo,
  defineTask,
} from '../../src/index.ts';

declare const supervisor: Supervisor;

const path = z.object({ path: z.string(), width: z.coerce.number().default(100) });
const bytes = z.object({ bytes: z.number() });

export async function fromZod() {
  const thumbnail = defineTask({
    type: 'image.thumbnail',
    input: path,
    result: bytes,
    run({ input, signal, attempt, sleep, task }) {
      expectTypeOf(input).toEqualTypeOf<{ path: string; width: number }>();
      expectTypeOf(signal).toEqualTypeOf<AbortSignal>();
      expectTypeOf(attempt).toEqualTypeOf<number>();
      expectTypeOf(sleep).toEqualTypeOf<(ms: number) => Promise<void>>();
      expectTypeOf(task.key).toEqualTypeOf<string>();
      return { bytes: input.width };
    },
  });
  const task = await supervisor.submit(thumbnail, { path: 'a.png' });
  expectTypeOf(task).toEqualTypeOf<TaskHandle<{ bytes: number }>>();
  expectTypeOf(await task.result()).toEqualTypeOf<{ bytes: number }>();
  expectTypeOf(await task.ended()).toEqualTypeOf<TaskInfo<{ bytes: number }>>();
  expectTypeOf(await task.cancel()).toEqualTypeOf<'canceled' | 'requested' | 'alreadyRequested'>();
  for await (const info of task.watch())
    expectTypeOf(info.result).toEqualTypeOf<{ bytes: number } | undefined>();
  // What the schema takes, not what it gives, is submitted.
  await supervisor.submit(thumbnail, { path: 'a.png', width: '7' });
  expectTypeOf(await supervisor.task('key', thumbnail)).toEqualTypeOf<TaskHandle<{ bytes: number }>>();
  expectTypeOf(await supervisor.task('key')).toEqualTypeOf<TaskHandle>();

  // @ts-expect-error the input lacks its path
  await supervisor.submit(thumbnail, {});
  // @ts-expect-error the path is no text
  await supervisor.submit(thumbnail, { path: 7 });
  // @ts-expect-error there is no input
  await supervisor.submit(thumbnail);
  // @ts-expect-error the options are not the input
  await supervisor.submit(thumbnail, { priority: 1 });
  // @ts-expect-error a misspelt option
  await supervisor.submit(thumbnail, { path: 'a.png' }, { prio: 1 });
  // @ts-expect-error a priority is a number
  await supervisor.submit(thumbnail, { path: 'a.png' }, { priority: 'high' });
  // @ts-expect-error no such member in the result
  void (await task.result()).width;
}

export async function fromZodTransforms() {
  const count = defineTask({
    type: 'count',
    input: z.string().transform((text) => text.length),
    result: z.number().transform((count) => `${count}`),
    run({ input }) {
      expectTypeOf(input).toEqualTypeOf<number>();
      return input;
    },
  });
  expectTypeOf(await (await supervisor.submit(count, 'text')).result()).toEqualTypeOf<string>();
  // @ts-expect-error the schema takes a text
  await supervisor.submit(count, 7);

  defineTask({
    type: 'wrong result',
    // @ts-expect-error the schema of the result takes { bytes }
    result: bytes,
    run: () => ({ pages: 1 }),
  });
}

export async function fromValibot() {
  const resize = defineTask({
    type: 'image.resize',
    input: v.object({ path: v.string(), width: v.optional(v.number(), 100) }),
    result: v.pipe(
      v.number(),
      v.transform((size) => ({ size })),
    ),
    run({ input }) {
      expectTypeOf(input).toEqualTypeOf<{ path: string; width: number }>();
      return input.width;
    },
  });
  expectTypeOf(await (await supervisor.submit(resize, { path: 'a.png' })).result()).toEqualTypeOf<{
    size: number;
  }>();
  // @ts-expect-error the width is a number
  await supervisor.submit(resize, { path: 'a.png', width: '7' });
}

export async function withoutSchemas() {
  const double = defineTask({ type: 'double', run: ({ input }: BodyContext<number>) => input * 2 });
  expectTypeOf(double).toEqualTypeOf<TaskDefinition<number, number>>();
  expectTypeOf(await (await supervisor.submit(double, 21)).result()).toEqualTypeOf<number>();
  // @ts-expect-error a number is missing
  await supervisor.submit(double);
  // @ts-expect-error it takes a number
  await supervisor.submit(double, '21');

  const nothing = defineTask({ type: 'nothing', run() {} });
  expectTypeOf(await (await supervisor.submit(nothing)).result()).toEqualTypeOf<void>();
  await supervisor.submit(nothing, undefined, { priority: 1 });

  const later = defineTask({ type: 'later', run: async () => 'text' });
  expectTypeOf(await (await supervisor.submit(later)).result()).toEqualTypeOf<string>();

  const optional = defineTask({
    type: 'optional',
    run: ({ input }: BodyContext<number | undefined>) => input,
  });
  await supervisor.submit(optional);
  await supervisor.submit(optional, 7);
  // @ts-expect-error neither a number nor nothing
  await supervisor.submit(optional, 'seven');

  const inputOnly = defineTask({ type: 'input', input: path, run: ({ input }) => input.path });
  expectTypeOf(inputOnly).toEqualTypeOf<TaskDefinition<z.input<typeof path>, string>>();

  const resultOnly = defineTask({
    type: 'result',
    result: bytes,
    run: ({ input }: BodyContext<string>) => ({ bytes: +input }),
  });
  expectTypeOf(resultOnly).toEqualTypeOf<TaskDefinition<string, { bytes: number }>>();
}

export function wrongDefinitions() {
  // @ts-expect-error it has no run
  defineTask({ type: 'x' });
  // @ts-expect-error it has no type
  defineTask({ run() {} });
  // @ts-expect-error a type is a text
  defineTask({ type: 7, run() {} });
  // @ts-expect-error graceMs is a number
  defineTask({ type: 'x', graceMs: '5s', run() {} });
  // @ts-expect-error a misspelt option
  defineTask({ type: 'x', cancellable: true, run() {} });
  // @ts-expect-error an input schema is a Standard Schema
  defineTask({ type: 'x', input: { path: 'string' }, run() {} });
  // @ts-expect-error a definition is not to be changed
  defineTask({ type: 'x', run() {} }).type = 'y';
}

export function checkpoints() {
  defineTask({
    type: 'pages',
    checkpoint: z.object({ page: z.number().default(0) }),
    async run({ checkpoint, task }) {
      expectTypeOf(checkpoint).toEqualTypeOf<{ page: number } | undefined>();
      await task.saveCheckpoint({ page: 7 });
      await task.saveCheckpoint({});
      // @ts-expect-error a page is a number
      await task.saveCheckpoint({ page: '7' });
    },
  });
}

/** A recursive definition needs its result written out, and nothing else. */
export const folder: TaskDefinition<string, number> = defineTask({
  type: 'folder',
  async run({ input, task }: BodyContext<string>): Promise<number> {
    const child = await task.spawn(folder, `${input}/a`);
    return 1 + (await child.result());
  },
});

export async function insideABody(task: BodyTask) {
  expectTypeOf(await task.info()).toEqualTypeOf<TaskInfo>();
  expectTypeOf(task.updateProgress(1)).toEqualTypeOf<PromiseLike<void>>();
  expectTypeOf(await task.cancel()).toEqualTypeOf<'canceled' | 'requested' | 'alreadyRequested'>();
  // @ts-expect-error awaiting one's own end would hang
  await task.result();
  // @ts-expect-error awaiting one's own end would hang
  await task.ended();
  // @ts-expect-error awaiting one's own end would hang
  task.watch();
  // @ts-expect-error the state of a submitted task is its supervisor's to set
  await task.setState('success');
  // @ts-expect-error a report is a number
  task.updateProgress('40');
  // @ts-expect-error a report that need not be awaited is no whole promise
  task.updateProgress(40).catch(() => {});
  // @ts-expect-error a handle does not become a body's task
  expectTypeOf<TaskHandle>().toExtend<BodyTask>();
}
