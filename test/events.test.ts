import { describe, expect, test } from 'vitest';
import type { RuntimeEvent, Supervisor } from '../src/index.ts';
import { quiet, settled } from './support/quiet.ts';
import { heldWorld, stopAll, world } from './support/world.ts';

/** Reads on, and shows what has come so far. */
function reading(supervisor: Supervisor) {
  const seen: RuntimeEvent[] = [];
  void (async () => {
    for await (const event of supervisor.events()) seen.push(event);
  })();
  return seen;
}

describe('events', () => {
  test('tell the life of a task in order, each with its key, its sequence and its time', async () => {
    await using at = await heldWorld({ concurrency: 2 });
    const seen = reading(at.supervisor);
    const second = await at.supervisor.submit(at.body.definition);
    const run = await at.body.started(1);
    await run.task.updateProgress(10);
    await second.cancel();
    await second.cancel();
    run.reject(run.signal.reason);
    await second.ended();
    await quiet();
    const told = seen.map((event) =>
      event.kind === 'changed' ? [event.event, event.outcome, event.state, event.sequence] : event.kind,
    );
    expect(told).toEqual([
      ['CREATE', 'ok', 'queued', 1],
      ['START', 'ok', 'running', 2],
      ['UPDATE_PROGRESS', 'ok', 'running', 3],
      ['CANCEL', 'requested', 'running', 4],
      ['BODY_THREW', 'ok', 'error', 5],
    ]);
    expect(seen.every((event) => 'key' in event && event.key === second.key)).toBe(true);
    expect(seen.every(({ at: time }) => time.getTime() === at.clock.now())).toBe(true);
  });

  test("carry a body's own words", async () => {
    await using at = await heldWorld();
    const seen = reading(at.supervisor);
    at.run.task.log('page 7');
    at.run.task.log(7 as never);
    await quiet();
    expect(seen).toMatchObject([
      { kind: 'log', key: at.task.key, message: 'page 7' },
      { kind: 'log', message: '7' },
    ]);
  });

  test('reach every reader, each from when it began, until it leaves', async () => {
    await using at = await heldWorld();
    const [first, leaving] = [reading(at.supervisor), at.supervisor.events()];
    await at.task.updateProgress(1);
    await leaving.return?.();
    const late = reading(at.supervisor);
    await at.task.updateProgress(2);
    await quiet();
    expect([first.length, late.length]).toEqual([2, 1]);
    expect(await leaving.next()).toEqual({ value: undefined, done: true });
  });

  test('that a slow reader missed are counted, and no more wait than a bounded number', async () => {
    await using at = await heldWorld();
    const events = at.supervisor.events();
    const total = 5_000;
    for (let index = 0; index < total; index += 1) at.run.task.log(`${index}`);
    await quiet();
    at.run.task.log('last');
    const read: RuntimeEvent[] = [];
    for await (const event of events) {
      read.push(event);
      if (event.kind === 'log' && event.message === 'last') break;
    }
    const [lagged, ...rest] = read;
    expect(lagged).toMatchObject({ kind: 'lagged', missed: total + 1 - rest.length });
    expect(read.filter(({ kind }) => kind === 'lagged').length).toBe(1);
    expect(rest.length).toBeLessThanOrEqual(1_024);
  });

  test('tell of the life of the supervisor, and end with it', async () => {
    const at = await heldWorld();
    const events = at.supervisor.events();
    const read = Array.fromAsync(events);
    await stopAll(at.clock, at.supervisor);
    const states = ((await settled(read)) as RuntimeEvent[]).flatMap((event) =>
      event.kind === 'supervisor' ? [event.state] : [],
    );
    expect(states).toEqual(['draining.closing', 'draining.evicting', 'stopped']);
  });
});

describe('tasks()', () => {
  test('lists all that pass the filter, in the order of creation, whatever changes meanwhile', async () => {
    await using at = await world();
    const keys: string[] = [];
    for (let index = 0; index < 250; index += 1) {
      const options = {
        type: index % 2 === 0 ? 'even' : 'odd',
        cancelable: true,
        entity: `e${index % 5}`,
        changeTag: 't',
      };
      keys.push((await at.supervisor.createTask(options)).key);
    }
    const seen: string[] = [];
    for await (const { key } of at.supervisor.tasks()) {
      seen.push(key);
      if (seen.length % 50 === 0) await (await at.supervisor.task(key)).cancel();
    }
    expect(seen).toEqual(keys);
    const count = async (filter: Parameters<typeof at.supervisor.tasks>[0]) =>
      (await Array.fromAsync(at.supervisor.tasks(filter))).length;
    expect(await count({ state: 'error' })).toBe(5);
    expect(await count({ state: ['error', 'queued'] })).toBe(250);
    expect(await count({ type: 'even', entity: ['e0', 'e1'] })).toBe(50);
    expect(await count({ tag: '' })).toBe(0);
    expect(await count({ tag: ['', 't'] })).toBe(250);
    expect(await count({ type: [] })).toBe(0);
    expect(await count({ unknownType: true })).toBe(0);
  });
});
