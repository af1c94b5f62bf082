// What the tests of the command line run: bodies that do what a test tells them, over the socket in `TASKCHART_STAGE`.
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { type BodyContext, defineTask } from '../../src/index.ts';

/** What a test tells a body. */
export type Order =
  | { readonly do: 'describe'; readonly text: string }
  | { readonly do: 'log'; readonly text: string }
  | { readonly do: 'print'; readonly text: string }
  | { readonly do: 'progress'; readonly percent: number }
  | { readonly do: 'return'; readonly value?: unknown }
  | { readonly do: 'spawn'; readonly entities: readonly string[] }
  | { readonly do: 'throw'; readonly message: string }
  /** It ends as its signal says. */
  | { readonly do: 'obey' };

/** What a body says. */
export type Word =
  | { readonly said: 'started'; readonly key: string; readonly entity?: string; readonly input: unknown }
  | { readonly said: 'aborted'; readonly reason: string }
  | { readonly said: 'done' };

async function play({ input, signal, task }: BodyContext): Promise<unknown> {
  const socket = connect(process.env['TASKCHART_STAGE'] ?? '');
  // An abort may come when the body has said its last word.
  const say = (word: Word) => void (socket.writable && socket.write(`${JSON.stringify(word)}\n`));
  const { key, entity } = await task.info();
  signal.addEventListener('abort', () => say({ said: 'aborted', reason: (signal.reason as Error).name }));
  say({ said: 'started', key, input, ...(entity === undefined ? {} : { entity }) });
  try {
    for await (const line of createInterface({ input: socket })) {
      const order = JSON.parse(line) as Order;
      if (order.do === 'return') return order.value;
      if (order.do === 'throw') throw new Error(order.message);
      if (order.do === 'obey') signal.throwIfAborted();
      if (order.do === 'describe') await task.setDescription(order.text);
      if (order.do === 'log') task.log(order.text);
      if (order.do === 'print') process.stdout.write(order.text);
      if (order.do === 'progress') await task.updateProgress(order.percent);
      if (order.do === 'spawn')
        for (const name of order.entities) await task.spawn(part, undefined, { name, entity: name });
      say({ said: 'done' });
    }
    return undefined;
  } finally {
    socket.end();
  }
}

export const part = defineTask({ type: 'part', graceMs: 1, run: (context: BodyContext) => play(context) });
export const whole = defineTask({ type: 'whole', graceMs: 1, run: (context: BodyContext) => play(context) });
export const fixed = defineTask({
  type: 'fixed',
  cancelable: false,
  run: (context: BodyContext) => play(context),
});
/** Tries again after so long that nobody waits for it. */
export const failing = defineTask({
  type: 'failing',
  graceMs: 1,
  retry: { maxAttempts: 3, backoff: { kind: 'custom', delayMs: () => 3_600_000 } },
  run: (context: BodyContext) => play(context),
});
export const twice = defineTask({
  type: 'twice',
  input: z.object({ count: z.number() }),
  run: ({ input }) => ({ count: input.count * 2 }),
});
export const text = defineTask({ type: 'text', run: () => 'a \u001B[31mred\u0007 text\nof two lines' });
export const big = defineTask({
  type: 'big',
  run: () => ({ size: 2n ** 64n, names: new Map([['a', new Set([1])]]), at: new Date(0) }),
});
