import type { TaskRecord } from '../../src/index.ts';
import { shown } from './ledger.ts';
import type { World } from './world.ts';

/** Longer than anything waits that is not held up: delays, backoffs, timeouts, graces. */
const calmUnits = 300;

/** Nothing is paused any more, whatever the order in which that was asked. */
async function resumeAll(world: World): Promise<void> {
  const side = world.live();
  const types = [undefined, 'plain', 'retried'];
  for (const type of types) {
    await world.until(world.ledger.ask('last resume', async () => side?.supervisor.resume(type)));
  }
}

async function unfinished({ store }: World): Promise<readonly TaskRecord[]> {
  return store.records.query({ filter: { states: ['queued', 'running'] }, after: 0, limit: 1_000 });
}

async function isEmpty({ store }: World): Promise<boolean> {
  const { queued, running } = await store.records.counts();
  return queued + running === 0;
}

/**
 * What its creator forgot is ended by whoever is left: also what nobody was told of, as the supervisor stopped before
 * the store had answered.
 */
async function endCreated(world: World): Promise<void> {
  const { ledger } = world;
  for (const { key, life } of await unfinished(world)) {
    const side = world.live();
    if (!side || life.driver !== 'creator') continue;
    ledger.account(key, 'created').isToldCanceled = true;
    const end = async () => {
      const task = await side.supervisor.task(key);
      await task.setState('error', { fault: 'RequestCanceled' });
    };
    await world.until(ledger.ask('the last word on a created task', end));
  }
}

/** Every task ends, once nothing holds it up. */
async function endTasks(world: World): Promise<void> {
  const { ledger, site } = world;
  await resumeAll(world);
  await site.pass(calmUnits * site.unitMs);
  // A pause that the store refused for a while may have come after that.
  await resumeAll(world);
  await site.pass(calmUnits * site.unitMs);
  ledger.lookAtCanceled((token) => world.sides.some((side) => side.token === token));
  world.gate.resolve();
  await site.pass(calmUnits * site.unitMs);
  await endCreated(world);
  if (await world.eventually(() => isEmpty(world))) return;
  for (const { key, leaf, creation, life } of await unfinished(world)) {
    const { attempt, cancelled } = life;
    ledger.broken(
      'no task is stuck',
      `${key} (${creation.type}) is ${leaf}, attempt ${attempt}${cancelled ? ', cancelled' : ''}`,
    );
  }
}

/** What any reader is told of each task now. */
async function lookAtOutcomes(world: World): Promise<void> {
  const { ledger, circumstances } = world;
  for (const [key, account] of ledger.accounts) {
    const side = world.live();
    if (!side) return;
    const look = async () => (await side.supervisor.task(key)).info();
    const info = await world.until(ledger.ask('last info', look));
    if (info) ledger.see(info);
    else if (!circumstances.forgets) ledger.broken('I10 a key stays known', `${key} (${account.what})`);
  }
}

/** A supervisor for which there is nothing to do holds nothing. */
async function lookAtSupervisors(world: World): Promise<void> {
  const isAtRest = () =>
    world.sides.every(({ supervisor }) => shown(supervisor).lanes === 0 && shown(supervisor).slots === 0);
  const isCalm = () => isAtRest() && world.site.timers().foreground === 0;
  if (await world.eventually(isCalm)) return;
  const { foreground } = world.site.timers();
  if (foreground > 0) world.ledger.broken('no timer is left when all have ended', `${foreground} are set`);
  for (const { supervisor } of isAtRest() ? [] : world.sides) {
    const { lanes, slots } = shown(supervisor);
    world.ledger.broken('nothing is kept of what has ended', `${lanes} lanes, ${slots} slots are left`);
  }
}

async function stopAll(world: World): Promise<void> {
  const { ledger, sides, left } = world;
  for (const { supervisor } of sides) void ledger.ask('last stop', () => supervisor.stop({ waitMs: 0 }));
  const isOver = () =>
    [...sides, ...left].every(
      ({ supervisor }) => (supervisor.actor.getSnapshot() as { status: string }).status === 'done',
    );
  if (await world.eventually(isOver)) return;
  ledger.broken('a supervisor that was stopped ends', `not every one of ${sides.length + left.length} has`);
}

async function lookAtPromises(world: World, stays: boolean): Promise<void> {
  // The reader of a supervisor's events waits as long as it lives.
  const pending = () => world.ledger.pending.filter((what) => !stays || what !== 'events');
  if (await world.eventually(() => pending().length === 0)) return;
  const kinds = Object.entries(Object.groupBy(pending(), (what) => what));
  const left = kinds.map(([what, all]) => `${all?.length} × ${what}`).join(', ');
  world.ledger.broken('I14 every promise settles', left);
}

/** The world comes to rest, and what is left over is held against it; `stays`: its supervisors go on. */
export async function endOf(world: World, stays: boolean): Promise<void> {
  const { ledger, site } = world;
  await endTasks(world);
  await lookAtOutcomes(world);
  await world.probe();
  await lookAtSupervisors(world);
  if (!stays) await stopAll(world);
  await lookAtPromises(world, stays);
  ledger.lookAtListeners();
  if (stays) return;
  if (!(await world.eventually(() => site.timers().all === 0)))
    ledger.broken('no timer is left', `${site.timers().all} are set`);
}
