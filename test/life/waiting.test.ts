import { describe, expect, test } from 'vitest';
import { faultOf } from '../support/fault.ts';
import { quiet } from '../support/quiet.ts';
import { unhandled } from '../support/unhandled.ts';
import { familyWorld } from './stage.ts';

describe('waiting for a child', () => {
  test.for(['result', 'ended'] as const)(
    'that begins after the abort rejects with its reason, and never twice (%s)',
    async (wait) => {
      await using rejections = unhandled();
      await using at = await familyWorld();
      const child = await at.run.task.spawn(at.child.definition, 1);
      const run = await at.child.started();
      await at.task.cancel();
      await faultOf(child[wait](), 'RequestCanceled');
      run.reject(new Error('the child has a fault of its own'));
      await quiet();
      at.run.reject(at.run.signal.reason);
      await faultOf(at.task.result(), 'RequestCanceled');
      expect(rejections.seen).toEqual([]);
    },
  );

  test('ends with the abort of the body, and the body is joined with its child', async () => {
    await using rejections = unhandled();
    await using at = await familyWorld();
    const child = await at.run.task.spawn(at.child.definition, 1);
    const waiting = faultOf(child.result(), 'RequestCanceled');
    const run = await at.child.started();
    await at.task.cancel();
    await waiting;
    at.run.reject(at.run.signal.reason);
    await quiet();
    expect(await at.task.info()).toMatchObject({ state: 'running', cancelled: true });
    run.reject(new Error('the child has a fault of its own'));
    await faultOf(at.task.result(), 'RequestCanceled');
    expect(rejections.seen).toEqual([]);
  });
});
