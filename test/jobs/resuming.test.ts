import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { partBytes } from '../../jobs/index-folder/measure.ts';
import { sqliteStore } from '../../src/stores/sqlite.ts';
import { Program, commandLine } from './program.ts';

/** Every test starts several programs, on a machine that may be busy. */
vi.setConfig({ testTimeout: 60_000 });

const fileCount = 90;

let room: string;
let folder: string;
let tasks: string;

beforeEach(async () => {
  room = await mkdtemp(join(tmpdir(), 'index-folder-resuming-'));
  folder = join(room, 'folder');
  tasks = join(room, '.taskchart/tasks.db');
  await mkdir(folder);
});

afterEach(() => Program.endAll());
afterEach(() => rm(room, { recursive: true, force: true }));

/** Of every file the first line is its path. */
async function writeFiles(into = folder, count = fileCount) {
  const paths = Array.from({ length: count }, (_, index) => `${index % 3}/file ${index}`);
  for (const sub of ['0', '1', '2']) await mkdir(join(into, sub), { recursive: true });
  for (const path of paths) await writeFile(join(into, path), `${path}\n`);
  return paths.toSorted();
}

let starts = 0;

interface Start {
  readonly program: Program;
  /** What it has read: of every read where it began, and the first line of one that began at 0. */
  reads(): Promise<readonly (readonly [position: number, path: string])[]>;
}

function start(killed: NodeJS.ProcessEnv = {}, args: readonly string[] = [folder], cwd = room): Start {
  const log = join(room, `reads-${(starts += 1)}`);
  const options = { cwd, env: { READS: log, ...killed } };
  const reads = async () => {
    const text = await readFile(log, 'utf8').catch(() => '');
    const lines = text.split('\n').filter((line) => line !== '');
    return lines.map((line) => {
      const end = line.indexOf(' ');
      return [Number(line.slice(0, end)), line.slice(end + 1)] as const;
    });
  };
  return { program: new Program(commandLine(args, 'fatal'), options), reads };
}

async function pathsRead(started: Start) {
  return (await started.reads()).filter(([position]) => position === 0).map(([, path]) => path);
}

/** The files of which the store says that they are indexed. */
async function acknowledged(): Promise<readonly string[]> {
  await using store = sqliteStore(tasks);
  const filter = { states: ['success'], types: ['folder.indexFile'] } as const;
  const records = await store.records.query({ filter, after: 0, limit: 10_000 });
  return records.map(({ creation }) => creation.entity ?? '');
}

async function reported(): Promise<{ totals: Record<string, number>; files: readonly { path: string }[] }> {
  return JSON.parse(await readFile(join(room, '.taskchart/index.json'), 'utf8')) as never;
}

/** All of a report that is not about its own time. */
async function timeless() {
  return { ...(await reported()), startedAt: '', durationMs: 0 };
}

test.for(['1', '45', 'sync'])(
  'an index that was killed at %s goes on, and repeats nothing that was acknowledged',
  async (moment) => {
    const paths = await writeFiles();
    expect(await start({ KILL_AT: moment }).program.exit).toBe('SIGKILL');
    const before = await acknowledged();
    const second = start();
    expect(await second.program.exit).toBe(0);
    const line =
      /^Going on with the index of .*folder that was interrupted: (\d+) of \d+ files.* are done\.$/m;
    expect(Number(line.exec(second.program.output)?.[1])).toBe(before.length);
    const again = await pathsRead(second);
    expect(again.toSorted()).toEqual(paths.filter((path) => !before.includes(path)));
    expect((await reported()).files.map(({ path }) => path)).toEqual(paths);
  },
);

test('an index that was killed again and again ends as one that was not, and the next start begins anew', async () => {
  const paths = await writeFiles();
  for (let time = 0; time < 2; time += 1) expect(await start({ KILL_AT: '20' }).program.exit).toBe('SIGKILL');
  expect(await start().program.exit).toBe(0);
  const resumed = await timeless();
  const anew = start();
  expect(await anew.program.exit).toBe(0);
  expect(anew.program.output).not.toContain('Going on');
  expect((await pathsRead(anew)).toSorted()).toEqual(paths);
  expect(await timeless()).toEqual(resumed);
});

test('a large file goes on from its checkpoint in the next process', async () => {
  const large = join(folder, 'large');
  await writeFile(large, 'text\nof many lines\n');
  await truncate(large, 1.5 * partBytes);
  expect(await start({ KILL_FROM: String(1.2 * partBytes) }).program.exit).toBe('SIGKILL');
  const second = start();
  expect(await second.program.exit).toBe(0);
  expect(Math.min(...(await second.reads()).map(([position]) => position))).toBe(partBytes);
  const sha256 = createHash('sha256')
    .update(await readFile(large))
    .digest('hex');
  expect((await reported()).files).toMatchObject([{ path: 'large', size: 1.5 * partBytes, sha256 }]);
});

test('where the report cannot be written, the next start writes it and reads nothing again', async () => {
  await writeFiles();
  const reports = join(room, 'reports');
  await mkdir(reports);
  const { program } = start({}, [folder, '--report', join(reports, 'report.json')]);
  await program.until(/^Indexing /m);
  await rm(reports, { recursive: true });
  expect(await program.exit).toBe(1);
  expect(program.errors).toMatch(
    /^Expected to write .*report\.json: .* what is indexed is kept, and is not done again\.\n$/,
  );
  const second = start();
  expect(await second.program.exit).toBe(0);
  expect(second.program.output).toContain(`interrupted: ${fileCount} of ${fileCount} files are done.\n`);
  expect(await pathsRead(second)).toEqual([]);
  expect((await reported()).files).toHaveLength(fileCount);
});

test('what failed before is in the report, and what came since as well', async () => {
  await writeFiles();
  await mkdir(join(room, 'gone'));
  expect(await start({ KILL_AT: '60' }).program.exit).toBe('SIGKILL');
  await writeFile(join(folder, 'new'), 'new\n');
  await rm(join(folder, '0'), { recursive: true });
  expect(await start().program.exit).toBe(0);
  const { totals, files } = await reported();
  expect(totals['found']).toBe(fileCount + 1);
  expect((totals['indexed'] ?? 0) + (totals['failed'] ?? 0)).toBe(fileCount + 1);
  expect(files.map(({ path }) => path)).toContain('new');
});

test('an interrupted index of another folder is given up, and so is one that --fresh finds', async () => {
  const paths = await writeFiles();
  const other = join(room, 'other');
  await writeFiles(other, 30);
  expect(await start({ KILL_AT: '10' }, [other]).program.exit).toBe('SIGKILL');
  const killed = start({ KILL_AT: '50' });
  expect(await killed.program.exit).toBe('SIGKILL');
  expect(killed.program.output).toContain(`Giving up the index of ${other} that was interrupted.\n`);
  const fresh = start({}, [folder, '--fresh']);
  expect(await fresh.program.exit).toBe(0);
  expect(fresh.program.output).toContain(`Giving up the index of ${folder} that was interrupted.\n`);
  expect((await pathsRead(fresh)).toSorted()).toEqual(paths);
  expect((await reported()).files.map(({ path }) => path)).toEqual(paths);
});

test('an index that was killed while it was canceled is not taken up', async () => {
  for (const name of ['a', 'b']) await writeFile(join(folder, name), `${name}\n`);
  const args = [folder, '--every', '0.1', '--concurrency', '1'];
  const hung = new Program(commandLine(args, 'hung'), { cwd: room });
  await hung.until(/ 0 of 2 files,/);
  hung.signal('SIGINT');
  await hung.until(/canceling: 1 file still running/);
  hung.signal('SIGKILL');
  await hung.exit;
  const fresh = start();
  expect(await fresh.program.exit).toBe(0);
  expect(fresh.program.output).not.toContain('Going on');
  expect(await pathsRead(fresh)).toHaveLength(2);
});

test('two at once: the second says so and leaves, also for another folder', async () => {
  await writeFiles(folder, 2);
  const args = [folder, '--every', '0.1'];
  const first = new Program(commandLine(args, 'hung'), { cwd: room });
  await first.until(/ 0 of 2 files,/);
  for (const wanted of [folder, tmpdir()]) {
    const { program } = start({}, [wanted]);
    expect(await program.exit).toBe(1);
    expect(program.errors).toMatch(
      /^Another npm start is at work in .*\.taskchart\. Wait for its end .*\.\n$/,
    );
    expect(program.output).toBe('');
  }
});

/** A message, and neither a stack nor a picture. */
async function refused(message: RegExp) {
  const { program } = start();
  expect(await program.exit).toBe(1);
  expect(program.errors).toMatch(message);
  expect(program.errors).not.toMatch(/^\s+at /m);
  return program;
}

test('a file that is no store is left as it is, with the next step', async () => {
  await writeFiles(folder, 2);
  await mkdir(join(room, '.taskchart'));
  await writeFile(tasks, 'something else, and long enough to be looked at'.repeat(100));
  await refused(/Expected an SQLite database, got .*tasks\.db\..*\n.*move away \.taskchart\/tasks\.db/);
  expect(await readFile(tasks, 'utf8')).toMatch(/^something else/);
});

test('a store that was damaged or made by a newer version is left as it is, with the next step', async () => {
  await writeFiles(folder, 2);
  expect(await start().program.exit).toBe(0);
  const sql =
    "import { DatabaseSync } from 'node:sqlite'; new DatabaseSync(process.argv[1]).exec(process.argv[2])";
  const execute = (text: string) =>
    execFileSync(process.execPath, ['--input-type=module', '-e', sql, tasks, text]);
  execute('PRAGMA user_version = 1000; UPDATE total SET readable_from = 1000');
  await refused(/A newer Taskchart has used it: .*\n.*move away/);
  const whole = await readFile(tasks);
  await writeFile(tasks, whole.fill(7, 1_000, whole.length));
  await refused(/Expected an intact SQLite database, .*\n.*move away/);
});

test('a folder in which nothing can be kept is named, with the next step', async () => {
  await writeFiles(folder, 2);
  // Not even root makes a folder there.
  const program = new Program(commandLine([folder]), { cwd: '/proc' });
  expect(await program.exit).toBe(1);
  expect(program.errors).toMatch(
    /^Expected to be able to make \/proc\/\.taskchart, where .* folder that you may write in/,
  );
});

test('a disk that is full is waited for and then named, and the next start goes on', async () => {
  await writeFiles();
  // So much may be written into one file: the store grows beyond it.
  const words = commandLine([folder, '--report', '-']);
  const full = new Program(['bash', '-c', 'ulimit -f 200; exec "$@"', 'bash', ...words], { cwd: room });
  expect(await full.exit).toBe(1);
  expect(full.output + full.errors).toMatch(/^Tried again for a while: Expected /m);
  expect(full.errors).toMatch(/^Expected .*\nWhen that is mended, npm start goes on where it was\. .*\n$/);
  const second = start();
  expect(await second.program.exit).toBe(0);
  expect((await reported()).files).toHaveLength(fileCount);
});
