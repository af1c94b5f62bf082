// A created task is driven by its creator: the supervisor runs nothing, keeps the rules, and shows it to everybody.
import { createSupervisor, isFault } from '../src/index.ts';

await using supervisor = await createSupervisor({ tasks: [] });

// The driver: code of yours that already does the work, in its own way.
const upload = await supervisor.createTask({ type: 'upload', cancelable: true, entity: 'film.mp4' });
upload.signal.addEventListener('abort', () => console.log('driver: asked to end'));
await upload.setState('running');
await upload.updateProgress(30);

// Anybody else finds it by its key, and can ask it to end.
const seen = await supervisor.task(upload.key);
const { descriptionId, entity, state, progress } = await seen.info();
console.log({ descriptionId, entity, state, progress });
console.log('client:', await seen.cancel());

// The driver says when it has ended, and how. Without a fault an asked one ends in RequestCanceled.
console.log('client sees', (await seen.info()).state);
await upload.setState('error');
console.log('client sees', (await seen.info()).state, (await seen.info()).error?.fault.name);

// Final is final.
await upload.setState('success', { result: 1 }).catch((error: unknown) => {
  if (isFault(error, 'InvalidState')) console.log('driver:', error.name);
});

// Some work cannot be interrupted, for a while.
const commit = await supervisor.createTask({ type: 'commit', cancelable: false });
await commit.setState('running');
await commit.cancel().catch((error: unknown) => console.log('client:', isFault(error) && error.name));
await commit.setCancelable(true);
console.log('client:', await commit.cancel());
await commit.setState('success', { result: { rows: 3 } }); // the work was done: success stands
console.log('client sees', (await commit.ended()).state, await commit.result());

/* Prints:
{
  descriptionId: 'upload',
  entity: 'film.mp4',
  state: 'running',
  progress: 30
}
driver: asked to end
client: requested
client sees running
client sees error RequestCanceled
driver: InvalidState
client: NotSupported
client: requested
client sees success { rows: 3 }
*/
