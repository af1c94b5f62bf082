import { writeFile } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createProgram } from '../../src/cli/program.ts';
import { sqliteStore } from '../../src/stores/sqlite.ts';
import { Program } from '../jobs/program.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { call, callHere, commandLine, environment, tasksModule } from './command.ts';

// Each starts several processes.
vi.setConfig({ testTimeout: 60_000 });

const oneTask = new URL('one-task.ts', import.meta.url).pathname;

let folder: ReturnType<typeof temporaryFolder>;

beforeAll(async () => {
  folder = temporaryFolder();
  await prepare();
});

afterAll(() => folder[Symbol.dispose]());

type Case = [what: string, args: string[], said: RegExp];

/** An error, the next step, and no stack. */
function expectAnswer(stderr: string, said: RegExp): void {
  const message = stderr.trim();
  expect(message).toMatch(/^error: ./);
  expect(message).toMatch(said);
  expect(message).not.toMatch(/^ +at /m);
}

test.for<Case>([
  ['a wrong command', ['lst'], /unknown command 'lst'\n\(Did you mean list\?\)\nSee taskchart --help$/],
  [
    'a module that is no code',
    ['run', 'broken.ts'],
    /Expected a module that can be loaded at broken\.ts, got SyntaxError: .*\nMend the module\.$/,
  ],
  [
    'a module that throws',
    ['run', 'throwing.ts'],
    /got RangeError: no luck \(file:\/\/\S+throwing\.ts:1:7\)\nMend the module\.$/,
  ],
  ['no file at the default place', ['watch'], /\.taskchart\/tasks\.db, but there is none\.\nGive the file/],
  [
    'a database of another program',
    ['list', '--db', 'other.db'],
    /of another application.* Give another path/,
  ],
])('%s is answered in words, with the next step, and exit code 2', async ([, args, said]) => {
  const { code, stdout, stderr } = await call(folder.path, ...args);
  expect([code, stdout]).toEqual([2, '']);
  expectAnswer(stderr, said);
});

// In this process: a new one costs a second each. `$` is the folder.
test.for<Case>([
  [
    'a wrong option',
    ['list', '--limt', '3'],
    /unknown option '--limt'\n\(Did you mean --limit\?\)\nSee taskchart list --help$/,
  ],
  ['a missing argument', ['run'], /missing required argument 'module'\nSee taskchart run --help$/],
  [
    'an argument too many',
    ['run', oneTask, 'echo', 'more'],
    /value 'more' is invalid for argument '-'\. Allowed choices are -\./,
  ],
  [
    'a number that is none',
    ['list', '--limit', 'all'],
    /'all' is invalid\. Expected a positive integer\.\nSee/,
  ],
  [
    'an age that is none',
    ['prune', '--older-than', 'week'],
    /Expected a number and s, min, h or d, as in 7d\.\nSee/,
  ],
  [
    'a format that is none',
    ['draw', oneTask, '--format', 'png'],
    /Allowed choices are mermaid, svg, scxml, dot\.\nSee/,
  ],
  [
    'a check without a file',
    ['draw', oneTask, '--check'],
    /Expected --output FILE with --check.*\nFor instance: /,
  ],
  [
    'a module that exports no machine',
    ['draw', oneTask],
    /Expected .* to export an XState machine, got default\.\nExport /,
  ],
  [
    'a missing module',
    ['run', '$/nowhere.ts'],
    /Expected a module at .*nowhere\.ts, but there is none\.\nCheck the path\.$/,
  ],
  [
    'a module that exports no definition',
    ['run', new URL('stage.ts', import.meta.url).pathname],
    /to export what defineTask returns, got Player, Stage\.\nWrite: /,
  ],
  [
    'a type left out',
    ['run', tasksModule],
    /Expected a TYPE, as .* exports several: (\w+, )+\w+\.\nFor instance: /,
  ],
  ['a wrong type', ['run', tasksModule, 'twic'], /got "twic"\.\nDid you mean twice\?$/],
  [
    'input that is no JSON',
    ['run', oneTask, '--input', '{a}'],
    /Expected JSON in --input, got: .*\nA text needs quotes/,
  ],
  [
    'a missing input file',
    ['run', oneTask, '--input-file', '$/nowhere.json'],
    /Expected a file of JSON at .*nowhere\.json, got: ENOENT.*\nCheck the path\.$/,
  ],
  [
    'input in two ways',
    ['run', oneTask, '--input', '1', '-'],
    /Expected the input in one way, got several\.\nGive /,
  ],
  [
    'input that its schema refuses',
    ['run', tasksModule, 'twice', '--input', '{"count":"x"}'],
    /Expected input\.count to satisfy its schema/,
  ],
  [
    'a wrong state',
    ['list', '--state', 'runing', '--db', '$/ours.db'],
    /got "runing"\.\nDid you mean running\?$/,
  ],
  [
    'a key of no task',
    ['show', 'deadbeef', '--db', '$/ours.db'],
    /got "deadbeef": no task has it\.\nRun taskchart list\.$/,
  ],
  [
    'a key that is too short',
    ['cancel', 'abc', '--db', '$/ours.db'],
    /at least 4 characters of its beginning or end, got "abc".*\nRun taskchart list\.$/,
  ],
  [
    'nothing to prune by',
    ['prune', '--db', '$/ours.db'],
    /Expected --older-than AGE or --keep COUNT, got neither\.\nFor instance: /,
  ],
  [
    'a missing file',
    ['list', '--db', '$/missing.db'],
    /there is none\.\nGive the file that your app gives to sqliteStore: --db FILE/,
  ],
  ['an empty file', ['list', '--db', '$/empty.db'], /got an empty one\.\nGive the file/],
  ['a folder', ['list', '--db', '$'], /got something that is no file\.\nGive the file/],
  [
    'a file that is no database',
    ['list', '--db', '$/text.db'],
    /Expected an SQLite database.* Give another path/,
  ],
  [
    'a run in a database of another program',
    ['run', oneTask, '--db', '$/other.db'],
    /of another application.* Give another path/,
  ],
])('%s is answered in words, with the next step, and exit code 2', async ([, args, said]) => {
  const printed = await callHere(...args.map((arg) => arg.replace(/^\$/, () => folder.path)));
  expect([printed.code, printed.stdout]).toEqual([2, '']);
  expectAnswer(printed.stderr, said);
});

async function prepare(): Promise<void> {
  await writeFile(folder.file('broken.ts'), 'const = ;\n');
  await writeFile(folder.file('throwing.ts'), "throw new RangeError('no luck');\n");
  await writeFile(folder.file('empty.db'), '');
  await writeFile(folder.file('text.db'), 'no database '.repeat(100));
  using other = new DatabaseSync(folder.file('other.db'));
  other.exec('CREATE TABLE song (title TEXT)');
  await using ours = sqliteStore(folder.file('ours.db'), { synchronous: 'normal' });
  await ours.records.counts();
}

test('the help of each command has examples, and says what --json prints', async () => {
  const program = createProgram(() => {});
  const helps = program.commands.map((command) => {
    let help = '';
    command.configureOutput({ writeOut: (text) => void (help += text) });
    command.outputHelp();
    return [command.name(), help] as const;
  });
  const names = helps.map(([name]) => name).join(' ');
  expect(names).toBe('run list show watch cancel retry pause resume prune draw');
  for (const [name, help] of helps) {
    expect(help).toMatch(new RegExp(`\\nExamples:\\n  \\$ taskchart ${name}`));
    expect(help).toMatch(/ --json +print /);
  }
});

test('without a command the help is shown, and the exit code says that nothing was done', async () => {
  const { code, stdout, stderr } = await call(folder.path);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(/^Usage: taskchart /);
  expect(await call(folder.path, '--help')).toMatchObject({ code: 0, stdout: stderr, stderr: '' });
});

test('the input comes as an argument, from a file, or from stdin', async () => {
  await writeFile(folder.file('input.json'), '{"from":"file"}');
  expect((await call(folder.path, 'run', oneTask, '--input', '{"a":[1]}')).stdout).toBe('{ a: [ 1 ] }\n');
  expect((await call(folder.path, 'run', oneTask, '--input-file', 'input.json')).stdout).toBe(
    "{ from: 'file' }\n",
  );
  for (const args of [['-'], ['echo', '-'], ['--input-file', '-']]) {
    const piped = new Program(
      ['sh', '-c', `echo '"from stdin"' | "$0" "$@"`, ...commandLine('run', oneTask, ...args)],
      { cwd: folder.path, env: environment },
    );
    expect([await piped.exit, piped.output]).toEqual([0, 'from stdin\n']);
  }
});

test('a run ends with the code of its task: 0 success, 1 failure', async () => {
  await writeFile(
    folder.file('failing.mjs'),
    `import { defineTask } from ${JSON.stringify(new URL('../../src/index.ts', import.meta.url).href)};
     export default defineTask({ type: 'failing', run() { throw new Error('no \\u001B[31mluck'); } });`,
  );
  expect(await call(folder.path, 'run', oneTask)).toMatchObject({ code: 0, stdout: '' });
  const failed = await call(folder.path, 'run', 'failing.mjs');
  expect(failed).toMatchObject({ code: 1, stdout: '' });
  expect(failed.stderr).toMatch(/\nFailed: SystemError: no \\u001b\[31mluck\n$/);
  const json = await call(folder.path, 'run', 'failing.mjs', '--json');
  expect(json.code).toBe(1);
  expect(JSON.parse(json.stdout)).toMatchObject({
    state: 'error',
    error: { fault: { name: 'SystemError' } },
  });
});

test('a result is shown as data that JSON lacks, or as JSON in what comes nearest', async () => {
  const plain = await call(folder.path, 'run', tasksModule, 'big');
  expect(plain.stdout).toContain('size: 18446744073709551616n');
  const { stdout } = await call(folder.path, 'run', tasksModule, 'big', '--json');
  expect(JSON.parse(stdout)).toMatchObject({
    result: { size: '18446744073709551616', names: [['a', [1]]], at: '1970-01-01T00:00:00.000Z' },
  });
});
