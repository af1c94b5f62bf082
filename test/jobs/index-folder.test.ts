import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFile,
  chmod,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rm,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { presses } from '../../jobs/index-folder/interruptions.ts';
import { type MeasuredSoFar, measure, partBytes } from '../../jobs/index-folder/measure.ts';
import { picture } from '../../jobs/index-folder/picture.ts';
import { Tally } from '../../jobs/index-folder/tally.ts';
import { Program, commandLine, inTerminal, withoutPrivilege } from './program.ts';

/** So much is read and compressed for a second and more. */
const large = 200 * 1024 * 1024;

let room: string;
let folder: string;
let report: string;

beforeEach(async () => {
  room = await mkdtemp(join(tmpdir(), 'index-folder-'));
  folder = join(room, 'folder');
  report = join(room, 'report.json');
  await mkdir(folder);
});

afterEach(() => Program.endAll());
afterEach(() => rm(room, { recursive: true, force: true }));

interface Report {
  folder: string;
  canceled: boolean;
  totals: Record<string, number>;
  files: { path: string; size: number; sha256: string; lines?: number; gzipSize: number }[];
  failures: { path: string; fault: string; code?: string; message: string }[];
  skipped: { path: string; reason: string; target?: string }[];
}

async function readReport(file = report): Promise<Report> {
  return JSON.parse(await readFile(file, 'utf8')) as Report;
}

/** As `gzip`, `sha256sum` and an editor would tell it. */
function measured(path: string, content: Buffer, isText: boolean) {
  const pieces = content.toString().split('\n');
  const lines = pieces.at(-1) === '' ? pieces.length - 1 : pieces.length;
  return {
    path,
    size: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
    ...(isText ? { lines } : {}),
    gzipSize: gzipSync(content).length,
  };
}

const contents: Record<string, [content: Buffer, isText: boolean]> = {
  'binary.bin': [Buffer.from([1, 2, 0, 3, 10, 10]), false],
  'deep/er/unfinished.txt': [Buffer.from('one\ntwo'), true],
  'deep/line\nbreak.txt': [Buffer.from('name\n'), true],
  'empty.txt': [Buffer.alloc(0), true],
  'late-nul.txt': [Buffer.concat([Buffer.from('x'.repeat(8_000)), Buffer.alloc(1)]), true],
  'many-chunks.txt': [Buffer.from(Array.from({ length: 200_000 }, (_, i) => `${i * 7919}\n`).join('')), true],
  'ünïcödé 漢字 🙂.txt': [Buffer.from('ü\n漢\n'), true],
};

async function writeContents() {
  await mkdir(join(folder, 'deep/er'), { recursive: true });
  for (const [path, [content]] of Object.entries(contents)) await writeFile(join(folder, path), content);
}

test('the report holds of every file what other tools compute of it', async () => {
  await writeContents();
  const program = new Program(commandLine([folder, '--report', report]), { cwd: room });
  expect(await program.exit).toBe(0);
  const { files, failures, skipped, totals, canceled } = await readReport();
  const expected = Object.entries(contents).map(([path, [content, isText]]) =>
    measured(path, content, isText),
  );
  expect(files).toEqual(expected.toSorted((a, b) => (a.path < b.path ? -1 : 1)));
  expect({ failures, skipped, canceled }).toEqual({ failures: [], skipped: [], canceled: false });
  expect(totals).toMatchObject({ found: 7, indexed: 7, text: 6, binary: 1, lines: 200_006, failed: 0 });
  expect(program.output).toMatch(
    /^Indexed 7 files \([\d.]+ MB\) in [\d.]+ s: 6 text with 200,006 lines, 1 binary\.$/m,
  );
  expect(program.output).toContain('\nReport: report.json\n');
  expect(await readdir(room)).toEqual(['.taskchart', 'folder', 'report.json']);
});

test('a name that is not UTF-8 is a name like any other', async () => {
  await writeFile(Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0x66, 0xff, 0xfe])]), 'found\n');
  expect(await new Program(commandLine([folder, '--report', report]), { cwd: room }).exit).toBe(0);
  expect((await readReport()).files).toEqual([measured('f\uFFFD\uFFFD', Buffer.from('found\n'), true)]);
});

test('links and special files are reported, and nothing is followed', async () => {
  await mkdir(join(folder, 'sub'));
  await writeFile(join(folder, 'sub/file.txt'), 'x\n');
  await symlink('sub/file.txt', join(folder, 'link'));
  await symlink('/usr/bin', join(folder, 'out'));
  await symlink('nowhere', join(folder, 'broken'));
  await symlink('..', join(folder, 'sub/up'));
  await symlink('ring', join(folder, 'ring'));
  execFileSync('mkfifo', [join(folder, 'pipe')]);
  const program = new Program(commandLine([folder, '--report', report]), { cwd: room });
  expect(await program.exit).toBe(0);
  const { files, failures, skipped } = await readReport();
  expect(files.map(({ path }) => path)).toEqual(['sub/file.txt']);
  expect(failures).toEqual([]);
  expect(skipped).toEqual([
    { path: 'broken', reason: 'broken link', target: 'nowhere' },
    { path: 'link', reason: 'link', target: 'sub/file.txt' },
    { path: 'out', reason: 'link', target: '/usr/bin' },
    { path: 'pipe', reason: 'fifo' },
    { path: 'ring', reason: 'link loop', target: 'ring' },
    { path: 'sub/up', reason: 'link loop', target: '..' },
  ]);
  expect(program.output).toMatch(/Indexed 1 file .* skipped 2 links, 2 link loops, 1 broken link, 1 fifo\./);
});

test('what may not be read is reported, and the rest is indexed', async () => {
  await writeFile(join(folder, 'good.txt'), 'x\n');
  await writeFile(join(folder, 'secret.txt'), 'x\n');
  await mkdir(join(folder, 'closed'));
  await chmod(join(folder, 'secret.txt'), 0);
  await chmod(join(folder, 'closed'), 0);
  const program = new Program(withoutPrivilege(commandLine([folder, '--report', report])), { cwd: room });
  expect(await program.exit).toBe(0);
  const { files, failures, totals } = await readReport();
  expect(files.map(({ path }) => path)).toEqual(['good.txt']);
  expect(failures).toMatchObject([
    { path: 'closed', fault: 'SystemError', code: 'EACCES' },
    { path: 'secret.txt', fault: 'SystemError', code: 'EACCES' },
  ]);
  expect(totals).toMatchObject({ found: 2, indexed: 1, failed: 2 });
  expect(program.output).toMatch(/^Failed: secret\.txt: EACCES: permission denied$/m);
  expect(program.output).toContain('2 failed (2 not permitted)');
});

test('files that vanish or change between walk and reading are reported', async () => {
  // The walk takes a folder's own files first, so that the large one keeps the only slot.
  await writeFile(join(folder, 'large'), '');
  await truncate(join(folder, 'large'), large);
  await mkdir(join(folder, 'sub'));
  await writeFile(join(folder, 'sub/gone.txt'), 'x');
  await writeFile(join(folder, 'sub/other.txt'), 'x');
  const args = [folder, '--report', report, '--concurrency', '1', '--every', '0.1'];
  const program = new Program(commandLine(args), { cwd: room });
  await program.until(/ 0 of 3 files,/);
  await rm(join(folder, 'sub/gone.txt'));
  await rm(join(folder, 'sub/other.txt'));
  execFileSync('mkfifo', [join(folder, 'sub/other.txt')]);
  expect(await program.exit).toBe(0);
  const { files, failures } = await readReport();
  expect(files.map(({ path, size }) => [path, size])).toEqual([['large', large]]);
  expect(failures.map(({ path, code }) => [path, code])).toEqual([
    ['sub/gone.txt', 'ENOENT'],
    ['sub/other.txt', undefined],
  ]);
  expect(program.output).toContain('2 failed (1 for another reason, 1 vanished)');
});

/** Larger than a part, by two and a half. */
const oneInParts = 160 * 1024 * 1024;

async function writeLarge(name: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, 'text\nof many lines\n');
  await truncate(path, oneInParts);
  return path;
}

test('a large file goes on from its checkpoint when a read fails', async () => {
  const content = await readFile(await writeLarge('large'));
  const program = new Program(commandLine([folder, '--report', report], 'flaky'), { cwd: room });
  expect(await program.exit).toBe(0);
  const [file] = (await readReport()).files;
  const parts = [0, 1, 2].map((part) => content.subarray(part * partBytes, (part + 1) * partBytes));
  expect(file).toEqual({
    path: 'large',
    size: oneInParts,
    sha256: createHash('sha256').update(content).digest('hex'),
    gzipSize: parts.reduce((size, part) => size + gzipSync(part).length, 0),
  });
  const again = 96 * 1024 * 1024 - partBytes;
  expect(program.errors).toContain(`${oneInParts + again} bytes read\n`);
});

test('a file that was changed since its checkpoint is measured from its beginning', async () => {
  const path = await writeLarge('large');
  const saved: MeasuredSoFar[] = [];
  const options = (from?: MeasuredSoFar) => ({
    signal: new AbortController().signal,
    from,
    onRead: () => {},
    save: async (soFar: MeasuredSoFar) => void saved.push(structuredClone(soFar)),
  });
  const first = await measure(Buffer.from(path), options());
  expect(await measure(Buffer.from(path), options(saved[1]))).toEqual(first);
  await appendFile(path, 'more');
  const changed = await measure(Buffer.from(path), options(saved[1]));
  expect(changed.sha256).toBe(
    createHash('sha256')
      .update(await readFile(path))
      .digest('hex'),
  );
  expect(changed.size).toBe(oneInParts + 4);
});

test('the report goes to the folder where npm was called, and is itself not indexed', async () => {
  await writeFile(join(folder, 'a.txt'), 'x\n');
  const file = join(folder, '.taskchart/index.json');
  for (let round = 0; round < 2; round += 1) {
    const program = new Program(commandLine(['.']), { cwd: '/', env: { INIT_CWD: folder } });
    expect(await program.exit).toBe(0);
    expect(program.output).toContain('Report: .taskchart/index.json\n');
    expect((await readReport(file)).files.map(({ path }) => path)).toEqual(['a.txt']);
  }
});

test.for(['SIGINT', 'SIGTERM'] as const)('%s cancels what runs and what waits', async (signal) => {
  for (const name of ['a', 'b', 'c', 'd']) {
    await writeFile(join(folder, name), '');
    await truncate(join(folder, name), 30 * large);
  }
  const args = [folder, '--report', report, '--concurrency', '2', '--every', '0.1'];
  const program = new Program(commandLine(args), { cwd: room });
  await program.until(/ 0 of 4 files, .*[1-9].*\/s/);
  program.signal(signal);
  expect(await program.exit).toBe(130);
  expect(program.output).toMatch(/^canceling/m);
  expect(program.output).toMatch(/^Canceled: indexed 0 files .*; 4 found and not indexed\.$/m);
  const { canceled, files, totals } = await readReport();
  expect({ canceled, files }).toEqual({ canceled: true, files: [] });
  expect(totals).toMatchObject({ found: 4, indexed: 0, canceled: 4, failed: 0 });
});

test('a second Ctrl-C is told what still runs, a third ends the program', async () => {
  for (const name of ['a', 'b', 'c', 'd']) await writeFile(join(folder, name), 'x');
  const args = [folder, '--report', report, '--concurrency', '2', '--every', '0.4'];
  const program = new Program(commandLine(args, 'hung'), { cwd: room });
  await program.until(/ 0 of 4 files,/);
  program.signal('SIGINT');
  // Two lines of progress: more time than presses may be apart that count as one.
  await program.until(/(canceling: 2 files still running[^]*){2}/);
  const second = program.output.length;
  program.signal('SIGINT');
  await program.until(/Cancel already requested: 2 files still running/, second);
  await program.until(/(canceling: 2 files still running[^]*){2}/, second);
  program.signal('SIGINT');
  expect(await program.exit).toBe(130);
  expect(program.output).toContain('Exiting at once.');
});

test('signals until a press is over are that press', () => {
  const seen: number[] = [];
  const overs: (() => void)[] = [];
  const signal = presses(
    (nth) => seen.push(nth),
    (over) => overs.push(over),
  );
  for (let press = 0; press < 3; press += 1) {
    for (let time = 0; time < 3; time += 1) signal();
    overs.pop()?.();
  }
  expect(seen).toEqual([1, 2, 3]);
});

test('signals that came while the program was busy are the same press', async () => {
  const seen: number[] = [];
  const { promise: heard, resolve } = Promise.withResolvers<void>();
  const press = presses((nth) => {
    seen.push(nth);
    if (nth > 1) return;
    process.kill(process.pid, 'SIGUSR2');
    // Busy for longer than a press takes.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 400);
  });
  const listener = () => {
    press();
    resolve();
  };
  process.on('SIGUSR2', listener);
  press();
  await heard;
  process.off('SIGUSR2', listener);
  expect(seen).toEqual([1]);
});

test('when nobody reads any more, it ends without a word', async () => {
  await writeFile(join(folder, 'large'), '');
  await truncate(join(folder, 'large'), 100 * large);
  const words = commandLine([folder, '--report', report, '--every', '0.1']);
  const program = new Program(['bash', '-c', 'set -o pipefail; "$@" | head -n 1', 'bash', ...words], {
    cwd: room,
  });
  expect(await program.exit).toBe(0);
  expect(program.output).toBe(`Indexing ${folder}\n`);
  expect(program.errors).toBe('');
});

/** The clock of the picture moves on twice: more time than presses may be apart that count as one. */
const aSecond = /0:(\d\d) ·[^]*0:(?!\1)(\d\d) ·[^]*0:(?!\1|\2)\d\d ·/;

test('a terminal shows the job moving, and is left as it was', async () => {
  for (const name of ['a', 'b', 'c', 'd']) await writeFile(join(folder, name), 'x');
  const command = commandLine([folder, '--report', '-', '--concurrency', '2'], 'hung');
  const program = new Program(inTerminal(command, 100, 30), { cwd: room });
  await program.until(/█|░{5,}/);
  await program.until(/0 of 4 files/);
  const first = program.output.length;
  program.type('\x03');
  await program.until(/canceling: 2 files still run/, first);
  await program.until(aSecond, first);
  program.type('\x03');
  await program.until(/Cancel already requested: 2 files still running/);
  const second = program.output.length;
  await program.until(aSecond, second);
  program.type('\x03');
  expect(await program.exit).toBe(130);
  expect(program.output.lastIndexOf('\x1b[?25h')).toBeGreaterThan(program.output.lastIndexOf('\x1b[?25l'));
});

test('a terminal ends with the same summary as a pipe', async () => {
  await writeContents();
  const program = new Program(inTerminal(commandLine([folder, '--report', report]), 60, 20), { cwd: room });
  expect(await program.exit).toBe(0);
  const text = stripVTControlCharacters(program.output).replaceAll('\r', '');
  expect(text).toMatch(
    /Indexed 7 files .*: 6 text with 200,006 lines, 1 binary\.\nReport: .*report\.json\n$/,
  );
});

test.for([
  [100, 30],
  [40, 12],
  [12, 5],
  [3, 3],
])('a picture fits into %d columns and %d rows', ([columns = 0, rows = 0]) => {
  const tally = new Tally(() => {});
  tally.found = 20_000;
  for (let key = 0; key < 40; key += 1) {
    tally.running.set(String(key), {
      path: `漢字/${'long/'.repeat(20)}\x1b[2Jname ${key}.txt`,
      progress: key,
    });
  }
  const view = {
    folder: '/somewhere/else',
    elapsedMs: 65_000,
    filesPerSecond: 1_234,
    bytesPerSecond: 5e6,
    runningRows: 40,
  };
  const lines = picture(tally, { ...view, columns, rows }).map((line) => stripVTControlCharacters(line));
  expect(lines.length).toBeLessThan(rows);
  // A character of Chinese takes two columns.
  for (const line of lines) expect(line.replaceAll(/\p{Script=Han}/gu, 'xx').length).toBeLessThan(columns);
});

test.for<[args: string[], message: RegExp]>([
  [['nowhere'], /Expected FOLDER to be a folder, but at .*nowhere there is nothing/],
  [[import.meta.filename], /got the file .*Give the folder that it is in/],
  [['a', 'b'], /Expected at most one FOLDER, got 2/],
  [['--concurrency', '0'], /Expected --concurrency to be a positive integer, got 0/],
  [['--every', 'x'], /Expected --every to be a number of seconds/],
  [['--report', '/nowhere/at/all.json'], /Choose another place with --report FILE/],
  [['--unknown'], /Unknown option '--unknown'/],
])('%j is answered with the next step', async ([args, message]) => {
  const program = new Program(commandLine(args), { cwd: room });
  expect(await program.exit).toBe(2);
  expect(program.errors).toMatch(message);
  expect(program.errors).toContain('See npm start -- --help');
  expect(program.output).toBe('');
});

test('--help names every option and exit code', async () => {
  const program = new Program(commandLine(['--help']));
  expect(await program.exit).toBe(0);
  for (const word of ['--report', '--concurrency', '--every', '--fresh', '130'])
    expect(program.output).toContain(word);
});
