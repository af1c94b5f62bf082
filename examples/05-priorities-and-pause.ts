// Higher priorities start first; a pause lets nothing new start, and what runs goes on.
import { type BodyContext, createSupervisor, defineTask } from '../src/index.ts';

const mail = defineTask({
  type: 'mail',
  run: ({ input }: BodyContext<string>) => console.log('  mail', input),
});
const backup = defineTask({
  type: 'backup',
  run: ({ input }: BodyContext<string>) => console.log('  backup', input),
});

await using supervisor = await createSupervisor({ tasks: [mail, backup], concurrency: 1 });

await supervisor.pause();
await supervisor.submit(mail, 'low', { priority: -1 });
await supervisor.submit(mail, 'first of two');
await supervisor.submit(mail, 'second of two');
const urgent = await supervisor.submit(mail, 'urgent', { priority: 10 });
console.log('paused: urgent is', (await urgent.info()).state);

await supervisor.resume();
await supervisor.idle();

await supervisor.submit(mail, 'in a moment', { priority: 10, delayMs: 300 });
await supervisor.submit(mail, 'at once');
await supervisor.idle();

await supervisor.pause('backup');
const held = await supervisor.submit(backup, 'tonight', { priority: 10 });
const sent = await supervisor.submit(mail, 'now');
await sent.ended();
console.log('backup is paused:', (await held.info()).state);

await supervisor.resume('backup');
await held.ended();

/* Prints:
paused: urgent is queued
  mail urgent
  mail first of two
  mail second of two
  mail low
  mail at once
  mail in a moment
  mail now
backup is paused: queued
  backup tonight
*/
