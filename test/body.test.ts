import { describe, expect, test } from 'vitest';
import { type FaultName, Fault, createSupervisor, defineTask, isFault } from '../src/index.ts';
import { faultOf } from './support/fault.ts';
import { gatedStore } from './support/gated-store.ts';
import { heldBody } from './support/held-body.ts';
import { quiet, standing } from './support/quiet.ts';
import { heldSchema } from './support/schema.ts';
import { heldWorld, world } from './support/world.ts';

/** The columns of the page on how an attempt ends, each with the way there. */
const columns = ['active', 'canceling', 'evicting'] as const;
type Column = (typeof columns)[number];

async function scene(column: Column = 'active') {
  const at = await heldWorld();
  if (column === 'canceling') await at.task.cancel();
  if (column === 'evicting') {
    at.supervisor.stop({ waitMs: 0 }).catch(() => {});
    await at.clock.advance(0);
  }
  return at;
}

/** Each makes what a body throws when it gives way to its abort. */
const abortErrors: readonly (readonly [string, (reason: Error) => unknown])[] = [
  ['the reason itself', (reason) => reason],
  ['an error caused by the reason', (reason) => new Error('fetch failed', { cause: reason })],
  [
    'a long chain of causes',
    (reason) => new Error('a', { cause: new Error('b', { cause: new Error('c', { cause: reason }) }) }),
  ],
  ['a DOMException named AbortError', () => new DOMException('gone', 'AbortError')],
  ['an error named AbortError', () => Object.assign(new Error('gone'), { name: 'AbortError' })],
  ['an error with code ABORT_ERR', () => Object.assign(new Error('gone'), { code: 'ABORT_ERR' })],
  ['an error with code ERR_CANCELED', () => Object.assign(new Error('gone'), { code: 'ERR_CANCELED' })],
  ['a Fault RequestCanceled', () => new Fault('RequestCanceled')],
  ['what a call of the body is told while the supervisor stops', () => new Fault('SupervisorStopped')],
  ['an object that is no error, with name AbortError', () => ({ name: 'AbortError' })],
  ['a cause that calls itself an abort', () => new Error('outer', { cause: { code: 'ABORT_ERR' } })],
];

const aborted = new Fault('Evicted');

describe('a body that returns', () => {
  test.for(columns)('makes a success, in %s', async (column) => {
    await using at = await scene(column);
    at.run.resolve({ bytes: 1 });
    await quiet();
    const info = await at.task.info();
    expect(info).toMatchObject({ state: 'success', result: { bytes: 1 }, cancelled: column === 'canceling' });
    expect(info).not.toHaveProperty('error');
  });
});

describe('a body that rejects because of its abort', () => {
  test.for(abortErrors)('with %s, ends RequestCanceled in canceling', async ([, make]) => {
    await using at = await scene('canceling');
    at.run.reject(make(at.run.signal.reason as Error));
    expect(await at.task.ended()).toMatchObject({
      state: 'error',
      cancelled: true,
      error: { fault: { name: 'RequestCanceled' }, localizedMessage: 'The task was canceled by a user.' },
    });
    expect((await faultOf(at.task.result(), 'RequestCanceled')).message).toBe(
      'The task was canceled by a user.',
    );
  });

  test.for(abortErrors)('with %s, is queued again and not charged in evicting', async ([, make]) => {
    await using at = await scene('evicting');
    at.run.reject(make(at.run.signal.reason as Error));
    await quiet();
    const info = await at.task.info();
    expect(info).toMatchObject({ state: 'queued', attempt: 1, attempts: [], cancelled: false });
    expect(info).not.toHaveProperty('error');
  });

  test.for(abortErrors)('with %s, ends SystemError in active, as nobody aborted it', async ([, make]) => {
    await using at = await scene('active');
    at.run.reject(make(aborted));
    const { error } = await at.task.ended();
    const { name, faultCause } = error?.fault ?? {};
    // These are faults of this library: a body that throws one has that fault.
    const own = ['Evicted', 'SupervisorStopped'].find((known) => isFault(make(aborted), known as FaultName));
    expect([name, faultCause !== undefined]).toEqual(own ? [own, false] : ['SystemError', true]);
  });
});

describe('a body that rejects for another cause', () => {
  test.for(['active', 'canceling'] as const)('ends with its own fault, in %s', async (column) => {
    await using at = await scene(column);
    const error = new RangeError('disk full');
    at.run.reject(error);
    expect(await at.task.ended()).toMatchObject({
      state: 'error',
      cancelled: column === 'canceling',
      error: {
        fault: { name: 'SystemError', faultCause: { localizedMessage: 'disk full' } },
        localizedMessage: 'disk full',
      },
    });
    expect((await faultOf(at.task.result(), 'SystemError')).cause).toBe(error);
  });

  test('is queued again and not charged, in evicting', async () => {
    await using at = await scene('evicting');
    at.run.reject(new RangeError('disk full'));
    await quiet();
    expect(await at.task.info()).toMatchObject({ state: 'queued', attempt: 1, attempts: [] });
  });

  test('before its signal aborted, has its own fault, whatever it is called', async () => {
    const at = await racing();
    at.run.reject(Object.assign(new Error('the socket was closed'), { name: 'AbortError' }));
    await quiet();
    expect(at.run.signal.aborted).toBe(false);
    at.store.release();
    expect(await at.task.ended()).toMatchObject({
      cancelled: true,
      error: { fault: { name: 'SystemError' } },
    });
  });
});

/** A cancel is accepted, and its commit is under way: the body has not heard of it. */
async function racing() {
  const store = gatedStore();
  const body = heldBody();
  const supervisor = await createSupervisor({ tasks: [body.definition], store });
  const task = await supervisor.submit(body.definition);
  const run = await body.started();
  await quiet();
  store.hold('commit');
  task.cancel().catch(() => {});
  await quiet();
  return { store, task, run };
}

describe('a body that never ends', () => {
  test.for(columns)('keeps its state and its slot, in %s', async (column) => {
    await using at = await scene(column);
    expect(await standing(at.task.ended())).toBe('pending');
    await at.clock.advance(column === 'evicting' ? 4_999 : 3_600_000);
    expect(await at.task.info()).toMatchObject({ state: 'running', cancelled: column === 'canceling' });
    expect(at.supervisor.actor.getSnapshot().context).toMatchObject({ slots: 1 });
  });

  test('within its grace is called unresponsive, by a member and an event', async () => {
    await using at = await scene('active');
    const kinds: string[] = [];
    void (async () => {
      for await (const { kind } of at.supervisor.events()) kinds.push(kind);
    })();
    await at.task.cancel();
    await at.clock.advance(4_999);
    expect(await at.task.info()).not.toHaveProperty('unresponsiveSince');
    await at.clock.advance(1);
    expect(await at.task.info()).toHaveProperty('unresponsiveSince', new Date(at.clock.now()));
    expect(kinds).toContain('unresponsive');
  });
});

test('a body canceled before its first line is never called', async () => {
  const schema = heldSchema();
  let calls = 0;
  const definition = defineTask({ type: 'late', input: schema.schema, run: () => void (calls += 1) });
  await using at = await world({ tasks: [definition] });
  const submitting = at.supervisor.submit(definition, 1);
  schema.release();
  const task = await submitting;
  await quiet();
  expect(await task.info()).toHaveProperty('state', 'running');
  expect(await task.cancel()).toBe('requested');
  schema.release();
  await faultOf(task.result(), 'RequestCanceled');
  expect(calls).toBe(0);
});
