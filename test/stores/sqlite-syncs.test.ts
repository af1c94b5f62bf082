import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';

const source = (file: string) => pathToFileURL(join(import.meta.dirname, '../../src', file)).href;

/** Tasks that are submitted one after the other, each when the one before has started; between two marks. */
const program = (folder: string, synchronous: string) => `
import { mkdirSync } from 'node:fs';
const { createSupervisor, defineTask } = await import('${source('index.ts')}');
const { sqliteStore } = await import('${source('stores/sqlite.ts')}');
const held = defineTask({ type: 'held', run: ({ sleep }) => sleep(600_000) });
await using store = sqliteStore('${folder}/tasks.db', { synchronous: '${synchronous}' });
await using supervisor = await createSupervisor({ tasks: [held], store, concurrency: 100 });
async function start() {
  const task = await supervisor.submit(held);
  for await (const { state } of task.watch()) if (state === 'running') break;
}
await start();
mkdirSync('${folder}/first mark');
for (let n = 0; n < 10; n += 1) await start();
mkdirSync('${folder}/last mark');
await supervisor.stop({ waitMs: 0 });
`;

/** How often the disk was waited for between the marks. */
function syncsOf(synchronous: 'full' | 'normal'): number {
  using folder = temporaryFolder();
  const [file, trace] = [folder.file('program.mjs'), folder.file('trace.txt')];
  writeFileSync(file, program(folder.path, synchronous));
  const calls = ['-f', '-e', 'trace=fsync,fdatasync,mkdir', '-o', trace];
  execFileSync('strace', [...calls, process.execPath, file], { timeout: 100_000 });
  const lines = readFileSync(trace, 'utf8').split('\n');
  const [first, last] = ['first mark', 'last mark'].map((mark) =>
    lines.findIndex((line) => line.includes(mark)),
  );
  return lines.slice(first, last).filter((line) => /\b(fsync|fdatasync)\(/.test(line)).length;
}

function hasStrace(): boolean {
  try {
    execFileSync('strace', ['-f', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

test.skipIf(!hasStrace())(
  'from submit to start there are two syncs, and none that is not promised',
  { timeout: 120_000 },
  () => {
    const full = syncsOf('full');
    // Two for each task; and now and then one for the log itself.
    expect(full).toBeGreaterThanOrEqual(20);
    expect(full).toBeLessThanOrEqual(23);
    expect(syncsOf('normal')).toBeLessThanOrEqual(3);
  },
);
