// Tasks in a file: what one process left, the next one takes up.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BodyContext, createSupervisor, defineTask } from '../src/index.ts'; // in your project: from 'taskchart'
import { sqliteStore } from '../src/stores/sqlite.ts'; // 'taskchart/sqlite'

let isOfficeOpen = false;
const letter = defineTask({
  type: 'letter.send',
  async run({ input: to, sleep }: BodyContext<string>) {
    if (!isOfficeOpen) await sleep(60_000);
    return `sent to ${to}`;
  },
});

const folder = mkdtempSync(join(tmpdir(), 'durable-'));
const keys: string[] = [];

// #region first
{
  // Disposed of in reverse: first the supervisor stops, then the file is closed.
  await using store = sqliteStore(join(folder, 'tasks.db'));
  await using supervisor = await createSupervisor({ tasks: [letter], store, concurrency: 1 });
  const ada = await supervisor.submit(letter, 'Ada'); // it is on the disk when this resolves
  const grace = await supervisor.submit(letter, 'Grace');
  keys.push(ada.key, grace.key);
  for await (const { state } of ada.watch()) if (state === 'running') break;
  await supervisor.stop({ waitMs: 0 }); // what runs goes back to the queue
}
// #endregion

// As good as another process, tomorrow.
isOfficeOpen = true;
{
  await using store = sqliteStore(join(folder, 'tasks.db'));
  await using supervisor = await createSupervisor({ tasks: [letter], store, concurrency: 1 });
  for (const key of keys) console.log(await (await supervisor.task(key, letter)).result());
  await store.backup(join(folder, 'backup.db'));
}

rmSync(folder, { recursive: true });

/* Prints:
sent to Ada
sent to Grace
*/
