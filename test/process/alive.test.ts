import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const script = join(import.meta.dirname, 'refusing.ts');

/** Of a call, which one: the first, or one that comes later. */
const refused: readonly (readonly [string, number, string])[] = [
  ['control', 1, 'the supervisor has begun'],
  ['beats', 1, 'the supervisor has begun'],
  ['query', 1, 'the supervisor has begun'],
  ['beat', 1, 'a task was submitted'],
  ['commit', 1, 'a task was submitted'],
  ['commit', 2, 'it was started'],
  ['commit', 3, 'its end is stored'],
];

test.for(refused)('a process whose store refused %s %i goes on until %s', async ([method, nth]) => {
  const { stdout } = await promisify(execFile)(process.execPath, [script, method, String(nth)]);
  expect(stdout.trim()).toBe('code 0, refused, done');
});
