// Every error of Taskchart is a Fault; a body may throw one, and anything else that it throws is wrapped in one.
import { type BodyContext, createSupervisor, defineTask, Fault, isFault } from '../src/index.ts';

const save = defineTask({
  type: 'save',
  run({ input: path }: BodyContext<string>) {
    if (path.startsWith('/full/')) {
      // The fields are yours; they are kept in the record, and shown by `info()`.
      throw new Fault('ExtendedFault', 'The disk is full.', { path, freeBytes: 0 });
    }
    throw new TypeError('Cannot read that', { cause: new Error('The wire is cut') });
  },
});

await using supervisor = await createSupervisor({ tasks: [save] });

const full = await supervisor.submit(save, '/full/a.txt');
try {
  await full.result();
} catch (error) {
  if (!isFault(error, 'ExtendedFault')) throw error; // narrows by the fault's name
  console.log(error.name, '–', error.message, { freeBytes: error.freeBytes });
}
const { error: kept } = await full.info();
console.log(kept);

const odd = await supervisor.submit(save, '/b.txt');
try {
  await odd.result();
} catch (error) {
  if (!isFault(error, 'SystemError')) throw error;
  console.log(error.name, '–', error.message);
  console.log('in this process, the thrown error itself:', error.cause instanceof TypeError);
  const { fault, localizedMessage } = error.faultCause ?? {};
  console.log('in the record, as data:', fault?.type, '–', localizedMessage);
  console.log('and why:', fault?.faultCause?.localizedMessage);
  // A fault crosses a wire as JSON, and is still one.
  console.log(isFault(JSON.parse(JSON.stringify(error)), 'SystemError'));
}

await supervisor.task('no such key').catch((error: unknown) => {
  if (isFault(error)) console.log(error.name, '–', error.message);
});

/* Prints:
ExtendedFault – The disk is full. { freeBytes: 0 }
{
  fault: { name: 'ExtendedFault', path: '/full/a.txt', freeBytes: 0 },
  localizedMessage: 'The disk is full.'
}
SystemError – Cannot read that
in this process, the thrown error itself: true
in the record, as data: TypeError – Cannot read that
and why: The wire is cut
true
ManagedObjectNotFound – Expected the key of a task in this store, got "no such key".
*/
