import { describe, expect, test } from 'vitest';
import { type Store, type TaskFilter, defineTask, memoryStore } from '../src/index.ts';
import { simulatedClock } from '../src/testing/index.ts';
import { faultOf } from './support/fault.ts';
import { heldBody } from './support/held-body.ts';
import { quiet } from './support/quiet.ts';
import { schemaOf } from './support/schema.ts';
import { unhandled } from './support/unhandled.ts';
import { heldWorld, world } from './support/world.ts';

import { expectWhy, huge, saysWhy } from './support/why.ts';

async function everythingOf(store: Store) {
  return [await store.records.counts(), await store.records.query({ filter: {}, after: 0, limit: 1_000 })];
}

describe('nothing is left behind by', () => {
  async function counted() {
    const store = memoryStore();
    const at = await heldWorld({ store });
    const before = await everythingOf(store);
    const unchanged = async () => {
      await quiet();
      expect(await everythingOf(store)).toEqual(before);
      expect(at.body.runs.length).toBe(1);
    };
    return { ...at, unchanged };
  }

  test.for<[string, unknown, string, string?]>([
    ['a priority that is no integer', { priority: 1.5 }, 'priority', '1.5'],
    ['a priority that is NaN', { priority: NaN }, 'priority', 'NaN'],
    ['a negative delay', { delayMs: -1 }, 'delayMs', '-1'],
    ['a delay that is NaN', { delayMs: NaN }, 'delayMs', 'NaN'],
    ['a delay without end', { delayMs: Infinity }, 'delayMs', 'Infinity'],
    ['a delay that is a text', { delayMs: '5' }, 'delayMs', '"5"'],
    ['a startAt that is no time', { startAt: new Date(NaN) }, 'startAt'],
    ['a startAt that is a text', { startAt: '2025-01-01' }, 'startAt'],
    ['both delayMs and startAt', { delayMs: 5, startAt: 7 }, 'delayMs'],
    ['an entity that is no text', { entity: 7 }, 'entity', '7'],
    ['an empty entity', { entity: '' }, 'entity'],
    ['a huge entity', { entity: huge }, 'entity'],
    ['an initiatedBy that is none', { initiatedBy: { kind: 'ghost' } }, 'initiatedBy'],
    ['a misspelt option', { delay: 5 }, 'delay'],
    ['options that are none', 7, 'options', '7'],
    ['options that are null', null, 'options', 'null'],
  ])('a submit with %s', async ([, options, what, got]) => {
    await using at = await counted();
    expectWhy(await faultOf(at.supervisor.submit(at.body.definition, 1, options as never)), what, got);
    await at.unchanged();
  });

  test.for<[string, unknown]>([
    ['a function', () => {}],
    ['a symbol', Symbol('s')],
    ['a promise', Promise.resolve(1)],
    ['an instance of a class', new (class Page {})()],
    ['data that holds a function deep down', { pages: [{ render() {} }] }],
    [
      'an object whose getter throws',
      Object.defineProperty({}, 'x', {
        enumerable: true,
        get: () => {
          throw new Error('no');
        },
      }),
    ],
  ])('a submit with %s as input', async ([, input]) => {
    await using at = await counted();
    expectWhy(await faultOf(at.supervisor.submit(at.body.definition, input)), 'input');
    await at.unchanged();
  });

  test.for<[string, unknown]>([
    ['of another supervisor', heldBody().definition],
    ['that is a text', 'held'],
    ['that is a copy', { ...heldBody().definition }],
  ])('a submit with a definition %s', async ([, definition]) => {
    await using at = await counted();
    expectWhy(await faultOf(at.supervisor.submit(definition as never, 1)), 'definition', 'held');
    await at.unchanged();
  });

  test.for([null, 7])('a submit with %s as definition', async (definition) => {
    await using at = await counted();
    expectWhy(await faultOf(at.supervisor.submit(definition as never, 1)), 'definition', String(definition));
    await at.unchanged();
  });

  test('a submit without a definition', async () => {
    await using rejections = unhandled();
    await using at = await counted();
    expectWhy(await faultOf(at.supervisor.submit(undefined as never, 1)), 'definition', 'undefined');
    await at.unchanged();
    expect(rejections.seen).toEqual([]);
  });

  test.for<[string, unknown, string]>([
    ['no options', undefined, 'options'],
    ['no type', { cancelable: true }, 'type'],
    ['an empty type', { type: '', cancelable: true }, 'type'],
    ['a huge type', { type: huge, cancelable: true }, 'type'],
    ['no cancelable', { type: 'x' }, 'cancelable'],
    ['an owner that is none', { type: 'x', cancelable: true, owner: 'me' }, 'owner'],
    ['a misspelt option', { type: 'x', cancelable: true, entityname: 'x' }, 'entityname'],
    ['a parentTaskKey that is no text', { type: 'x', cancelable: true, parentTaskKey: 7 }, 'parentTaskKey'],
  ])('a createTask with %s', async ([, options, what]) => {
    await using at = await counted();
    expectWhy(await faultOf(at.supervisor.createTask(options as never)), what);
    await at.unchanged();
  });

  test('a parentTaskKey that names no task', async () => {
    await using at = await counted();
    const options = { parentTaskKey: 'no-such-key' };
    await faultOf(at.supervisor.submit(at.body.definition, 1, options), 'ManagedObjectNotFound');
    await faultOf(
      at.supervisor.createTask({ type: 'x', cancelable: true, ...options }),
      'ManagedObjectNotFound',
    );
    await at.unchanged();
  });

  test('a key of another supervisor: it names no task here', async () => {
    await using at = await counted();
    await using other = await heldWorld();
    const fault = await faultOf(at.supervisor.task(other.task.key), 'ManagedObjectNotFound');
    expect(fault).toMatchObject({ obj: other.task.key });
    expect(fault.message).toMatch(saysWhy);
    await at.unchanged();
  });

  test('a key of a task of another type', async () => {
    const other = heldBody({ type: 'other' });
    await using at = await heldWorld({ tasks: [other.definition] });
    const fault = await faultOf(at.supervisor.task(at.task.key, other.definition), 'InvalidArgument');
    expectWhy(fault, 'other', 'held');
  });

  test.for<[string, unknown]>([
    ['a member that is unknown', { stat: 'queued' }],
    ['a list of what is no text', { type: [7] }],
    ['what is no text', { entity: 7 }],
    ['what is no object', 'queued'],
  ])('a filter with %s', async ([, filter]) => {
    await using at = await counted();
    await faultOf(Array.fromAsync(at.supervisor.tasks(filter as TaskFilter)), 'InvalidArgument');
    await at.unchanged();
  });

  test('a filter with a state that is none', async () => {
    await using at = await counted();
    await faultOf(Array.fromAsync(at.supervisor.tasks({ state: 'canceled' as never })), 'InvalidArgument');
  });
});

describe('what is large or late', () => {
  test('10 MB of input come to the body as they are', async () => {
    await using at = await world({ tasks: [] });
    const length = defineTask({ type: 'length', run: ({ input }: { input: string }) => input.length });
    await using big = await world({ tasks: [length], clock: at.clock });
    const task = await big.supervisor.submit(length, 'x'.repeat(10_000_000));
    expect(await task.result()).toBe(10_000_000);
    expect(JSON.stringify(await task.info()).length).toBeLessThan(10_000);
  });

  const late = schemaOf(async (value) => ({ value }));

  test('an input that is changed after the submit is run as it was submitted', async () => {
    await using at = await heldWorld();
    const input = { pages: [1] };
    const submitting = at.supervisor.submit(at.body.definition, input);
    input.pages.push(2);
    await submitting;
    expect((await at.body.started(1)).input).toEqual({ pages: [1] });
  });

  test('an input that is changed while its schema looks at it is run as it was submitted', async () => {
    const definition = defineTask({ type: 'x', input: late, run: ({ input }) => input });
    await using at = await world({ tasks: [definition] });
    const input = { pages: [1] };
    const submitting = at.supervisor.submit(definition, input);
    input.pages.push(2);
    expect(await (await submitting).result()).toEqual({ pages: [1] });
  });

  test('options that are changed while a schema looks at the input count as they were', async () => {
    const definition = defineTask({ type: 'x', input: late, run: () => {} });
    await using at = await world({ tasks: [definition], run: false });
    const options = { priority: 3, entity: 'a' };
    const submitting = at.supervisor.submit(definition, 1, options);
    Object.assign(options, { priority: 4, entity: 'b' });
    expect(await (await submitting).info()).toMatchObject({ priority: 3, entity: 'a' });
  });

  test('a startAt beyond all dates is refused', async () => {
    await using at = await heldWorld();
    for (const options of [{ startAt: 1e300 }, { delayMs: 1e300 }]) {
      expectWhy(
        await faultOf(at.supervisor.submit(at.body.definition, 1, options)),
        Object.keys(options)[0] ?? '',
      );
    }
  });

  test('a fault that has no known name is refused', async () => {
    await using at = await world({ clock: simulatedClock() });
    const task = await at.supervisor.createTask({ type: 'x', cancelable: true });
    for (const fault of ['Nonsense', '', 'toString', 'constructor', new Error('plain'), 7, null]) {
      await faultOf(task.setState('error', { fault: fault as never }), 'InvalidArgument');
    }
    expect(await task.info()).toMatchObject({ state: 'queued', sequence: 1 });
  });

  test('what a reader does to the information that it was given changes nothing', async () => {
    await using at = await heldWorld();
    await at.run.task.setDescription({ key: 'a', message: 'b', arg: { page: 1 } });
    await at.task.setCustomValue('color', 'red');
    at.run.reject(new Error('broken'));
    const info = await at.task.ended();
    const before = structuredClone(info);
    const spoil = (value: unknown) => {
      for (const [member, inner] of Object.entries((value ?? {}) as Record<string, unknown>)) {
        if (typeof inner === 'object') spoil(inner);
        try {
          (value as Record<string, unknown>)[member] = 'spoilt';
        } catch {
          // It is frozen: as well.
        }
      }
    };
    spoil(info);
    expect(await at.task.info()).toEqual(before);
  });
});
