import { expect, test, vi } from 'vitest';
import type { TaskInfo } from '../../src/index.ts';
import { Beside, type Shown } from './beside.ts';
import { failing, part, whole } from './tasks.ts';

// Each starts several processes.
vi.setConfig({ testTimeout: 60_000 });

const beside = Beside.forEach();

test('a list shows the newest first, page by page, and those that are asked for', async () => {
  await beside.app(1);
  const keys: string[] = [];
  for (const entity of ['a', 'b', 'c', 'd', 'e'])
    keys.push((await beside.supervisor.submit(part, undefined, { entity })).key);
  await beside.stage.player();
  const first = await beside.json<{ tasks: TaskInfo[]; next: number }>('list', '--limit', '2');
  expect(first.tasks.map(({ key }) => key)).toEqual([keys[4], keys[3]]);
  const rest = await beside.json<{ tasks: TaskInfo[] }>(
    'list',
    '--before',
    String(first.next),
    '--limit',
    '9',
  );
  expect(rest.tasks.map(({ key }) => key)).toEqual([keys[2], keys[1], keys[0]]);
  expect(rest).not.toHaveProperty('next');
  const some = await beside.json<{ tasks: TaskInfo[] }>(
    'list',
    '--state',
    'running',
    '--entity',
    'a',
    '--entity',
    'b',
  );
  expect(some.tasks.map(({ entity }) => entity)).toEqual(['a']);
  const { stdout, stderr } = await beside.call('list', '--limit', '1');
  expect(stdout).toMatch(new RegExp(`^${keys[4]} {2}part {2}queued .* e\\n$`));
  expect(stderr).toMatch(/^1 task shown, of 4 queued, 1 running, 0 success, 0 error\. More: --before \d+\n$/);
});

test('a task is named by any part of the beginning or the end of its key that no other has', async () => {
  const one = await beside.supervisor.submit(part);
  const other = await beside.supervisor.submit(part);
  const shown = await beside.json<{ task: TaskInfo }>('show', one.key.slice(-8));
  expect(shown.task.key).toBe(one.key);
  const both = await beside.call('show', one.key.slice(0, 4));
  expect(both.code).toBe(2);
  expect(both.stderr).toContain(one.key);
  expect(both.stderr).toContain(other.key);
  expect(both.stderr).toContain('Give more of the key.');
});

test('a task that waits says for what: a process, a slot, its time, a resume', async () => {
  const first = await beside.supervisor.submit(whole);
  expect(await beside.waits(first.key)).toEqual(['process']);
  await beside.app(1);
  const [, body] = await beside.stage.player();
  const second = await beside.supervisor.submit(part);
  expect(await beside.waits(second.key)).toEqual(['slot']);
  const later = await beside.supervisor.submit(part, undefined, {
    delayMs: 3_600_000,
    deadlineMs: 7_200_000,
  });
  expect(await beside.waits(later.key)).toEqual(['start', 'deadline']);
  await beside.supervisor.pause('part');
  await beside.supervisor.pause();
  expect(await beside.waits(second.key)).toEqual(['resume', 'resume']);
  expect(await beside.waits(first.key)).toEqual(['body']);
  await body.tell({ do: 'return' });
  await first.ended();
  expect(await beside.waits(first.key)).toEqual([]);
});

test('a task that runs says what it waits for: its body, asked or not, stubborn or not, and its children', async () => {
  await beside.app();
  const task = await beside.supervisor.submit(whole);
  const [, body] = await beside.stage.player();
  await body.tell({ do: 'spawn', entities: ['a.txt'] });
  const [{ key: childKey }, child] = await beside.stage.player();
  const before = await beside.json<Shown>('show', task.key);
  expect(before.waitingFor).toMatchObject([
    { for: 'body', text: 'its body, which works' },
    { for: 'children', text: '1 child task not ended: see below' },
  ]);
  expect(before.children).toMatchObject([
    { link: 'child', task: { key: childKey, entity: 'a.txt', state: 'running' } },
  ]);
  await task.cancel();
  for await (const { unresponsiveSince } of task.watch()) if (unresponsiveSince) break;
  const { stdout } = await beside.call('show', task.key);
  expect(stdout).toMatch(/^state +canceling$/m);
  expect(stdout).toMatch(/^cancel +requested, not ended yet$/m);
  expect(stdout).toMatch(/^ {2}its body to end: a cancel was requested \d{4}-.* ago\)$/m);
  expect(stdout).toMatch(/^ {2}which has ignored the abort longer than its grace, since \d{4}/m);
  expect(stdout).toMatch(/CANCEL +requested +→ running\.canceling$/m);
  await body.tell({ do: 'return' });
  for await (const _info of task.watch())
    if ((await beside.json<Shown>('show', task.key)).journal.at(-1)?.leaf === 'running.joining') break;
  expect(await beside.waits(task.key)).toEqual(['children']);
  await child.tell({ do: 'obey' });
  await task.ended();
});

test('a task that failed waits for its next attempt, and shows the one that it had', async () => {
  await beside.app();
  const task = await beside.supervisor.submit(failing);
  const [, body] = await beside.stage.player();
  await body.tell({ do: 'throw', message: 'no \u001B[2J luck' });
  for await (const { attempt } of task.watch()) if (attempt === 2) break;
  const { stdout } = await beside.call('show', task.key);
  expect(stdout).toMatch(/^ {2}attempt 2 of 3, after a backoff, \d{4}-.*\(in \d+ min\)$/m);
  expect(stdout).toMatch(/^ {2}1 {2}\d{4}-.* ms {2}SystemError: no \\u001b\[2J luck$/m);
});

test('a watch shows every change of a task as it comes, and ends with it', async () => {
  await beside.app();
  const task = await beside.supervisor.submit(whole);
  const [, body] = await beside.stage.player();
  const watching = beside.start('watch', task.key, '--json');
  await watching.until(/"state":"running"/);
  await body.tell({ do: 'progress', percent: 40 });
  await watching.until(/"progress":40/);
  await body.tell({ do: 'throw', message: 'no luck' });
  expect(await watching.exit).toBe(1);
  const last = JSON.parse(watching.output.trim().split('\n').at(-1) ?? '') as TaskInfo;
  expect(last).toMatchObject({ state: 'error', error: { localizedMessage: 'no luck' } });
});

test('a watch of all shows what is submitted after it began, until Ctrl-C', async () => {
  await beside.app();
  const watching = beside.start('watch', '--type', 'part');
  const before = await beside.supervisor.submit(part, undefined, { entity: 'first', delayMs: 3_600_000 });
  await watching.until(/ part {2}queued .* first$/m);
  await beside.supervisor.submit(whole);
  await beside.supervisor.submit(part, undefined, { entity: 'second' });
  const [, body] = await beside.stage.player();
  const [, other] = await beside.stage.player();
  await watching.until(/ part {2}running .* second$/m);
  await Promise.all([body.tell({ do: 'return' }), other.tell({ do: 'return' })]);
  await watching.until(/ part {2}success .* second$/m);
  await before.cancel();
  await watching.until(/ part {2}error .* first {2}RequestCanceled/m);
  expect(watching.output).not.toContain('whole');
  watching.signal('SIGINT');
  expect(await watching.exit).toBe(130);
});
