// Input and result are checked by any Standard Schema; types follow from it, nothing is written twice.
import { z } from 'zod';
import { createSupervisor, defineTask, isFault } from '../src/index.ts';

const thumbnail = defineTask({
  type: 'image.thumbnail',
  input: z.object({ path: z.string(), width: z.int().positive().default(200) }),
  result: z.object({ bytes: z.number() }),
  run({ input }) {
    return { bytes: input.path === 'broken.png' ? Number.NaN : input.width * 10 };
  },
});

await using supervisor = await createSupervisor({ tasks: [thumbnail] });

// What the schema adds is there for the body.
const task = await supervisor.submit(thumbnail, { path: 'cat.png' });
const { bytes } = await task.result();
console.log('bytes:', bytes);

// A wrong input is refused before anything is stored.
try {
  await supervisor.submit(thumbnail, { path: 'cat.png', width: -1 });
} catch (error) {
  if (!isFault(error, 'InvalidArgument')) throw error;
  console.log('refused:', error.name, error.invalidProperty);
  console.log(error.issues);
}

// A wrong result is the fault of the body: the task ends in error.
const broken = await supervisor.submit(thumbnail, { path: 'broken.png' });
const { state, error } = await broken.ended();
console.log(state, error?.fault.name, error?.fault.invalidProperty);

// @ts-expect-error the compiler refuses it too
await supervisor.submit(thumbnail, { path: 7 }).catch(() => console.log('refused again'));

/* Prints:
bytes: 2000
refused: InvalidArgument input.width
[
  { message: 'Too small: expected number to be >0', path: [ 'width' ] }
]
error InvalidArgument result.bytes
refused again
*/
