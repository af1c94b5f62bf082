import { expect, test, vi } from 'vitest';
import type { TaskInfo } from '../../src/index.ts';
import { Program } from '../jobs/program.ts';
import { Beside, type Shown } from './beside.ts';
import { call, command, commandLine, environment, tasksModule } from './command.ts';
import { fixed, part, whole } from './tasks.ts';

// Each starts several processes.
vi.setConfig({ testTimeout: 60_000 });

const beside = Beside.forEach();

test('a cancel reaches the body in the other process: requested, and ended when the body has', async () => {
  await beside.app();
  const task = await beside.supervisor.submit(whole);
  const [, body] = await beside.stage.player();
  const canceling = beside.start('cancel', task.key);
  await canceling.until(/^requested {2}.* whole$/m);
  expect((await body.heard('aborted')).reason).toBe('RequestCanceled');
  // Its code still runs.
  expect((await beside.call('cancel', task.key, '--no-wait')).stdout).toMatch(/^requested before/);
  expect(canceling.output).not.toContain('ended');
  expect((await task.info()).state).toBe('running');
  await body.tell({ do: 'obey' });
  expect(await canceling.exit).toBe(0);
  expect(canceling.output).toMatch(/^ended {6}.*RequestCanceled: The task was canceled by a user\.$/m);
  // Final is final.
  const late = await beside.call('cancel', task.key);
  expect([late.code, late.stderr]).toEqual([
    1,
    expect.stringMatching(/^error: .* in error \(RequestCanceled\)/),
  ]);
});

test('a cancel as JSON is a line for the receipt and a line for the end', async () => {
  await beside.app();
  const queued = await beside.supervisor.submit(part, undefined, { delayMs: 3_600_000 });
  expect(await beside.json('cancel', queued.key)).toEqual({ key: queued.key, receipt: 'canceled' });
  const { key } = await beside.supervisor.submit(whole);
  const [, body] = await beside.stage.player();
  const canceling = beside.start('cancel', key, '--json');
  await canceling.until(/\n/);
  await body.tell({ do: 'return', value: 7 });
  await canceling.exit;
  const [receipt, ended] = canceling.output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
  expect(receipt).toEqual({ key, receipt: 'requested' });
  expect(ended).toMatchObject({ key, ended: { state: 'success', cancelled: true, result: 7 } });
});

test('what is not cancelable is refused, and goes on', async () => {
  await beside.app();
  const task = await beside.supervisor.submit(fixed);
  await beside.stage.player();
  expect(await beside.call('cancel', task.key)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('is not cancelable'),
  });
});

test('a retry is a new task of the same input, linked to the old one, which stays as it was', async () => {
  await beside.app();
  const old = await beside.supervisor.submit(whole, { a: [1, new Date(0)] } as never, {
    entity: 'thing',
    changeTag: 'tag',
    priority: 3,
  });
  const [, body] = await beside.stage.player();
  expect((await beside.call('retry', old.key)).stderr).toMatch(/^error: .* is in state running\.\n/);
  await body.tell({ do: 'throw', message: 'no luck' });
  const ended = await old.ended();
  const retried = await beside.json<{ key: string; retryOf: string; task: TaskInfo }>('retry', old.key);
  expect(retried).toMatchObject({
    retryOf: old.key,
    task: {
      descriptionId: 'whole',
      entity: 'thing',
      changeTag: 'tag',
      priority: 3,
      parentTaskKey: old.key,
      rootTaskKey: old.key,
    },
  });
  const [started, again] = await beside.stage.player();
  expect(started).toMatchObject({ key: retried.key, input: { a: [1, '1970-01-01T00:00:00.000Z'] } });
  await again.tell({ do: 'return', value: 1 });
  await (await beside.supervisor.task(retried.key)).ended();
  expect(await old.info()).toEqual(ended);
  const { children } = await beside.json<Shown>('show', old.key);
  expect(children).toMatchObject([{ link: 'linked', task: { key: retried.key, state: 'success' } }]);
  // What succeeded is done again only for whoever says so.
  expect(await beside.call('retry', retried.key)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--again'),
  });
  expect((await beside.call('retry', retried.key, '--again')).stdout).toMatch(/^queued {2}.*, a retry of /);
  await beside.stage.player();
});

test('a pause holds back what is queued, of one type or of all, until it is taken back', async () => {
  const app = await beside.app();
  expect(await beside.json('pause', 'part')).toEqual({ everything: false, types: ['part'] });
  await app.until(/^paused: part$/m);
  await beside.supervisor.submit(part);
  const free = await beside.supervisor.submit(whole);
  const [{ key }, body] = await beside.stage.player();
  expect(key).toBe(free.key);
  expect((await beside.call('pause')).stdout).toBe('Paused: everything, part.\n');
  expect((await beside.call('list')).stderr).toContain('Paused: everything, part.');
  await body.tell({ do: 'return' });
  await free.ended();
  expect((await beside.call('resume')).stdout).toBe('Paused: part.\n');
  await app.until(/^paused: , part\npaused: part$/m);
  expect((await beside.call('resume', 'part')).stdout).toBe('Nothing is paused.\n');
  await beside.stage.player();
});

test('a prune removes what ended and is old or too much, and nothing that lives', async () => {
  await beside.app();
  const tasks = [
    await beside.supervisor.submit(part),
    await beside.supervisor.submit(part),
    await beside.supervisor.submit(part),
  ];
  for (let n = 0; n < 2; n += 1) {
    const [, body] = await beside.stage.player();
    await body.tell({ do: 'return' });
  }
  await beside.stage.player();
  for (const task of tasks.slice(0, 2)) await task.ended();
  expect(await beside.call('prune')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--older-than'),
  });
  // They ended within the last minute.
  expect(await beside.json('prune', '--keep', '1')).toEqual({ removed: 0 });
  expect(await beside.json('prune', '--older-than', '0s', '--state', 'error')).toEqual({ removed: 0 });
  expect((await beside.call('prune', '--older-than', '0s')).stdout).toBe('Removed 2 tasks.\n');
  expect((await beside.json<{ tasks: TaskInfo[] }>('list')).tasks.map(({ state }) => state)).toEqual([
    'running',
  ]);
});

test('a run in a file is a task like any other there', async () => {
  const running = new Program(commandLine('run', tasksModule, 'part', '--db', '.taskchart/tasks.db'), {
    cwd: beside.folder.path,
    env: { ...environment, TASKCHART_STAGE: beside.stage.path },
  });
  const [{ key }, body] = await beside.stage.player();
  const elsewhere = ['--db', '.taskchart/tasks.db'];
  const listed = await call(beside.folder.path, 'list', ...elsewhere);
  expect(listed.stdout).toMatch(new RegExp(`^${key} {2}part {2}running`));
  const canceling = command(beside.folder.path, 'cancel', key, ...elsewhere);
  await body.heard('aborted');
  await body.tell({ do: 'obey' });
  expect([await canceling.exit, await running.exit]).toEqual([0, 130]);
});

test('what a killed app left is not touched by a command that runs nothing', async () => {
  const app = await beside.app();
  const held = await beside.supervisor.submit(whole);
  await beside.stage.player();
  app.signal('SIGKILL');
  await app.exit;
  const queued = await beside.supervisor.submit(part);
  expect((await beside.call('cancel', queued.key)).stdout).toMatch(/^canceled/);
  expect(await held.info()).toMatchObject({ state: 'running', attempt: 1 });
});
