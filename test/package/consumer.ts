// A user's program: type-checked and run where the package is installed from its tarball.
import { type BodyContext, createSupervisor, defineTask, isFault } from 'taskchart';
import { sqliteStore } from 'taskchart/sqlite';

const double = defineTask({
  type: 'double',
  run({ input }: BodyContext<number>) {
    if (input < 0) throw new RangeError('Expected a positive number');
    return input * 2;
  },
});

// Its thread is a file of the package.
await using store = sqliteStore('tasks.db');
await using supervisor = await createSupervisor({ tasks: [double], store });
const task = await supervisor.submit(double, 21);
const result: number = await task.result();
console.log(result);

const failing = await supervisor.submit(double, -1);
await failing.result().catch((error: unknown) => console.log(isFault(error)));

// @ts-expect-error it takes a number
export const wrong = () => supervisor.submit(double, '21');
