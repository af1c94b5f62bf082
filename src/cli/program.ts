import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import type { CancelOptions } from './cancel.ts';
import type { DrawOptions } from './draw.ts';
import { formats } from './formats.ts';
import type { FilterOptions, ListOptions } from './list.ts';
import type { PauseOptions } from './pause.ts';
import type { PruneOptions } from './prune.ts';
import type { RetryOptions } from './retry.ts';
import type { RunOptions } from './run.ts';
import type { ShowOptions } from './show.ts';
import type { WatchOptions } from './watch.ts';

const defaultFile = '.taskchart/tasks.db';

/** Calls back with the exit code that the command resolves with. */
type Done = (code: number) => void;

/** The commands, their options and their help. What a command does is loaded when it is called. */
export function createProgram(done: Done): Command {
  const program = new Command('taskchart')
    .description('Runs tasks, and looks after those in a file while the app that owns it runs.')
    .version(version(), '--version', 'print the version')
    .helpOption('--help', 'print this help, or that of a command')
    .helpCommand(false)
    .showSuggestionAfterError(true)
    .showHelpAfterError('See taskchart --help')
    .exitOverride();
  const add = (usage: string, description: string, examples: readonly string[]) =>
    program
      .command(usage)
      .copyInheritedSettings(program)
      .description(description)
      .showHelpAfterError(`See taskchart ${usage} --help`)
      .helpOption('--help', 'print this help')
      .addHelpText('after', `\nExamples:\n${examples.map((example) => `  $ ${example}`).join('\n')}`);
  addRun(add, done);
  addReaders(add, done);
  addWriters(add, done);
  addPauses(add, done);
  addPrune(add, done);
  addDraw(add, done);
  return program.addHelpText(
    'after',
    `
Exit codes: 0 done, 1 the task failed or the request was refused, 2 wrong use,
130 canceled.

Examples:
  $ taskchart run tasks.ts download --input '{"url":"https://example.org"}'
  $ taskchart list
  $ taskchart cancel 0f3a9c21`,
  );
}

type Add = (usage: string, description: string, examples: readonly string[]) => Command;

function addRun(add: Add, done: Done): void {
  add('run', 'Runs a task that a module defines, and shows it until it ends. Ctrl-C cancels it.', [
    'taskchart run tasks.ts',
    `taskchart run tasks.ts download --input '{"url":"https://example.org"}'`,
    'taskchart run tasks.ts --input-file input.json --json > result.json',
    'echo 42 | taskchart run tasks.ts -',
    `taskchart run tasks.ts --db ${defaultFile}`,
  ])
    .argument('<module>', 'a module (TypeScript or JavaScript) that exports what defineTask returns')
    .argument('[type]', 'which one, where it exports several')
    .addArgument(new Argument('[-]', 'read the input from stdin, as JSON').choices(['-']))
    .option('--input <json>', 'the input, as JSON')
    .option('--input-file <file>', 'a file with the input, as JSON; - for stdin')
    .option(
      '--db <file>',
      'keep the tasks in this file, and work on what else is queued there (default: in memory)',
    )
    .option('--concurrency <count>', 'bodies at once (default: one for each processor)', count)
    .option('--lease-ms <ms>', 'as the leaseMs of the other processes at the file (default: 15000)', count)
    .option('--json', 'print the task as it ended, as JSON')
    .action(
      async (module: string, type: string | undefined, dash: string | undefined, options: RunOptions) => {
        const { run } = await import('./run.ts');
        const isDash = type === '-' || dash === '-';
        done(await run(module, type === '-' ? undefined : type, isDash, options));
      },
    );
}

function addReaders(add: Add, done: Done): void {
  filtered(
    add('list', 'Lists the tasks in the file, the newest first.', [
      'taskchart list',
      'taskchart list --state running --state queued',
      'taskchart list --type download --limit 100 --json',
      'taskchart list --before 4711',
    ]),
  )
    .option('--limit <count>', 'how many', count, 20)
    .option('--before <number>', 'only those created before this one, as the last line of a page says', count)
    .addOption(db())
    .option('--json', 'print { tasks, next } as JSON')
    .action(async (options: ListOptions) => done(await (await import('./list.ts')).list(options)));
  add('show', 'Shows one task: what it waits for, its attempts, its journal, its children.', [
    'taskchart show 0193f5a2-7d3c-7a41-b0f2-6c1d0f3a9c21',
    'taskchart show 0f3a9c21',
    'taskchart show 0f3a9c21 --json',
  ])
    .argument('<key>', keyHelp)
    .option('--children <count>', 'how many children of each parent', count, 20)
    .addOption(db())
    .option('--json', 'print it as JSON')
    .action(async (key: string, options: ShowOptions) =>
      done(await (await import('./show.ts')).show(key, options)),
    );
  filtered(
    add('watch', 'Shows every change: of one task until it ends, of all until Ctrl-C.', [
      'taskchart watch',
      'taskchart watch 0f3a9c21',
      'taskchart watch --type download --json',
    ]),
  )
    .argument('[key]', keyHelp)
    .addOption(db())
    .option('--json', 'print each change as a line of JSON')
    .action(async (key: string | undefined, options: WatchOptions) =>
      done(await (await import('./watch.ts')).watch(key, options)),
    );
}

function addWriters(add: Add, done: Done): void {
  add('cancel', 'Asks a task to end, and waits until it has ended.', [
    'taskchart cancel 0f3a9c21',
    'taskchart cancel 0f3a9c21 --no-wait',
  ])
    .argument('<key>', keyHelp)
    .option('--no-wait', 'only ask')
    .addOption(db())
    .option('--json', 'print { key, receipt }, then { key, ended }, a line each')
    .action(async (key: string, options: CancelOptions) =>
      done(await (await import('./cancel.ts')).cancel(key, options)),
    );
  add('retry', 'Submits again what has ended, as a new task that is linked to the old one.', [
    'taskchart retry 0f3a9c21',
  ])
    .argument('<key>', keyHelp)
    .option('--again', 'also what succeeded')
    .addOption(db())
    .option('--json', 'print { key, retryOf, task } as JSON')
    .action(async (key: string, options: RetryOptions) =>
      done(await (await import('./retry.ts')).retry(key, options)),
    );
}

function addPauses(add: Add, done: Done): void {
  for (const [name, isPaused, does] of [
    ['pause', true, 'Starts nothing new; what runs goes on.'],
    ['resume', false, 'Takes back a pause.'],
  ] as const)
    add(name, does, [`taskchart ${name}`, `taskchart ${name} download`])
      .argument('[type]', 'of this type only')
      .addOption(db())
      .option('--json', 'print what is paused now, { everything, types }, as JSON')
      .action(async (type: string | undefined, options: PauseOptions) =>
        done(await (await import('./pause.ts')).pause(type, options, isPaused)),
      );
}

function addPrune(add: Add, done: Done): void {
  add('prune', 'Removes tasks that have ended, never a child of one that has not.', [
    'taskchart prune --older-than 7d',
    'taskchart prune --keep 1000 --state success',
  ])
    .option('--older-than <age>', 'those that ended longer ago: 90s, 30min, 12h, 7d', age)
    .option('--keep <count>', 'all but so many of each outcome, and those of the last minute', count)
    .addOption(new Option('--state <state>', 'of this outcome only').choices(['success', 'error']))
    .addOption(db())
    .option('--json', 'print { removed } as JSON')
    .action(async (options: PruneOptions) => done(await (await import('./prune.ts')).prune(options)));
}

function addDraw(add: Add, done: Done): void {
  add('draw', 'Draws an XState machine.', [
    'taskchart draw machine.ts',
    'taskchart draw machine.ts --format svg --output machine.svg',
    'taskchart draw machines.ts --export door --output door.mmd --check',
  ])
    .argument('<file>', 'a module (TypeScript or JavaScript) that exports the machine')
    .option('--export <name>', 'which one, where it exports several')
    .addOption(new Option('--format <format>', 'as what').choices(formats).default('mermaid'))
    .option('--output <file>', 'into this file (default: stdout)')
    .option('--check', 'write nothing; exit with 1 if the file is not as the machine says')
    .option('--json', 'print what was drawn as JSON')
    .action(async (file: string, options: DrawOptions) =>
      done(await (await import('./draw.ts')).draw(file, options)),
    );
}

const keyHelp = 'the key of a task, or enough of its beginning or end';

function db(): Option {
  return new Option('--db <file>', 'the file that the app gives to sqliteStore').default(defaultFile);
}

/** The options that choose tasks; each may be given several times. */
function filtered(command: Command): Command {
  const collect = (value: string, before: readonly string[] | undefined) => [...(before ?? []), value];
  const names: Record<keyof FilterOptions, string> = {
    state: 'queued, running, success or error',
    type: 'of this type',
    entity: 'that work on this',
    tag: 'with this tag',
  };
  for (const [name, help] of Object.entries(names))
    command.option(`--${name} <${name}>`, `only tasks ${help}`, collect);
  return command;
}

function count(text: string): number {
  if (!/^\d{1,15}$/.test(text) || Number(text) < 1)
    throw new InvalidArgumentError(`Expected a positive integer.`);
  return Number(text);
}

const units: Readonly<Record<string, number>> = { s: 1_000, min: 60_000, h: 3_600_000, d: 86_400_000 };

function age(text: string): number {
  const [, value, unit = ''] = /^(\d+(?:\.\d+)?)(s|min|h|d)$/.exec(text) ?? [];
  if (value === undefined) throw new InvalidArgumentError('Expected a number and s, min, h or d, as in 7d.');
  return Number(value) * (units[unit] ?? 1);
}

function version(): string {
  const file = fileURLToPath(import.meta.resolve('taskchart/package.json'));
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
