import { expect, test } from 'vitest';
import { memoryStore } from '../src/index.ts';
import { Newest } from '../src/newest.ts';
import type { TaskRecord } from '../src/record.ts';
import { faultOf } from './support/fault.ts';
import { gatedStore } from './support/gated-store.ts';
import { heldBody } from './support/held-body.ts';
import { quiet } from './support/quiet.ts';
import { stopAll, world } from './support/world.ts';

const recordOf = (key: string) => ({ key }) as TaskRecord;

test('a task is submitted, watched, started and ended without being read', async () => {
  const store = gatedStore();
  const body = heldBody();
  await using scene = await world({ tasks: [body.definition], store, concurrency: 1 });
  store.holdCalls('read');
  const task = await scene.supervisor.submit(body.definition);
  const result = task.result();
  (await body.started()).resolve('out');
  expect(await result).toBe('out');
  expect(store.held).toBe(0);
  store.release();
});

test('a change that is heard of before the answer of the submit is not overlooked', async () => {
  const store = memoryStore();
  const gated = gatedStore(store);
  const body = heldBody();
  const web = await world({ tasks: [body.definition], store: gated, run: false });
  const other = await world({ tasks: [body.definition], store, clock: web.clock, run: false });
  gated.hold('commit');
  const submitted = web.supervisor.submit(body.definition);
  await quiet();
  const [record] = await store.records.query({ filter: {}, after: 0, limit: 1 });
  expect(await (await other.supervisor.task(record?.key ?? '')).cancel()).toBe('canceled');
  await quiet();
  gated.release();
  await faultOf((await submitted).result(), 'RequestCanceled');
  await stopAll(web.clock, web.supervisor, other.supervisor);
});

test('what was created is known once, unless somebody else changed it, before or after the answer', () => {
  const newest = new Newest();
  for (const key of ['a', 'b', 'c']) newest.expect(key);
  newest.forget(['a']);
  for (const key of ['a', 'b', 'c']) newest.created(recordOf(key));
  newest.forget(['b']);
  expect(newest.take('a')).toBeUndefined();
  expect(newest.take('b')).toBeUndefined();
  expect(newest.take('c')).toEqual(recordOf('c'));
  expect(newest.take('c')).toBeUndefined();
});

test('when more was changed than the store remembers, nothing of what was created is known', () => {
  const newest = new Newest();
  newest.expect('before');
  newest.created(recordOf('before'));
  newest.expect('on its way');
  newest.forget('all');
  newest.created(recordOf('on its way'));
  expect(newest.take('before')).toBeUndefined();
  expect(newest.take('on its way')).toBeUndefined();
});

test('what somebody asked for while it was on its way is not remembered: that one follows it', () => {
  const newest = new Newest();
  newest.expect('key');
  expect(newest.take('key')).toBeUndefined();
  newest.created(recordOf('key'));
  expect(newest.take('key')).toBeUndefined();
});

test('a task that its creator has ended is found ended', async () => {
  await using scene = await world();
  const task = await scene.supervisor.createTask({ type: 'commit', cancelable: false });
  await task.setState('running');
  await task.setState('success');
  expect(await task.ended()).toMatchObject({ state: 'success' });
});

test('only the last few thousand are kept', () => {
  const newest = new Newest();
  for (let index = 0; index < 5_000; index += 1) {
    newest.expect(String(index));
    newest.created(recordOf(String(index)));
  }
  expect(newest.take('0')).toBeUndefined();
  expect(newest.take('4999')).toEqual(recordOf('4999'));
});
