import { parentPort, workerData } from 'node:worker_threads';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';

// The thread that copies the log into the file while the store's thread goes on committing.
const port = parentPort;
if (!port) throw new Error('Expected to be started by the thread of an SQLite store.');

/** So few pages are left at once that whoever comes to them next does it in passing. */
const few = 250;
/** What is committed meanwhile is copied as well, but nobody is chased for ever. */
const mostPasses = 4;

const url = pathToFileURL(workerData as string);
// It never makes a file: that of the store may have been deleted.
url.searchParams.set('mode', 'rw');
const database = new DatabaseSync(url, { timeout: 0 });
database.exec('PRAGMA fullfsync = 1; PRAGMA checkpoint_fullfsync = 1');
const statement = database.prepare('PRAGMA wal_checkpoint(PASSIVE)');

/** How many pages the log had at last; below 1 where another process copies. */
function copy(): number {
  let before = 0;
  for (let pass = 1; ; pass += 1) {
    const { log } = statement.get() as { log: number };
    if (log - before < few || pass === mostPasses) return Math.max(log, before);
    before = log;
  }
}

port.on('message', (message: 'copy' | 'close') => {
  if (message === 'copy') return port.postMessage(copy());
  database.close();
  port.close();
});
