import { createSupervisor } from '../../../src/index.ts';
import { sqliteStore } from '../../../src/stores/sqlite.ts';
import { waitingTask } from './waiting.ts';

// Runs what another process submits, and tells it when a signal was aborted.
const [path = '', synchronous] = process.argv.slice(2);
const store = sqliteStore(path, { synchronous: synchronous === 'full' ? 'full' : 'normal' });
const waiting = waitingTask(() => process.send?.(performance.timeOrigin + performance.now()));
await createSupervisor({ tasks: [waiting], store, concurrency: 16 });
process.on('disconnect', () => process.exit());
process.send?.('ready');
