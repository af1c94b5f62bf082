import { parentPort, workerData } from 'node:worker_threads';
import type { Opening, Request } from './sqlite-protocol.ts';
import { SqliteDesk } from './sqlite-desk.ts';

// The store's own thread: all SQL runs here, so that no wait for a disk or a lock is one of the host's event loop.
const port = parentPort;
if (!port) throw new Error('Expected to be started as the thread of an SQLite store.');
const desk = new SqliteDesk(workerData as Opening, port);
port.on('message', (requests: readonly Request[]) => desk.take(requests));
