import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createSupervisor } from '../../src/index.ts';
import { sqliteStore } from '../../src/stores/sqlite.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { Terminal } from '../support/terminal.ts';
import { environment, installCommand, tasksModule } from './command.ts';
import { Stage } from './stage.ts';
import { part } from './tasks.ts';

// Each starts several processes.
vi.setConfig({ testTimeout: 60_000 });

let folder: ReturnType<typeof temporaryFolder>;
let stage: Stage;

beforeEach(async () => {
  folder = temporaryFolder();
  stage = await Stage.open(folder.file('stage'));
  await installCommand(folder.path);
});

afterEach(async () => {
  await stage[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

function terminal(columns?: number, rows?: number, own: Record<string, string> = {}): Promise<Terminal> {
  const env = {
    ...environment,
    PATH: `${folder.path}:${process.env['PATH']}`,
    TASKCHART_STAGE: stage.path,
    M: tasksModule,
    ...own,
  };
  return Terminal.open(folder.path, { env, ...(columns && { columns }), ...(rows && { rows }) });
}

test('a run is seen while it goes on: its words, its progress, its children, and its result in the end', async () => {
  await using screen = await terminal();
  await screen.type('taskchart run $M whole');
  const [, body] = await stage.player();
  await body.tell({ do: 'describe', text: 'Reading' });
  await body.tell({ do: 'spawn', entities: ['one.txt', 'two.txt'] });
  const [first, one] = await stage.player();
  const [, two] = await stage.player();
  await one.tell({ do: 'progress', percent: 40 });
  await screen.until(
    /^whole {2}Reading\n.*█.*░.* 20 %\n0:\d\d · 2 child tasks running · 0 ended\n.*█.* 40 % {2}\w+\.txt/m,
  );
  expect(first.entity).toMatch(/\.txt$/);
  await one.tell({ do: 'return' });
  await screen.until(/ 50 %\n.* 1 child task running · 1 ended/);
  await two.tell({ do: 'return' });
  await body.tell({ do: 'return', value: { done: true } });
  // The picture is gone, the result stays.
  const end = await screen.until(/^\[0\]> $/m);
  expect(end).toContain('{ done: true }');
  expect(end).not.toContain('█');
});

test('the first Ctrl-C is a cancel request, and the task ends when its code does', async () => {
  await using screen = await terminal();
  await screen.type('taskchart run $M whole');
  const [, body] = await stage.player();
  await screen.press('C-c');
  expect((await body.heard('aborted')).reason).toBe('RequestCanceled');
  // Its code still runs: it is not called ended.
  await screen.until(/canceling: the task is asked to end\.\n[^]*^canceling: whole ignores the abort/m);
  await body.tell({ do: 'obey' });
  expect(await screen.until(/^\[130\]> $/m)).toContain('Canceled. The task was canceled by a user.');
});

test('the second Ctrl-C is answered: requested already; the third exits at once', async () => {
  await using screen = await terminal();
  await screen.type('taskchart run $M whole');
  const [, body] = await stage.player();
  await screen.press('C-c');
  await body.heard('aborted');
  await screen.interruptUntil(/Cancel already requested: its code still runs\. Ctrl-C again exits at once\./);
  expect(await screen.interruptUntil(/^\[130\]> /m)).toContain('Exiting at once.');
});

test('what finished all the same after a Ctrl-C is a success, and says so', async () => {
  await using screen = await terminal();
  await screen.type('taskchart run $M whole');
  const [, body] = await stage.player();
  await screen.press('C-c');
  await body.heard('aborted');
  await body.tell({ do: 'return', value: 'all' });
  expect(await screen.until(/^\[0\]> $/m)).toMatch(
    /^all\nIt was asked to end, and had finished all the same/m,
  );
});

test('a task that is not cancelable goes on after a Ctrl-C', async () => {
  await using screen = await terminal();
  await screen.type('taskchart run $M fixed');
  const [, body] = await stage.player();
  await screen.press('C-c');
  await screen.until(/It is not cancelable, and goes on\./);
  await body.tell({ do: 'return', value: 'fixed' });
  expect(await screen.until(/^\[0\]> $/m)).toMatch(/^fixed$/m);
});

test.for([
  [40, 12],
  [200, 50],
] as const)('the picture fits into a window of %i columns and %i rows', async ([columns, rows]) => {
  await using screen = await terminal(columns, rows);
  await screen.type('clear; taskchart run $M whole --concurrency 60');
  const [, body] = await stage.player();
  const words = 'very long words 漢字 🙂 '.repeat(12);
  await body.tell({ do: 'describe', text: words });
  await body.tell({ do: 'spawn', entities: Array.from({ length: 60 }, (_, n) => `${n} ${words}`.trim()) });
  // Title, bar, numbers, children in all the room that is left once all of them have started, hint: no line is broken.
  const head = String.raw`^whole {2}very long words.*…\n.* 0 %\n0:\d\d · 60 child tasks running.*\n`;
  const children = String.raw`(.*0 % .*\n){${rows - 6}}.*… and \d+ more\nCtrl-C cancels\.$`;
  const text = await screen.until(new RegExp(head + children, 'm'));
  // It is as high as the window, and nothing has scrolled out.
  expect(text.split('\n').length).toBe(rows - 1);
});

test('a window that is made narrower while a task runs shows a picture that fits again', async () => {
  await using screen = await terminal(100, 20);
  await screen.type('clear; taskchart run $M whole');
  const [, body] = await stage.player();
  await body.tell({ do: 'describe', text: 'word '.repeat(30) });
  await screen.until(/^whole {2}word.{80,}…\n/m);
  await screen.resize(40, 20);
  await screen.until(/^whole {2}word.{25,33}…\nno progress yet\n0:\d\d\nCtrl-C cancels\.$/m);
});

test('what a body prints and logs stays above the picture, in whole lines; its words move no cursor', async () => {
  await using screen = await terminal();
  await screen.type('clear; taskchart run $M whole');
  const [, body] = await stage.player();
  await body.tell({ do: 'print', text: 'first line\nsecond ' });
  await body.tell({ do: 'print', text: 'line\n' });
  await body.tell({ do: 'log', text: 'logged \u001B[2J\u0007' });
  await body.tell({ do: 'describe', text: 'up \u001B[A and \u202Eback' });
  await screen.until(
    /^first line\nsecond line\nlogged \\u001b\[2J\\u0007\nwhole {2}up \\u001b\[A and \\u202eback\nno progress yet\n/m,
  );
});

test('without a terminal a run is lines on stderr, and the result alone is on stdout', async () => {
  await using screen = await terminal();
  await screen.type('taskchart run $M whole 2> lines | cat > result; cat lines result');
  const [, body] = await stage.player();
  await body.tell({ do: 'describe', text: 'Reading' });
  await body.tell({ do: 'return', value: 'the result' });
  const text = await screen.until(/^\[0\]> $/m);
  expect(text).toMatch(/^whole: (queued|running)\n[^]*^whole: success, Reading\nthe result\n/m);
});

test('whoever closes the pipe ends the command quietly', async () => {
  {
    await using store = sqliteStore(folder.file('tasks.db'));
    await using supervisor = await createSupervisor({ tasks: [part], store, run: false });
    await Promise.all(Array.from({ length: 2_000 }, () => supervisor.submit(part)));
  }
  await using screen = await terminal(200);
  await screen.type('taskchart list --db tasks.db --limit 2000 2>&1 | head -2; echo ${PIPESTATUS[@]}');
  expect(await screen.until(/^0 0$/m)).toMatch(/(^[-0-9a-f]{36} {2}part {2}queued .*\n){2}0 0$/m);
  await screen.type(
    'clear; taskchart list --db tasks.db --json --limit 2000 2>&1 | head -2; echo ${PIPESTATUS[@]}',
  );
  expect(await screen.until(/^0 0$/m)).toMatch(/^\{\n {2}"tasks": \[\n0 0$/m);
});

test('a list fits into a narrow window, and shows the ends of keys, by which the tasks can be named', async () => {
  let key: string;
  {
    await using store = sqliteStore(folder.file('tasks.db'));
    await using supervisor = await createSupervisor({ tasks: [part], store, run: false });
    ({ key } = await supervisor.submit(part, undefined, { entity: '漢字 '.repeat(30) }));
  }
  await using screen = await terminal(40);
  const end = key.slice(-8);
  await screen.type('taskchart list --db tasks.db 2> /dev/null');
  await screen.until(new RegExp(`^${end} {2}part {2}queued .*漢.*…\\n\\[0\\]> $`, 'm'));
  await screen.type(`clear; taskchart show ${end} --db tasks.db`);
  await screen.until(new RegExp(`^key +${key.slice(0, 20)}`, 'm'));
});

test('a terminal is shown colors, unless it is told otherwise', async () => {
  // oxlint-disable-next-line no-control-regex -- it is what is looked for
  const color = /\u001B\[3\dm/;
  await using screen = await terminal();
  await screen.type('taskchart run $M big');
  await screen.until(/^ {2}size: 18446744073709551616n,$/m);
  expect(await screen.look(['-e'])).toMatch(color);
  await screen.type('clear; tput reset; export NO_COLOR=1; taskchart run $M big; taskchart run $M whole');
  const [, body] = await stage.player();
  await body.tell({ do: 'progress', percent: 50 });
  await screen.until(/█░+ +50 %$/m);
  expect(await screen.look(['-e'])).not.toMatch(color);
});
