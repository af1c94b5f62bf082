import { expect, test } from 'vitest';
import { type BodyContext, defineTask } from '../../src/index.ts';
import { gatedStore } from '../support/gated-store.ts';
import { heldBody } from '../support/held-body.ts';
import { quiet } from '../support/quiet.ts';
import { world } from '../support/world.ts';

// Found by random trees: the sums of a parent were changed by a child's commit while its own was on its way, and what had
// changed nothing was told as a step.
test('an operation that changes nothing is no event, though a child ends while it is committed with another', async () => {
  const child = heldBody({ type: 'child' });
  const parent = defineTask({
    type: 'parent',
    run: async ({ task }: BodyContext) => void (await task.spawnAll(child.definition, [1, 2])),
  });
  const store = gatedStore();
  await using at = await world({ tasks: [parent, child.definition], store });
  const others = [await at.supervisor.createTask({ type: 'other', cancelable: false })];
  others.push(await at.supervisor.createTask({ type: 'other', cancelable: false }));
  const task = await at.supervisor.submit(parent);
  const [first] = [await child.started(0), await child.started(1)];
  await task.cancel();
  await quiet();
  const told: string[] = [];
  const events = at.supervisor.events();
  void (async () => {
    for await (const event of events)
      if (event.kind === 'changed' && event.key === task.key) told.push(`${event.event} ${event.outcome}`);
  })();
  store.hold('commit');
  // As many commits are under way as may be: what comes now is committed together, the child's first.
  const noted = others.map((other) => other.setCustomValue('a', 'b'));
  await quiet();
  first.resolve();
  await quiet();
  const asked = [task.cancel(), task.setCustomValue('a', 'b')];
  await quiet();
  store.release();
  expect((await Promise.all(asked))[0]).toBe('alreadyRequested');
  await Promise.all(noted);
  await quiet();
  expect(told).toEqual(['SET_CUSTOM_VALUE ok', 'ROLL_UP ok']);
  child.runs[1]?.resolve();
});
