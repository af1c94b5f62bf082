import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createSupervisor, defineTask } from '../src/index.ts';

const page = readFileSync(join(import.meta.dirname, '../docs/options.md'), 'utf8');
const sections = page.split(/^## /m);
const run = () => {};
const definition = defineTask({ type: 'any', run });

/** The names that a call takes, as it says them when it is given another. */
async function namesOf(call: (options: object) => unknown): Promise<string[]> {
  try {
    await call({ 'no such option': 1 });
  } catch (error) {
    const [, names = ''] = /to be one of (.+), got "no such option"/.exec((error as Error).message) ?? [];
    return names.split(', ');
  }
  return [];
}

test.for<[string, (options: object) => unknown]>([
  ['`defineTask`', (options) => defineTask(options as never)],
  ['`createSupervisor`', (options) => createSupervisor(options as never)],
  [
    '`submit`',
    async (options) => {
      await using supervisor = await createSupervisor({ tasks: [definition] });
      await supervisor.submit(definition, undefined, options);
    },
  ],
  [
    '`createTask`',
    async (options) => {
      await using supervisor = await createSupervisor({ tasks: [] });
      await supervisor.createTask(options as never);
    },
  ],
])('docs/options.md names every option of %s', async ([heading, call]) => {
  const names = await namesOf(call);
  const section = sections.find((text) => text.startsWith(heading)) ?? '';
  expect(names.length).toBeGreaterThan(3);
  expect(names.filter((name) => !section.includes(`\`${name}\``))).toEqual([]);
});
