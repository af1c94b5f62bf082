import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { ActorRef, AnyActorRef, InspectionEvent } from 'xstate';
import type { InspectObserver, TaskRecord } from '../src/index.ts';
import { answerOf, faultOf } from './support/fault.ts';
import { gatedStore } from './support/gated-store.ts';
import { quiet, standing } from './support/quiet.ts';
import { thrownLater, unhandled } from './support/unhandled.ts';
import { heldWorld } from './support/world.ts';

// An observer that throws is warned of: here many times, and on purpose.
beforeEach(() => void vi.spyOn(process, 'emitWarning').mockImplementation(() => {}));

/** Collects what an inspection observer is told. */
function inspecting() {
  const events: InspectionEvent[] = [];
  const ids = (type: string) =>
    events.filter((event) => event.type === type).map(({ actorRef }) => (actorRef as AnyActorRef).id);
  const actor = (key: string) =>
    events.find(({ type, actorRef }) => type === '@xstate.actor' && (actorRef as AnyActorRef).id === key)
      ?.actorRef as ActorRef<never, { type: string }> | undefined;
  const inspect: InspectObserver = (event) => void events.push(event);
  return { events, ids, actor, inspect };
}

async function inspected(store = gatedStore()) {
  const inspection = inspecting();
  const at = await heldWorld({ inspect: inspection.inspect, store, concurrency: 1 });
  const actor = inspection.actor(at.task.key);
  if (!actor) throw new Error('Expected an actor for the task.');
  return { ...at, ...inspection, store, actor };
}

const leafOf = (actor: { getSnapshot(): unknown }) =>
  JSON.stringify((actor.getSnapshot() as { value: unknown }).value);

describe("a task's actor", () => {
  test('appears when the task starts, follows it, and is done with it', async () => {
    await using at = await inspected();
    const queued = await at.supervisor.submit(at.body.definition);
    expect(at.actor.getSnapshot()).toMatchObject({ status: 'active', value: { running: 'active' } });
    await at.task.cancel();
    expect(leafOf(at.actor)).toBe('{"running":"canceling"}');
    expect(at.ids('@xstate.actor')).not.toContain(queued.key);
    at.run.reject(at.run.signal.reason);
    await at.task.ended();
    expect(at.actor.getSnapshot()).toMatchObject({ status: 'done', value: 'error' });
    await at.body.started(1);
    expect(at.ids('@xstate.actor')).toContain(queued.key);
  });

  test('does not appear for a queued task that is canceled or watched', async () => {
    await using at = await inspected();
    const queued = await at.supervisor.submit(at.body.definition);
    const watch = queued.watch();
    await watch.next();
    await queued.setDescription('waits');
    await queued.cancel();
    await watch.return(undefined);
    expect(at.ids('@xstate.actor')).not.toContain(queued.key);
  });

  test('appears for a created task that runs', async () => {
    await using at = await inspected();
    const created = await at.supervisor.createTask({ type: 'created', cancelable: true });
    expect(at.ids('@xstate.actor')).not.toContain(created.key);
    await created.setState('running');
    const actor = at.ids('@xstate.actor').filter((id) => id === created.key);
    expect(actor).toEqual([created.key]);
    await created.setState('queued');
    await created.setState('running');
    await created.setState('success');
    expect(at.ids('@xstate.actor').filter((id) => id === created.key).length).toBe(2);
  });

  test.for([
    { type: 'CANCEL', at: 0 },
    { type: 'BODY_RETURNED', at: 0 },
    { type: 'SET_STATE', at: 0, state: 'success' },
    { type: 'UPDATE_PROGRESS', at: 0, percentDone: 50 },
    { type: 'taskchart.replaced' },
    { type: 'xstate.error.actor.x', error: new Error('no') },
    { type: 'nonsense' },
  ])('ignores what others send: $type', async (event) => {
    await using at = await inspected();
    const [before, info] = [at.actor.getSnapshot(), await at.task.info()];
    at.actor.send(event);
    await quiet();
    expect(at.actor.getSnapshot()).toBe(before);
    expect(await at.task.info()).toEqual(info);
    at.run.resolve(1);
    expect(await at.task.result()).toBe(1);
  });

  test('ignores an event that was taken before, and is sent again', async () => {
    await using at = await inspected();
    await at.task.updateProgress(10);
    const heard = at.events.findLast(
      ({ type, actorRef }) => type === '@xstate.event' && actorRef === at.actor,
    );
    await at.task.updateProgress(20);
    const before = at.actor.getSnapshot();
    at.actor.send((heard as { event?: { type: string } }).event as never);
    expect(at.actor.getSnapshot()).toBe(before);
  });

  test('ignores xstate.stop', async () => {
    await using at = await inspected();
    at.actor.send({ type: 'xstate.stop' });
    expect(at.actor.getSnapshot()).toMatchObject({ status: 'active' });
    await at.task.cancel();
    expect(leafOf(at.actor)).toBe('{"running":"canceling"}');
  });

  test('that a subscriber throws from changes nothing, and is no uncaught exception', async () => {
    await using errors = unhandled();
    await using at = await inspected();
    at.actor.subscribe(() => {
      throw new Error('the subscriber threw');
    });
    await at.task.updateProgress(10);
    await thrownLater();
    await quiet();
    expect(errors.seen).toEqual([]);
  });
});

describe("the supervisor's actor", () => {
  test('ignores what others send', async () => {
    await using at = await inspected();
    const before = at.supervisor.actor.getSnapshot();
    for (const type of ['STOP', 'body.turn', 'client.turn', 'xstate.done.actor.x', 'xstate.error.actor.x']) {
      at.supervisor.actor.send({
        type,
        key: at.task.key,
        proceed: () => {
          throw new Error('no');
        },
      });
    }
    await quiet();
    expect(at.supervisor.actor.getSnapshot()).toBe(before);
    expect(await at.task.cancel()).toBe('requested');
  });

  test('ignores every turn that was taken before, and is sent again', async () => {
    await using at = await inspected();
    await at.task.updateProgress(10);
    await at.supervisor.pause();
    const turns = at.events.flatMap((event) =>
      event.type === '@xstate.event' && event.actorRef === at.supervisor.actor ? [event.event] : [],
    );
    await at.supervisor.resume();
    const second = await at.supervisor.submit(at.body.definition);
    await quiet();
    const before = [await at.task.info(), await second.info(), at.supervisor.actor.getSnapshot().context];
    for (const turn of turns) at.supervisor.actor.send(turn);
    await quiet();
    expect(at.run.signal.aborted).toBe(false);
    const after = [await at.task.info(), await second.info(), at.supervisor.actor.getSnapshot().context];
    expect(after).toEqual(before);
    expect(at.body.runs.length).toBe(1);
  });

  test('ignores xstate.stop', async () => {
    await using at = await inspected();
    at.supervisor.actor.send({ type: 'xstate.stop' });
    await quiet();
    expect(at.supervisor.actor.getSnapshot()).toMatchObject({ status: 'active', value: 'running' });
  });

  test('that is stopped from outside leaves no promise pending', async () => {
    const at = await inspected();
    const waits = [answerOf(() => at.task.result()), answerOf(() => at.supervisor.idle())];
    at.supervisor.actor.stop();
    expect(await Promise.all(waits)).toEqual(['SupervisorStopped', 'SupervisorStopped']);
    const later: Promise<unknown>[] = [
      at.task.cancel(),
      at.task.updateProgress(1),
      at.supervisor.submit(at.body.definition),
    ];
    for (const promise of later) expect(await standing(promise)).not.toBe('pending');
    at.run.resolve();
    expect(await standing(at.supervisor.stop())).toBe('fulfilled');
  });

  test('that a subscriber throws from changes nothing', async () => {
    await using errors = unhandled();
    await using at = await inspected();
    const events = at.supervisor.events();
    at.supervisor.actor.subscribe(() => {
      throw new Error('the subscriber threw');
    });
    at.run.resolve(1);
    expect(await at.task.result()).toBe(1);
    await thrownLater();
    expect(errors.seen).toEqual([]);
    for await (const { kind } of events) if (kind === 'observerFailed') break;
  });
});

describe('an inspection observer', () => {
  test('that throws changes nothing', async () => {
    await using errors = unhandled();
    await using at = await heldWorld({
      inspect: () => {
        throw new Error('the observer threw');
      },
    });
    await at.task.updateProgress(10);
    expect(await at.task.info()).toMatchObject({ progress: 10 });
    await at.task.cancel();
    at.run.reject(at.run.signal.reason);
    await faultOf(at.task.result(), 'RequestCanceled');
    await quiet();
    expect(errors.seen).toEqual([]);
  });

  test('sees nothing that was not committed', async () => {
    const store = gatedStore();
    await using at = await inspected(store);
    const committed = new Set<string>();
    const shownUncommitted: string[] = [];
    const lifeOf = (leaf: string, life: TaskRecord['life']) => JSON.stringify([leaf, life]);
    const note = async () => {
      const [record] = await store.records.read([at.task.key]);
      if (record) committed.add(lifeOf(record.leaf, record.life));
    };
    await note();
    let isHeld = false;
    const check = () => {
      const { value, context } = at.actor.getSnapshot() as unknown as {
        value: unknown;
        context: { task: TaskRecord['life'] };
      };
      const leaf = typeof value === 'string' ? value : `running.${Object.values(value as object)[0]}`;
      const shown = lifeOf(leaf, context.task);
      if (!committed.has(shown) && isHeld) shownUncommitted.push(shown);
      return shown;
    };
    for (const operation of [
      () => at.task.updateProgress(10),
      () => at.task.setDescription('Reading'),
      () => at.task.cancel(),
      () => at.run.resolve('done'),
    ]) {
      store.holdCalls('commit');
      isHeld = true;
      const before = check();
      const [count, answer] = [at.events.length, Promise.resolve(operation())];
      await quiet();
      expect(store.held).toBe(1);
      expect(check()).toBe(before);
      const told = at.events.slice(count).filter(({ actorRef }) => actorRef === at.actor);
      expect(told).toEqual([]);
      isHeld = false;
      store.release();
      await answer;
      await quiet();
      await note();
      expect(committed.has(check())).toBe(true);
    }
    expect(shownUncommitted).toEqual([]);
    expect(await at.task.info()).toMatchObject({ state: 'success', cancelled: true, result: 'done' });
  });
});
