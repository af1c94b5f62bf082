import { Fault, type TaskHandle, type TaskInfo } from '../../src/index.ts';
import { drawScript, taskTypes } from './script.ts';
import type { Side, World } from './world.ts';

/** How often each thing is done. */
const actions = {
  submit: 30,
  race: 3,
  create: 4,
  cancel: 12,
  cancelStorm: 2,
  report: 4,
  describe: 4,
  note: 3,
  watch: 6,
  watchSlowly: 2,
  leaveWatch: 2,
  abandonWatch: 2,
  wait: 4,
  look: 4,
  list: 1,
  pause: 2,
  resume: 4,
  idle: 1,
  principal: 3,
  wrong: 2,
  pass: 20,
  restart: 2,
};
type Action = keyof typeof actions;

/** Whoever waits for the end of a task that this supervisor may not see, waits through another. */
function follow({ ledger }: World, task: TaskHandle): void {
  void ledger.ask('ended', async () => ledger.see(await task.ended()));
}

function keep(world: World, what: string, task: TaskHandle | undefined): void {
  if (!task) return;
  world.ledger.account(task.key, what);
  world.tasks.push(task);
  follow(world, task);
}

function submit(world: World, { supervisor, types }: Side): void {
  const { chance, ledger, site } = world;
  const type = chance.of(taskTypes);
  const script = drawScript(chance);
  const delayMs = chance.of([0, 0, 0, 0, 5, 40]) * site.unitMs;
  const when = chance.percent(20) ? { startAt: site.clock.now() + delayMs } : { delayMs };
  const deadline = chance.percent(10) ? { deadlineMs: 20 * site.unitMs } : {};
  const options = { priority: chance.below(3), ...when, ...deadline };
  const asked = ledger.ask('submit', () => supervisor.submit(types[type], script, options));
  void asked.then((task) => keep(world, type, task));
}

/** Several submit under one name at once, through any supervisor: there is one task, or a refusal of another input. */
function race(world: World): void {
  const { chance, ledger, sides } = world;
  const idempotencyKey = `k${chance.below(6)}`;
  const script = drawScript(chance);
  const asked = Array.from({ length: 2 + chance.below(3) }, () => {
    const side = chance.among(sides);
    return ledger.ask('submit under a name', () =>
      side
        ? side.supervisor.submit(side.types.plain, script, { idempotencyKey })
        : Promise.reject(new Fault('SupervisorStopped')),
    );
  });
  void Promise.all(asked).then((tasks) => {
    const keys = new Set(tasks.flatMap((task) => task?.key ?? []));
    if (keys.size > 1) ledger.broken('a name stands for one task', `${idempotencyKey}: ${[...keys].join()}`);
    keep(
      world,
      'plain',
      tasks.find((task) => task !== undefined),
    );
  });
}

/** A task that its creator drives, well or badly. */
function create(world: World, { supervisor }: Side): void {
  const { chance, ledger, site } = world;
  const cancelable = chance.percent(70);
  const [isForgotten, fails, percent] = [chance.percent(25), chance.percent(30), chance.below(100)];
  const restMs = chance.of([0, 5, 30]) * site.unitMs;
  void ledger.ask('createTask', async () => {
    const task = await supervisor.createTask({ type: 'created', cancelable });
    keep(world, 'created', task);
    ledger.signals.push(task.signal);
    task.signal.addEventListener('abort', () => {}, { once: true });
    await ledger.ask('setState running', () => task.setState('running'));
    if (isForgotten) return;
    await ledger.ask('updateProgress', () => task.updateProgress(percent));
    await new Promise<void>((resolve) => void site.clock.setTimer(restMs, resolve));
    // Whoever was canceled says so, or ends as it would have.
    const end = fails || task.signal.aborted ? ('error' as const) : ('success' as const);
    await ledger.ask(`setState ${end}`, () => task.setState(end));
  });
}

/** The task as one of the supervisors gives it. */
function anyTask(world: World, use: (task: TaskHandle) => void): void {
  const { chance, ledger } = world;
  const task = chance.among(world.tasks);
  const side = chance.percent(30) ? chance.among(world.sides) : undefined;
  if (!task) return;
  if (!side) return use(task);
  void ledger.ask('task', () => side.supervisor.task(task.key)).then((found) => found && use(found));
}

function cancel(world: World, times: number): void {
  const { ledger } = world;
  for (let time = 0; time < times; time += 1) {
    anyTask(world, (task) => {
      void ledger.ask('cancel', () => task.cancel()).then((receipt) => ledger.receipt(task.key, receipt));
    });
  }
}

/** Follows a task to its end, or for a while: how its reader does it, and how long. */
function watch(world: World, how: 'all' | 'slowly' | 'leaves' | 'abandons'): void {
  const { chance, ledger, site } = world;
  const most = how === 'leaves' || how === 'abandons' ? 1 + chance.below(3) : Number.POSITIVE_INFINITY;
  const restMs = chance.of([1, 10, 50]) * site.unitMs;
  anyTask(world, (task) => {
    const reader = task.watch();
    void ledger.ask(`watch (${how})`, async () => {
      let before: TaskInfo | undefined;
      for (let seen = 0; seen < most; seen += 1) {
        const { value, done } = await reader.next();
        if (done) return sawEnd(world, before);
        ledger.see(value, before);
        before = value;
        if (how === 'slowly') await new Promise<void>((resolve) => void site.clock.setTimer(restMs, resolve));
      }
      if (how === 'leaves') await reader.return();
    });
  });
}

function sawEnd({ ledger }: World, last: TaskInfo | undefined): void {
  if (last?.state !== 'success' && last?.state !== 'error')
    ledger.broken('I11 the end is never missed', `a watch of ${last?.key} ended after ${last?.state}`);
}

function principal(world: World, { supervisor }: Side): void {
  const { chance, ledger } = world;
  const who = chance.of(['reader', 'admin', 'thrower', 'nobody', undefined]);
  const face = supervisor.as(who);
  const task = chance.among(world.tasks);
  if (!task) return;
  void ledger.ask(`cancel as ${who}`, async () => {
    const own = await face.task(task.key);
    ledger.see(await own.info());
    ledger.receipt(task.key, await own.cancel());
  });
}

/** What nobody may ask: it is refused, and nothing is left behind. */
function wrong(world: World, { supervisor, types }: Side): void {
  const { chance, ledger } = world;
  const refused = async (what: string, call: () => Promise<unknown>) => {
    const answer = await ledger.ask(what, async () => ({ value: await call() }));
    if (answer) ledger.broken('what is wrong is refused', what);
  };
  const what = chance.of(['priority', 'key', 'input', 'progress']);
  if (what === 'priority')
    void refused(what, () => supervisor.submit(types.plain, drawScript(chance), { priority: 0.5 }));
  if (what === 'key') void refused(what, () => supervisor.task('no such key'));
  if (what === 'input') void refused(what, () => supervisor.submit(types.plain, (() => {}) as never));
  if (what === 'progress')
    anyTask(world, (task) => void refused(what, () => task.updateProgress(Number.NaN)));
}

/** A supervisor goes, one way or the other, and another takes up what it leaves. */
async function restart(world: World): Promise<void> {
  const { chance, ledger, sides, site } = world;
  const index = chance.below(sides.length);
  const old = sides[index];
  // The resident stays.
  if (!old || site.kind === 'resident') return;
  old.isLeaving = true;
  const drains = chance.percent(25);
  const waitMs = chance.of([0, 0, 5, 30]) * site.unitMs;
  void ledger.ask('stop', () => (drains ? old.supervisor.drain() : old.supervisor.stop({ waitMs })));
  if (chance.percent(20)) void ledger.ask('stop again', () => old.supervisor.stop());
  await site.some(chance.below(8));
  world.left.push(old);
  sides[index] = await world.open();
}

function ask(world: World, what: string, operation: (task: TaskHandle) => Promise<unknown>): void {
  anyTask(world, (task) => void world.ledger.ask(what, () => operation(task)));
}

const deeds: Readonly<Record<Action, (world: World, side: Side) => void | Promise<void>>> = {
  submit,
  race: (world) => race(world),
  create,
  cancel: (world) => cancel(world, 1),
  cancelStorm: (world) => cancel(world, 20),
  report: (world) => ask(world, 'updateProgress', (task) => task.updateProgress(50)),
  describe: (world) => ask(world, 'setDescription', (task) => task.setDescription('Described')),
  note: (world) => ask(world, 'setCustomValue', (task) => task.setCustomValue('note', 'noted')),
  watch: (world) => watch(world, 'all'),
  watchSlowly: (world) => watch(world, 'slowly'),
  leaveWatch: (world) => watch(world, 'leaves'),
  abandonWatch: (world) => watch(world, 'abandons'),
  wait: (world) => ask(world, 'result', (task) => task.result()),
  look: (world) => ask(world, 'info', async (task) => world.ledger.see(await task.info())),
  list: ({ ledger }, { supervisor }) =>
    void ledger.ask('tasks', async () => {
      for await (const info of supervisor.tasks({ state: ['queued', 'running'] })) ledger.see(info);
    }),
  pause: ({ ledger, chance }, { supervisor }) => {
    const type = chance.of([undefined, 'plain', 'retried'] as const);
    void ledger.ask('pause', () => supervisor.pause(type));
  },
  resume: ({ ledger, chance }, { supervisor }) => {
    const type = chance.of([undefined, 'plain', 'retried'] as const);
    void ledger.ask('resume', () => supervisor.resume(type));
  },
  idle: ({ ledger }, { supervisor }) => void ledger.ask('idle', () => supervisor.idle()),
  principal,
  wrong,
  pass: ({ site, chance }) => site.pass(chance.of([0, 1, 3, 10, 40]) * site.unitMs),
  restart: (world) => restart(world),
};

/** Everything at once, so many times over. */
export async function storm(world: World, times: number): Promise<void> {
  const { chance, site } = world;
  for (let time = 0; time < times; time += 1) {
    const side = world.live();
    if (side) await deeds[chance.weighted(actions)](world, side);
    await site.some(chance.below(6));
  }
}
