import { readFile, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { call } from './command.ts';

// Each starts several processes.
vi.setConfig({ testTimeout: 60_000 });

const machines = new URL('machine.ts', import.meta.url).pathname;

let folder: ReturnType<typeof temporaryFolder>;

beforeEach(() => {
  folder = temporaryFolder();
});

afterEach(() => folder[Symbol.dispose]());

const draw = (...args: string[]) => call(folder.path, 'draw', machines, ...args);

test.for([
  ['mermaid', /^(flowchart|stateDiagram)[^]*door[^]*OPEN[^]*\n$/],
  ['dot', /^digraph [^]*OPEN[^]*\}\n$/],
  ['scxml', /^<\?xml [^]*<transition [^>]*event="OPEN"[^]*<\/scxml>\n$/],
  ['svg', /^(<\?xml [^>]*>\s*)?<svg[^]*OPEN[^]*<\/svg>\n$/],
] as const)('a machine is drawn as %s', async ([format, drawing]) => {
  const { code, stdout, stderr } = await draw('--export', 'door', '--format', format);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(drawing);
});

test('which of several machines is meant has to be said', async () => {
  expect(await draw()).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/several machines: door, lamp\.\nFor instance: .* --export door\n$/),
  });
  expect(await draw('--export', 'dor')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('Did you mean door?'),
  });
});

test('a drawing that is not as the machine says is stale: exit code 1, and the file stays', async () => {
  const to = ['--export', 'door', '--output', folder.file('door.mmd')];
  const missing = await draw(...to, '--check');
  expect([missing.code, missing.stderr]).toEqual([1, expect.stringContaining('is not there. Draw it anew')]);
  expect((await draw(...to)).code).toBe(0);
  expect((await draw(...to, '--check')).code).toBe(0);
  const drawn = await readFile(folder.file('door.mmd'), 'utf8');
  await writeFile(folder.file('door.mmd'), drawn.replace('OPEN', 'PULL'));
  const stale = await draw(...to, '--check', '--json');
  expect([stale.code, JSON.parse(stale.stdout)]).toEqual([
    1,
    { output: folder.file('door.mmd'), fresh: false },
  ]);
  expect(await readFile(folder.file('door.mmd'), 'utf8')).toContain('PULL');
});
