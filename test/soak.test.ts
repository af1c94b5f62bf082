import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ProgramReport } from './soak/programs.ts';
import type { Report } from './soak/report.ts';

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'taskchart-soak-'))));
afterAll(() => rmSync(folder, { recursive: true }));

const main = join(import.meta.dirname, 'soak/main.ts');
/** A soak that some rounds of every kind pass. */
const seed = ['--seed', '9'];

function start(...args: string[]): ChildProcess {
  return spawn(process.execPath, ['--expose-gc', main, ...args], { cwd: folder, stdio: 'pipe' });
}

async function soak(...args: string[]) {
  const child = start(...args);
  const said = { out: '', error: '' };
  child.stdout?.on('data', (text: Buffer) => (said.out += String(text)));
  child.stderr?.on('data', (text: Buffer) => (said.error += String(text)));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...said };
}

const file = (name: string) => join(folder, name);
const read = (name: string) => JSON.parse(readFileSync(file(name), 'utf8')) as Report;

test('a soak ends with nothing stuck, lost or left, and goes on from where it ended', async () => {
  const first = await soak(...seed, '--rounds', '3', '--out', 'a.json');
  expect(first).toMatchObject({ code: 0, error: '' });
  const begun = read('a.json');
  expect(begun).toMatchObject({ seed: 9, rounds: 3, sessions: 1, failures: [], failed: 0 });
  const second = await soak(...seed, '--rounds', '6', '--out', 'a.json');
  expect(second).toMatchObject({ code: 0, error: '' });
  expect(second.out).toContain('goes on after 3 rounds');
  const report = read('a.json');
  expect(report).toMatchObject({ rounds: 6, sessions: 2, startedAt: begun.startedAt, failures: [] });
  expect(report.kinds).toEqual({ simulated: 3, resident: 2, real: 1 });
  expect(report.tasks).toBeGreaterThan(begun.tasks);
});

test('a round is repeated by its seed and number, in simulated time to the last event', async () => {
  const [one, other] = await Promise.all([1, 2].map(() => soak(...seed, '--round', '2')));
  expect(one).toMatchObject({ code: 0, error: '' });
  expect(one).toEqual(other);
  expect(JSON.parse(one?.out ?? '')).toMatchObject({ round: 2, kind: 'simulated', breaches: [] });
});

test('an interrupt ends the soak after the present round, and says how to go on', async () => {
  const child = start(...seed, '--rounds', '1000000', '--out', 'b.json');
  let out = '';
  child.stdout?.on('data', (text: Buffer) => (out += String(text)));
  await once(child.stdout as NonNullable<ChildProcess['stdout']>, 'data');
  child.kill('SIGINT');
  expect(await once(child, 'close')).toEqual([0, null]);
  expect(out).toContain('npm run soak -- --seed 9 --out b.json');
  expect(read('b.json').rounds).toBeGreaterThan(0);
});

test('programs are played on each seed, and go on from where they ended', { timeout: 60_000 }, async () => {
  const first = await soak(...seed, '--programs', '4', '--seeds', '2', '--out', 'p.json');
  expect(first).toMatchObject({ code: 0, error: '' });
  expect(first.out).toContain('2 of 2 seeds passed 4 programs, 0 failed.');
  await soak(...seed, '--programs', '9', '--seeds', '2', '--out', 'p.json');
  const { ofSeeds } = JSON.parse(readFileSync(file('p.json'), 'utf8')) as ProgramReport;
  expect(ofSeeds.map(({ programs }) => programs)).toEqual([9, 9]);
  expect(new Set(ofSeeds.map((one) => one.seed)).size).toBe(2);
  const other = await soak('--seed', '8', '--programs', '4', '--out', 'p.json');
  expect(other).toMatchObject({ code: 2 });
  expect(other.error).toContain('Expected p.json to be of seed 8, got 9.');
  expect(await soak(...seed, '--program', '7')).toMatchObject({
    code: 0,
    out: 'program 7: no law is broken\n',
  });
});

test('the report of another soak is not written over', async () => {
  const given = { ...read('a.json'), seed: 8 };
  writeFileSync(file('c.json'), JSON.stringify(given));
  const { code, error } = await soak(...seed, '--out', 'c.json');
  expect(code).toBe(2);
  expect(error).toContain('Expected c.json to be of seed 9, got 8. Go on with it by --seed 8. Remove it');
  expect(read('c.json')).toEqual(given);
});

test.for([
  [['--seed', 'x'], 'Expected --seed to be an integer from 0 to 2147483647, got "x".'],
  [['--minutes', '0'], 'Expected --minutes to be a number above 0, got "0".'],
  [['--rounds', '1.5'], 'Expected --rounds to be an integer from 1 to 2147483647, got "1.5".'],
  [['--programs', '9', '--rounds', '9'], 'Expected rounds or programs, got --rounds besides'],
  [['--out', ''], 'Expected --out to be the name of a file, got "".'],
  [['--sed', '1'], "Unknown option '--sed'"],
] as const)('%j is refused with what was expected', async ([args, message]) => {
  const { code, error } = await soak(...args);
  expect(code).toBe(2);
  expect(error).toContain(message);
  expect(error).toContain('Usage: npm run soak');
});
