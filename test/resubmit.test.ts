import { expect, test } from 'vitest';
import {
  type BodyContext,
  type TaskInfo,
  createSupervisor,
  defineTask,
  isDefinition,
  taskInfo,
} from '../src/index.ts';
import { simulatedClock } from '../src/testing/index.ts';
import { faultOf } from './support/fault.ts';
import { onStore, stores } from './support/stores.ts';

interface Input {
  readonly fails: boolean;
  readonly seen: Map<string, Date>;
}

const work = defineTask({
  type: 'work',
  cancelable: false,
  deadlineMs: 5_000,
  retry: { maxAttempts: 2, backoff: { kind: 'custom', delayMs: () => 0 }, maxLost: 7 },
  async run({ input, task, attempt, sleep }: BodyContext & { readonly input: Input }) {
    await task.setCancelable(true);
    await sleep(1);
    if (input.fails && attempt <= 2) throw new Error('no luck');
    return input.seen;
  },
});

const same = [
  'descriptionId',
  'entity',
  'entityName',
  'changeTag',
  'activationId',
  'priority',
  'maxAttempts',
  'cancelable',
] as const;

test.for(stores)(
  'on $name: what ended is submitted again as a new task, linked to the old one, which stays',
  async (kind) => {
    await onStore(kind, async (store) => {
      const options = {
        entity: 'e',
        entityName: 'E',
        changeTag: 't',
        activationId: 'a',
        priority: 4,
        idempotencyKey: 'once',
      };
      const input = { fails: true, seen: new Map([['then', new Date(0)]]) };
      await using owner = await createSupervisor({ tasks: [work], store });
      const root = await owner.submit(work, input);
      const old = await owner.submit(work, input, { ...options, parentTaskKey: root.key });
      const before = await old.ended();
      // It was given no definition, and needs none.
      await using other = await createSupervisor({ tasks: [], store, run: false });
      const again = await other.resubmit(old.key, { initiatedBy: 'ada' });
      const first = await (await owner.task(again.key)).watch().next();
      const info = first.value as TaskInfo;
      for (const member of same)
        expect([member, info[member]]).toEqual([member, { ...before, cancelable: false }[member]]);
      expect(info).toMatchObject({
        parentTaskKey: old.key,
        rootTaskKey: root.key,
        reason: { kind: 'user', userName: 'ada' },
        attempt: 1,
      });
      expect(Number(info.deadline) - Number(info.queueTime)).toBe(5_000);
      expect(await again.ended()).toMatchObject({ state: 'error', attempts: [{}, {}] });
      expect(await old.info()).toEqual(before);
      const linked = await Array.fromAsync(owner.tasks({ parentTaskKey: old.key }), ({ key }) => key);
      expect(linked).toEqual([again.key]);
      const [record] = await store.records.read([again.key]);
      expect([record?.life.maxLost, record && taskInfo(record)]).toEqual([7, await again.info()]);
      expect(record?.creation.child).toBeUndefined();
    });
  },
);

test('the input is the same, to its types', async () => {
  const clock = simulatedClock();
  await using supervisor = await createSupervisor({ tasks: [work], clock });
  const old = await supervisor.submit(work, { fails: false, seen: new Map([['then', new Date(0)]]) });
  await clock.advance(1);
  const again = await supervisor.resubmit(old.key);
  await clock.advance(1);
  expect(await again.result()).toEqual(new Map([['then', new Date(0)]]));
});

test('what has not ended, what its creator drove, and what is not there is refused, and nothing is left behind', async () => {
  const clock = simulatedClock();
  await using supervisor = await createSupervisor({ tasks: [work], clock });
  const running = await supervisor.submit(work, { fails: false, seen: new Map() });
  const created = await supervisor.createTask({ type: 'made', cancelable: true });
  await created.setState('success');
  expect(await faultOf(supervisor.resubmit(running.key))).toMatchObject({
    name: 'InvalidState',
    state: 'running',
  });
  expect(await faultOf(supervisor.resubmit(created.key))).toMatchObject({ name: 'NotSupported' });
  expect(await faultOf(supervisor.resubmit('nobody'))).toMatchObject({ name: 'ManagedObjectNotFound' });
  await clock.advance(1);
  expect(await faultOf(supervisor.resubmit(running.key, { priority: 1 } as never))).toMatchObject({
    name: 'InvalidArgument',
  });
  expect(await faultOf(supervisor.resubmit(7 as never))).toMatchObject({ name: 'InvalidArgument' });
  expect(await Array.fromAsync(supervisor.tasks())).toHaveLength(2);
});

test('a principal needs to see the old task, and to create one of its type', async () => {
  const clock = simulatedClock();
  const allowed = new Set<string>();
  const authorize = ({ privilege }: { readonly privilege: string }) => allowed.has(privilege);
  await using supervisor = await createSupervisor({ tasks: [work], clock, authorize });
  const old = await supervisor.submit(work, { fails: false, seen: new Map() });
  await clock.advance(1);
  const face = supervisor.as('ada');
  expect(await faultOf(face.resubmit(old.key))).toMatchObject({ privilegeId: 'System.View' });
  allowed.add('System.View');
  expect(await faultOf(face.resubmit(old.key))).toMatchObject({ privilegeId: 'Task.Create' });
  allowed.add('Task.Create');
  expect(await face.resubmit(old.key)).toHaveProperty('key');
});

test('a definition is told from what looks like one', () => {
  expect([work, { ...work }, null, 'work'].map(isDefinition)).toEqual([true, false, false, false]);
});
