// An app that owns a file of tasks, and runs what is queued there, until it is told to end.
import { createSupervisor } from '../../src/index.ts';
import { sqliteStore } from '../../src/stores/sqlite.ts';
import { failing, fixed, part, whole } from './tasks.ts';

const [file = '', concurrency = ''] = process.argv.slice(2);
const store = sqliteStore(file, { synchronous: 'normal' });
const supervisor = await createSupervisor({
  tasks: [failing, fixed, part, whole],
  store,
  concurrency: Number(concurrency),
  leaseMs: 600,
});
// What is paused by others is known here a moment later.
let paused: ReadonlySet<string> = new Set();
supervisor.actor.subscribe(({ context }) => {
  if (context.paused !== paused) process.stdout.write(`paused: ${[...context.paused].join(', ')}\n`);
  paused = context.paused;
});
// A supervisor at rest keeps no process alive.
process.stdin.resume();
process.once(
  'SIGTERM',
  () =>
    void supervisor
      .stop({ waitMs: 0 })
      .then(() => store.close())
      .then(() => process.exit()),
);
process.stdout.write('ready\n');
