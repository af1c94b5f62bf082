import { describe, expect, test } from 'vitest';
import { type BodyContext, type TaskDefinition, defineTask } from '../src/index.ts';
import { faultOf } from './support/fault.ts';
import { quiet, settled, standing } from './support/quiet.ts';
import { type Validate, schemaOf } from './support/schema.ts';
import { world } from './support/world.ts';

async function ending(definition: TaskDefinition<unknown, unknown>, input?: unknown) {
  const at = await world({ tasks: [definition] });
  const task = await at.supervisor.submit(definition, input);
  const info = await task.ended();
  return { ...at, task, info };
}

const trap = (): never => {
  throw new Error('the getter threw');
};

describe('a result', () => {
  test('that its schema refuses is InvalidArgument, with its issues', async () => {
    const result = schemaOf(() => ({ issues: [{ message: 'is too small', path: ['bytes'] }] }));
    await using at = await ending(defineTask({ type: 'r', result, run: () => ({ bytes: 1 }) as never }));
    expect(at.info).toMatchObject({
      state: 'error',
      error: { fault: { name: 'InvalidArgument', invalidProperty: 'result.bytes' } },
    });
    expect(at.info).not.toHaveProperty('result');
    expect(await faultOf(at.task.result())).toMatchObject({
      issues: [{ message: 'is too small', path: ['bytes'] }],
    });
  });

  test('is what its schema makes of it', async () => {
    const result = schemaOf((value) => ({ value: String(value) }));
    await using at = await ending(defineTask({ type: 'r', result, run: () => 7 as never }));
    expect(at.info).toMatchObject({ state: 'success', result: '7' });
  });

  test.for<[string, unknown]>([
    ['a function', () => {}],
    ['a symbol', Symbol('s')],
    ['an instance of a class', new (class Page {})()],
    ['an object that holds one', { pages: [new WeakMap()] }],
    [
      'an object whose getter throws',
      {
        get x() {
          return trap();
        },
      },
    ],
  ])('that is %s is InvalidArgument', async ([, value]) => {
    await using at = await ending(defineTask({ type: 'r', run: () => value }));
    expect(at.info).toMatchObject({
      state: 'error',
      error: { fault: { name: 'InvalidArgument', invalidProperty: 'result' } },
    });
    expect((await faultOf(at.task.result())).message).toMatch(/^Expected result\S* to be data/);
  });

  test('is a fresh copy on every reading, and carries what JSON does not', async () => {
    const value = {
      when: new Date(7),
      ids: new Set([1n]),
      by: new Map([['a', undefined]]),
      bytes: new Uint8Array([1]),
    };
    await using at = await ending(defineTask({ type: 'r', run: () => value }));
    const [first, second] = [await at.task.result(), await at.task.result()] as [typeof value, typeof value];
    expect(first).toEqual(value);
    first.ids.clear();
    expect(second).toEqual(value);
    expect(await at.task.info()).toMatchObject({ result: value });
  });
});

describe('a schema of the input', () => {
  const withInput = (validate: Validate) =>
    defineTask({ type: 'i', input: schemaOf(validate), run: ({ input }: BodyContext<unknown>) => input });

  test('is asked at submit, and again by each attempt, for the input as it was submitted', async () => {
    const asked: unknown[] = [];
    await using at = await ending(
      withInput((value) => ({ value: asked.push(value) })),
      'in',
    );
    expect(asked).toEqual(['in', 'in']);
    expect(at.info).toMatchObject({ result: 2 });
  });

  test.for<[string, Validate, string]>([
    ['refuses', () => ({ issues: [{ message: 'no' }] }), 'InvalidArgument'],
    ['throws', trap, 'SystemError'],
    ['rejects', () => Promise.reject(new Error('no')), 'SystemError'],
  ])('that %s refuses the submit, and leaves nothing behind', async ([, validate, name]) => {
    const definition = withInput(validate);
    await using at = await world({ tasks: [definition] });
    const fault = await faultOf(at.supervisor.submit(definition, 1));
    expect(fault.name).toBe(name);
    expect(await Array.fromAsync(at.supervisor.tasks())).toEqual([]);
  });

  test.for<[string, Validate, string]>([
    ['refuses', () => ({ issues: [{ message: 'no' }] }), 'InvalidArgument'],
    ['throws', trap, 'SystemError'],
    ['rejects', () => Promise.reject(new Error('no')), 'SystemError'],
  ])('that %s only later ends the task', async ([, validate, name]) => {
    let calls = 0;
    const definition = withInput((value) => ((calls += 1) === 1 ? { value } : validate(value)));
    await using at = await ending(definition, 1);
    expect(at.info).toMatchObject({ state: 'error', error: { fault: { name } }, attempt: 1 });
  });

  test('that answers later is waited for', async () => {
    await using at = await ending(
      withInput(async (value) => ({ value })),
      7,
    );
    expect(at.info).toMatchObject({ result: 7 });
  });

  test('that hangs in an attempt keeps the slot, as the code of a body does', async () => {
    let calls = 0;
    const hang = () => new Promise<never>(() => {});
    const definition = withInput((value) => ((calls += 1) === 1 ? { value } : hang()));
    await using at = await world({ tasks: [definition], concurrency: 1 });
    const task = await at.supervisor.submit(definition, 1);
    await quiet();
    expect(await task.cancel()).toBe('requested');
    expect(await standing(task.ended())).toBe('pending');
    expect(at.supervisor.actor.getSnapshot().context).toMatchObject({ slots: 1 });
  });

  test('that hangs at submit keeps the caller waiting until the supervisor stops, and no longer', async () => {
    const definition = withInput(() => new Promise<never>(() => {}));
    const at = await world({ tasks: [definition] });
    const submitting = at.supervisor.submit(definition, 1);
    submitting.catch(() => {});
    expect(await standing(submitting)).toBe('pending');
    await at.supervisor.stop();
    expect(await settled(submitting)).toMatchObject({ name: 'SupervisorStopped' });
  });

  test('that gives neither a value nor issues is a fault that says so', async () => {
    const definition = withInput(() => undefined as never);
    await using at = await world({ tasks: [definition] });
    await faultOf(at.supervisor.submit(definition, 1));
  });
});
