import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { supervisorMachine, taskMachine } from '../machines/index.ts';
import { mutantsOf } from './mutants/chart-mutants.ts';
import { injectors } from './mutants/injectors.ts';
import { lawNames } from './mutants/laws.ts';
import { patches } from './mutants/patches.ts';
import { switchPairs } from './mutants/switch-pairs.ts';

const root = join(import.meta.dirname, '..');
const main = join(root, 'test/mutants/main.ts');

/** Rejects where the command says that it is not as it should be. */
async function mutants(...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [main, '--seed', '5', ...args]);
  return stdout;
}

test.for(patches.map(({ name, ...patch }) => [name, patch] as const))(
  'the mistake "%s" can be made in the code as it is',
  ([, { file, find }]) => {
    expect(readFileSync(join(root, file), 'utf8').split(find)).toHaveLength(2);
  },
);

test('each law and each trouble that is switched off, and each mutant that lives then, is one that there is', () => {
  const names = [...lawNames, ...Object.keys(injectors)];
  const mutants = [
    ...patches.map(({ name }) => name),
    ...[taskMachine, supervisorMachine].flatMap((machine) => mutantsOf(machine).map(({ name }) => name)),
  ];
  expect(names).toEqual(expect.arrayContaining(Object.keys(switchPairs).flatMap((off) => off.split(' + '))));
  expect(mutants).toEqual(expect.arrayContaining(Object.values(switchPairs)));
});

describe('mutants', { timeout: 120_000 }, () => {
  test('mistakes in the code are found in each seed, within two steps of the shortest; the code as it is passes', async () => {
    const names = ['double abort', 'task queued CANCEL[2] removed', 'supervisor starting STARTED[0] removed'];
    const said = await mutants(
      '--shrink',
      '--runs',
      '60',
      '--seeds',
      '2',
      ...names.flatMap((name) => ['--only', name]),
    );
    expect(said).toContain('no mutant: 0 of 1, SURVIVED');
    expect(said).toContain('made by hand: 1 of 1 killed');
    expect(said).toContain('generated: 2 of 2 killed');
    for (const name of names)
      expect(said).toMatch(
        new RegExp(`\\| ${name.replace(/[[\]]/g, '\\$&')} \\| 2 of 2 \\|.*\\| [1-3] \\(1\\) \\|`),
      );
  });

  test('without the law that finds it a mistake is not found', async () => {
    const said = await mutants('--switches', '--only', 'oneCancelCounts', '--runs', '60');
    expect(said).toContain('| oneCancelCounts | double abort | yes |');
  });
});
