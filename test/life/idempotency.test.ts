import { describe, expect, test } from 'vitest';
import { createSupervisor, memoryStore } from '../../src/index.ts';
import { simulatedClock } from '../../src/testing/index.ts';
import { answerOf, faultOf } from '../support/fault.ts';
import { quiet } from '../support/quiet.ts';
import { stopAll, world } from '../support/world.ts';
import { held } from './stage.ts';

const day = 86_400_000;
const once = { idempotencyKey: 'once' };

async function submitting(options = {}) {
  const body = held({ type: 'first' });
  const other = held({ type: 'other' });
  const scene = await world({ tasks: [body.definition, other.definition], ...options });
  return { ...scene, body, other };
}

async function keysOf(supervisor: Awaited<ReturnType<typeof submitting>>['supervisor']) {
  const keys: string[] = [];
  for await (const { key } of supervisor.tasks()) keys.push(key);
  return keys;
}

describe('a second submit with the same idempotency key', () => {
  test('gets the first task while it is queued, while it runs, and when it has ended', async () => {
    await using at = await submitting();
    await at.supervisor.pause();
    const first = await at.supervisor.submit(at.body.definition, 'in', once);
    const again = async () => (await at.supervisor.submit(at.body.definition, 'in', once)).key;
    expect(await again()).toBe(first.key);
    await at.supervisor.resume();
    const run = await at.body.started();
    expect(await again()).toBe(first.key);
    run.resolve('out');
    await first.ended();
    const second = await at.supervisor.submit(at.body.definition, 'in', once);
    expect(await second.result()).toBe('out');
    expect(await keysOf(at.supervisor)).toEqual([first.key]);
    expect(at.body.runs).toHaveLength(1);
  });

  test('at the same time makes one task, whoever comes first', async () => {
    await using at = await submitting();
    const handles = await Promise.all(
      Array.from({ length: 10 }, () => at.supervisor.submit(at.body.definition, { a: 1 }, once)),
    );
    expect(new Set(handles.map(({ key }) => key)).size).toBe(1);
    await quiet();
    expect(at.body.runs).toHaveLength(1);
  });

  test('through another supervisor of the store gets the first task', async () => {
    const store = memoryStore();
    const clock = simulatedClock();
    const body = held();
    const tasks = [body.definition];
    const [one, two] = [
      await createSupervisor({ tasks, store, clock }),
      await createSupervisor({ tasks, store, clock }),
    ];
    const handles = await Promise.all([
      one.submit(body.definition, 1, once),
      two.submit(body.definition, 1, once),
    ]);
    expect(handles[0].key).toBe(handles[1].key);
    await stopAll(clock, one, two);
  });

  test('gets the first task although it failed or was canceled', async () => {
    await using at = await submitting();
    const first = await at.supervisor.submit(at.body.definition, 'in', once);
    (await at.body.started()).reject(new Error('broken'));
    await first.ended();
    const second = await at.supervisor.submit(at.body.definition, 'in', once);
    await faultOf(second.result(), 'SystemError');
    expect(second.key).toBe(first.key);
  });

  test('and other input is InvalidArgument that names the first task, and makes none', async () => {
    await using at = await submitting();
    const first = await at.supervisor.submit(at.body.definition, { a: 1 }, once);
    for (const input of [{ a: 2 }, undefined, { a: 1, b: undefined }, '{"a":1}']) {
      const fault = await faultOf(at.supervisor.submit(at.body.definition, input, once), 'InvalidArgument');
      expect(fault).toMatchObject({ invalidProperty: 'input', obj: first.key });
    }
    expect(await keysOf(at.supervisor)).toEqual([first.key]);
  });

  test('and other options gets the first task as it is', async () => {
    await using at = await submitting();
    const first = await at.supervisor.submit(at.body.definition, 1, { ...once, priority: 1 });
    const second = await at.supervisor.submit(at.body.definition, 1, { ...once, priority: 9 });
    expect(second.key).toBe(first.key);
    expect((await second.info()).priority).toBe(1);
  });
});

describe('the key', () => {
  test('is the type’s own', async () => {
    await using at = await submitting();
    const first = await at.supervisor.submit(at.body.definition, 1, once);
    const other = await at.supervisor.submit(at.other.definition, 2, once);
    expect(other.key).not.toBe(first.key);
  });

  test('stands for a day, and is free from then on', async () => {
    await using at = await submitting();
    const first = await at.supervisor.submit(at.body.definition, 1, once);
    await at.clock.advance(day - 1);
    expect((await at.supervisor.submit(at.body.definition, 1, once)).key).toBe(first.key);
    await at.clock.advance(1);
    const second = await at.supervisor.submit(at.body.definition, 2, once);
    expect(second.key).not.toBe(first.key);
  });

  test('stands for as long as the supervisor that submitted was told', async () => {
    await using at = await submitting({ idempotencyMs: 100 });
    const first = await at.supervisor.submit(at.body.definition, 1, once);
    await at.clock.advance(99);
    expect((await at.supervisor.submit(at.body.definition, 1, once)).key).toBe(first.key);
    await at.clock.advance(1);
    expect((await at.supervisor.submit(at.body.definition, 1, once)).key).not.toBe(first.key);
  });

  test('outlives the record of its task: nothing is done twice', async () => {
    const none = { maxCount: 0, maxAgeMs: 0 };
    await using at = await submitting({ retention: { success: none, error: none, minAgeMs: 0 } });
    const first = await at.supervisor.submit(at.body.definition, 1, once);
    (await at.body.started()).resolve();
    await first.ended();
    await at.clock.advance(10_000);
    await faultOf(first.info(), 'ManagedObjectNotFound');
    const second = await at.supervisor.submit(at.body.definition, 1, once);
    expect(second.key).toBe(first.key);
    await faultOf(second.info(), 'ManagedObjectNotFound');
    expect(at.body.runs).toHaveLength(1);
  });

  test('of a submit that was refused is free', async () => {
    await using at = await submitting();
    await faultOf(
      at.supervisor.submit(at.body.definition, () => 1, once),
      'InvalidArgument',
    );
    expect(
      await answerOf(async () => (await at.supervisor.submit(at.body.definition, 2, once)).info()),
    ).not.toBe('InvalidArgument');
  });

  test.for(['', 7, null, 'x'.repeat(1_001)])('%s is InvalidArgument', async (idempotencyKey) => {
    await using at = await submitting();
    const options = { idempotencyKey: idempotencyKey as string };
    await faultOf(at.supervisor.submit(at.body.definition, 1, options), 'InvalidArgument');
  });

  test('with a colon is taken for no other', async () => {
    const one = held({ type: 'a' });
    const two = held({ type: 'a:b' });
    await using at = await world({ tasks: [one.definition, two.definition] });
    const first = await at.supervisor.submit(one.definition, 1, { idempotencyKey: 'b:c' });
    const second = await at.supervisor.submit(two.definition, 1, { idempotencyKey: 'c' });
    expect(second.key).not.toBe(first.key);
  });
});

test.for([0, -1, NaN])('idempotencyMs: %s is InvalidArgument', async (idempotencyMs) => {
  await faultOf(createSupervisor({ tasks: [], idempotencyMs }), 'InvalidArgument');
});
