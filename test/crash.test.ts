import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { CrashingProcess } from './crash/crashing-process.ts';
import { planOf } from './crash/plans.ts';
import { playRound } from './crash/round.ts';
import { Site } from './crash/site.ts';
import type { Told } from './crash/told.ts';

/** For machines that are busy with other things. */
const patient = { timeout: 180_000 };
/** Nobody is found lost who is not. */
const longLeaseMs = 60_000;

const event = (name: string) => (told: Told) => told.kind === 'event' && told.event === name;

async function firstKey(process: CrashingProcess): Promise<string> {
  const told = await process.says(({ kind }) => kind === 'key');
  return (told as Extract<Told, { kind: 'key' }>).key;
}

// 20 processes, four on each file; rounds that lie apart die at other calls of their stores.
test.concurrent.for([0, 4, 8, 12, 16])(
  'nothing is lost, stuck or done twice by processes that are killed at any call of their store: round %i',
  patient,
  async (round, { expect: expected }) => {
    const { breaches, kills } = await playRound(planOf(1, round));
    expected(breaches).toEqual([]);
    expected(kills).toBe(4);
  },
);

test(
  'a process that was stopped for longer than its lease is refused, hears of it, and has its bodies aborted',
  patient,
  async () => {
    await using site = new Site(1_500);
    const late = site.start('late');
    await late.ready();
    late.do({ do: 'submit', type: 'deaf', input: 300, count: 1 });
    await late.says(({ kind }) => kind === 'start');
    const key = await firstKey(late);
    late.do({ do: 'freeze' });
    await late.says(({ kind }) => kind === 'frozen');
    const other = site.start('other');
    await other.says((told) => told.kind === 'start' && told.key === key);
    late.signal('SIGCONT');
    await Promise.all([
      late.says(event('leaseLost')),
      late.says((told) => told.kind === 'abort' && told.reason === 'Evicted'),
      late.says(({ kind }) => kind === 'late'),
      late.says(event('late')),
    ]);
    await other.done({ do: 'idle' });
    await Promise.all([late.stop(), other.stop()]);
    const { tasks, breaches, history } = await site.judge();
    expect(breaches).toEqual([]);
    expect(tasks.get(key)).toMatchObject({ state: 'success', attempt: 1, checkpoint: 1 });
    expect(tasks.get(key)?.attempts).toMatchObject([{ fault: { fault: { name: 'WorkerLost' } } }, {}]);
    expect(history.of('saved').map(({ by }) => by)).toEqual(['other']);
  },
);

const holder = join(import.meta.dirname, 'crash/lock-holder.ts');

async function lockHolder(path: string, ...heldMs: string[]): Promise<ChildProcess> {
  const child = spawn(process.execPath, [holder, path, ...heldMs], { stdio: ['pipe', 'pipe', 'inherit'] });
  await once(child.stdout as NonNullable<ChildProcess['stdout']>, 'data');
  return child;
}

/** The event loop of the process turns so often again. */
async function turnsOn(process: CrashingProcess, turns: number): Promise<void> {
  for (let seen = 0; seen < turns;) {
    const told = process.hears(({ kind }) => kind === 'turns');
    process.do({ do: 'turns' });
    seen += ((await told) as Extract<Told, { kind: 'turns' }>).turns;
  }
}

const keysOf = ({ told }: CrashingProcess) => told.filter(({ kind }) => kind === 'key').length;

test(
  'while a process is stopped inside of its commit the others wait, answer late and lose nothing, and their loops turn',
  patient,
  async () => {
    await using site = new Site(longLeaseMs);
    const [worker, web] = [site.start('worker'), site.start('web', { run: false })];
    await Promise.all([worker.ready(), web.ready()]);
    const frozen = await lockHolder(site.path);
    const isGone = once(frozen, 'exit');
    frozen.kill('SIGSTOP');
    const submitted = [worker, web].map((process) =>
      process.done({ do: 'submit', type: 'steps', input: 2, count: 5 }),
    );
    await Promise.all([turnsOn(worker, 300), turnsOn(web, 300)]);
    expect([keysOf(worker), keysOf(web)]).toEqual([0, 0]);
    frozen.kill('SIGCONT');
    frozen.stdin?.write('go');
    await Promise.all(submitted);
    await web.done({ do: 'idle' });
    await Promise.all([web.stop(), worker.stop(), isGone]);
    const { tasks, breaches } = await site.judge();
    expect([keysOf(worker), keysOf(web), tasks.size]).toEqual([5, 5, 10]);
    expect(breaches).toEqual([]);
  },
);

test(
  'while another process holds the lock for two seconds no operation fails, and the loop turns',
  patient,
  async () => {
    await using site = new Site(longLeaseMs);
    const worker = site.start('worker');
    await worker.ready();
    const locking = await lockHolder(site.path, '2000');
    const isFree = once(locking, 'exit').then(() => true);
    const working = worker.done({ do: 'work', options: { seed: 5, clients: 4, operations: 5, keys: [] } });
    let turns = 0;
    while (!(await Promise.race([isFree, turnsOn(worker, 20).then(() => false)]))) turns += 20;
    expect(turns).toBeGreaterThanOrEqual(40);
    await working;
    await worker.done({ do: 'idle' });
    await worker.stop();
    const { tasks, breaches } = await site.judge();
    expect(tasks.size).toBeGreaterThan(0);
    expect(breaches).toEqual([]);
  },
);

test.for([2, 4])('%i processes under load run each task once', patient, async (count) => {
  await using site = new Site(longLeaseMs);
  const names = Array.from({ length: count }, (_, index) => `worker ${index + 1}`);
  const workers = names.map((name) => site.start(name, { concurrency: 3 }));
  await Promise.all(workers.map((worker) => worker.ready()));
  const each = 60 / count;
  const commands = ['brief', 'steps'].map((type) => ({ do: 'submit', type, input: 3, count: each }) as const);
  for (const command of commands) await Promise.all(workers.map((worker) => worker.done(command)));
  await Promise.all(workers.map((worker) => worker.done({ do: 'idle' })));
  await Promise.all(workers.map((worker) => worker.stop()));
  const { history, tasks, breaches } = await site.judge();
  expect(breaches).toEqual([]);
  expect(history.of('leaseEnded')).toEqual([]);
  expect([...tasks.values()].filter(({ state }) => state === 'success')).toHaveLength(120);
  expect(history.runs.map(({ key }) => key).toSorted()).toEqual([...tasks.keys()].toSorted());
});

test('a cancel of a process that runs nothing reaches the body in another', patient, async () => {
  await using site = new Site(longLeaseMs);
  const [web, worker] = [site.start('web', { run: false }), site.start('worker')];
  await Promise.all([web.ready(), worker.ready()]);
  web.do({ do: 'submit', type: 'brief', input: 600_000, count: 1 });
  const key = await firstKey(web);
  await worker.says((told) => told.kind === 'start' && told.key === key);
  web.do({ do: 'cancel', key });
  expect(await worker.says(({ kind }) => kind === 'abort')).toMatchObject({ key, reason: 'RequestCanceled' });
  await web.done({ do: 'idle' });
  expect(web.told.find(({ kind }) => kind === 'receipt')).toMatchObject({ key, receipt: 'requested' });
  await Promise.all([web.stop(), worker.stop()]);
  const { tasks, breaches } = await site.judge();
  expect(tasks.get(key)?.error?.fault.name).toBe('RequestCanceled');
  expect(breaches).toEqual([]);
});

const command = join(import.meta.dirname, 'crash/main.ts');

test.for([
  [['--kills', 'x'], 'Expected --kills to be an integer from 0 to 2147483647, got "x".'],
  [['--sed', '1'], "Unknown option '--sed'"],
] as const)('the command refuses %j with what was expected', async ([args, message]) => {
  const child = spawn(process.execPath, [command, ...args], { stdio: 'pipe' });
  let complaint = '';
  child.stderr.on('data', (text: Buffer) => (complaint += String(text)));
  expect(await once(child, 'close')).toEqual([2, null]);
  expect(complaint).toContain(message);
  expect(complaint).toContain('Usage: npm run crash');
});
