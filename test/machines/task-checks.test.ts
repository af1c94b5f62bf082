import { describe, expect, test } from 'vitest';
import type { Authorize, TaskHandle } from '../../src/index.ts';
import { answerOf, faultOf } from '../support/fault.ts';
import { heldBody } from '../support/held-body.ts';
import { settled, standing } from '../support/quiet.ts';
import { world } from '../support/world.ts';

// Order: argument shape → exists → authenticated → privilege → final → already requested → not cancelable → accept.

const granting: Authorize = () => true;
const denying: Authorize = () => false;
const hanging: Authorize = () => new Promise<boolean>(() => {});

/** Every check that can fail at once, and one after the other no longer does. */
async function scene(authorize?: Authorize) {
  const body = heldBody();
  const retention = { success: { maxCount: 0, maxAgeMs: 0 }, minAgeMs: 0 };
  const options = { tasks: [body.definition], retention, ...(authorize && { authorize }) };
  return { ...(await world(options)), body };
}

const operations: readonly (readonly [string, (task: TaskHandle) => Promise<unknown>, string])[] = [
  ['info', (task) => task.info(), 'System.View'],
  ['result', (task) => task.result(), 'System.View'],
  ['ended', (task) => task.ended(), 'System.View'],
  ['watch', (task) => task.watch().next(), 'System.View'],
  ['cancel', (task) => task.cancel(), 'Global.CancelTask'],
  ['updateProgress', (task) => task.updateProgress(1), 'Task.Update'],
  ['setDescription', (task) => task.setDescription('Reading'), 'Task.Update'],
  ['setCancelable', (task) => task.setCancelable(true), 'Task.Update'],
  ['setState', (task) => task.setState('running'), 'Task.Update'],
  ['setCustomValue', (task) => task.setCustomValue('a', 'b'), 'Task.Update'],
];

/** A handle that holds a principal's privileges, of a created task that runs. */
async function handleOf(principal: unknown, authorize?: Authorize) {
  let isChecking = false;
  const asked: string[] = [];
  const authorizeLate: Authorize = (request) => {
    if (!isChecking) return true;
    asked.push(`${request.privilege} ${request.task?.key === task.key ? request.type : 'another task'}`);
    return authorize ? authorize(request) : true;
  };
  const { supervisor } = await scene(authorizeLate);
  const task = await supervisor.createTask({ type: 'created', cancelable: true });
  await task.setState('running');
  const handle = await supervisor.as(principal).task(task.key);
  isChecking = true;
  return { supervisor, task, handle, asked };
}

describe.for(operations)('%s', ([name, ask, privilege]) => {
  test(`needs the privilege ${privilege}`, async () => {
    const { supervisor, task, handle, asked } = await handleOf(
      'ada',
      ({ privilege: asked }) => asked !== privilege,
    );
    const before = await task.info();
    const fault = await faultOf(ask(handle), 'NoPermission');
    expect(fault).toMatchObject({ object: task.key, privilegeId: privilege });
    expect(fault.message).toContain(privilege);
    expect(await task.info()).toEqual(before);
    expect(new Set(asked)).toEqual(new Set([`${privilege} created`]));
    await supervisor.stop();
  });

  test('is done for whom authorize grants it', async () => {
    const { supervisor, handle, asked } = await handleOf('ada', granting);
    const answer = ask(handle);
    expect(await standing(answer)).toBe(name === 'result' || name === 'ended' ? 'pending' : 'fulfilled');
    expect(new Set(asked)).toEqual(new Set([`${privilege} created`]));
    answer.catch(() => {});
    await supervisor.stop();
  });

  test.for<[string, Authorize]>([
    [
      'throws',
      () => {
        throw new Error('the directory is down');
      },
    ],
    ['rejects', () => Promise.reject(new Error('the directory is down'))],
    ['rejects with undefined', () => Promise.reject(undefined)],
    ['answers something that is not true', () => 'yes' as never],
    ['answers undefined', () => undefined as never],
  ])('is denied by an authorize that %s', async ([, authorize]) => {
    const { supervisor, task, handle } = await handleOf('ada', authorize);
    const before = await task.info();
    const fault = await faultOf(ask(handle), 'NoPermission');
    expect(fault.message).toMatch(/^Expected the privilege .*, but authorize (threw|answered) /);
    expect(await task.info()).toEqual(before);
    await supervisor.stop();
  });

  test('waits for an authorize that hangs, and holds up nobody else', async () => {
    const { supervisor, task, handle } = await handleOf('ada', hanging);
    const answer = ask(handle);
    answer.catch(() => {});
    expect(await standing(answer)).toBe('pending');
    expect(await task.cancel()).toBe('requested');
    expect(await standing(supervisor.stop())).toBe('fulfilled');
  });

  test('settles when the supervisor stops while its authorize hangs', async () => {
    const { supervisor, handle } = await handleOf('ada', hanging);
    const answer = ask(handle);
    answer.catch(() => {});
    expect(await standing(answer)).toBe('pending');
    await supervisor.stop();
    expect(await settled(answer)).toMatchObject({ name: 'SupervisorStopped' });
  });
});

test('an authorize that hangs once the supervisor has stopped leaves no promise pending', async () => {
  const { supervisor, handle } = await handleOf('ada', hanging);
  const answer = handle.cancel();
  answer.catch(() => {});
  await supervisor.stop();
  expect(await settled(answer)).toMatchObject({ name: 'SupervisorStopped' });
});

test.for([undefined, null])(
  'a principal that is %s is NotAuthenticated, before any privilege is asked for',
  async (principal) => {
    const asked: unknown[] = [];
    await using at = await scene((request) => asked.push(request) > 0);
    const { supervisor } = at;
    const task = await supervisor.createTask({ type: 'created', cancelable: false });
    const face = supervisor.as(principal);
    await faultOf(face.task(task.key), 'NotAuthenticated');
    await faultOf(face.createTask({ type: 'created', cancelable: true }), 'NotAuthenticated');
    await faultOf(face.submit(at.body.definition), 'NotAuthenticated');
    await faultOf(face.tasks().next(), 'NotAuthenticated');
    expect(asked).toEqual([]);
    expect((await Array.fromAsync(supervisor.tasks())).length).toBe(1);
  },
);

test('without authorize a principal has no privilege', async () => {
  await using at = await scene();
  const { supervisor } = at;
  const task = await supervisor.createTask({ type: 'created', cancelable: false });
  await faultOf(supervisor.as('ada').task(task.key), 'NoPermission');
});

test('the shape of an argument is checked before the task is looked for', async () => {
  await using at = await scene(denying);
  const { supervisor, clock } = at;
  const task = await supervisor.createTask({ type: 'created', cancelable: false });
  await task.setState('success');
  await clock.advance(60_000);
  expect(await answerOf(() => task.info())).toBe('ManagedObjectNotFound');
  for (const ask of [
    () => task.updateProgress(NaN),
    () => task.setCancelable('no' as never),
    () => task.setDescription(7 as never),
    () => task.setState('done' as never),
    () => task.setState('success', { outcome: 1 } as never),
    () => task.setCustomValue('', 'b'),
    () => task.setCustomValue('a', 1 as never),
    () => supervisor.as(undefined).task(7 as never),
  ]) {
    expect(await answerOf(ask)).toBe('InvalidArgument');
  }
});

test('whether the task exists is checked before who asks', async () => {
  await using at = await scene(denying);
  for (const face of [at.supervisor, at.supervisor.as(undefined), at.supervisor.as('ada')]) {
    await faultOf(face.task('no-such-key'), 'ManagedObjectNotFound');
  }
});

test('who asks is checked before the privilege, and the privilege before the state', async () => {
  let granted = true;
  await using at = await scene(() => granted);
  const { supervisor } = at;
  const task = await supervisor.createTask({ type: 'created', cancelable: false });
  const handle = await supervisor.as('ada').task(task.key);
  await task.setState('error');
  expect(await answerOf(() => handle.cancel())).toBe('InvalidState');
  granted = false;
  await faultOf(supervisor.as(undefined).task(task.key), 'NotAuthenticated');
  expect(await answerOf(() => handle.cancel())).toBe('NoPermission');
  expect(await answerOf(() => handle.setState('running'))).toBe('NoPermission');
});

test('final comes before already requested, and that before not cancelable', async () => {
  await using at = await scene(granting);
  const task = await at.supervisor.createTask({ type: 'created', cancelable: false });
  await task.setState('running');
  expect(await answerOf(() => task.cancel())).toBe('NotSupported');
  await task.setCancelable(true);
  expect(await answerOf(() => task.cancel())).toBe('requested');
  await task.setCancelable(false);
  expect(await answerOf(() => task.cancel())).toBe('alreadyRequested');
  await task.setState('success');
  expect(await faultOf(task.cancel(), 'InvalidState')).toMatchObject({ state: 'success', obj: task.key });
});

test('the shape of all arguments of submit and createTask is checked before the privilege', async () => {
  await using at = await scene(denying);
  const face = at.supervisor.as('ada');
  for (const ask of [
    () => face.submit(at.body.definition, () => {}),
    () => face.submit(at.body.definition, 1, { priority: NaN }),
    () => face.submit(at.body.definition, 1, { unknown: 1 } as never),
    () => face.createTask({ type: 'created', cancelable: true, initiatedBy: 7 as never }),
  ]) {
    expect(await answerOf(ask)).toBe('InvalidArgument');
  }
});

test("a principal's face gives no way around its privileges", async () => {
  await using at = await scene(denying);
  const face = at.supervisor.as('ada');
  expect(await answerOf(() => face.idle())).toBe('NoPermission');
  expect(() => face.actor).toThrow('Expected');
});

test('the life of the supervisor is not for a principal to change', async () => {
  await using at = await scene(granting);
  const face = at.supervisor.as('ada');
  for (const ask of [
    () => face.stop(),
    () => face.drain(),
    () => face.pause(),
    () => face.resume(),
    () => face.events(),
    () => face.as('grace'),
  ]) {
    expect(await answerOf(ask)).toBe('NoPermission');
  }
});
