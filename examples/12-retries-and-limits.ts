// More than one attempt, and limits of time: what is tried again, and what becomes of a body that takes too long.
import { type BodyContext, createSupervisor, defineTask, noRetry } from '../src/index.ts';

const fetchPage = defineTask({
  type: 'page.fetch',
  retry: { maxAttempts: 3, backoff: { kind: 'exponential', baseMs: 1 } },
  run({ input: page, attempt }: BodyContext<string>) {
    if (page === 'missing') throw noRetry(new Error('404')); // another attempt would change nothing
    if (attempt < 3) throw new Error('503');
    return `there at attempt ${attempt}`;
  },
});

const slow = defineTask({
  type: 'slow',
  timeoutMs: 20, // for each attempt
  run: ({ sleep }) => sleep(60_000),
});

const { promise: letGo, resolve: release } = Promise.withResolvers<string>();
const stubborn = defineTask({
  type: 'stubborn',
  timeoutMs: 20,
  graceMs: 10, // from the abort until it counts as unresponsive
  run: () => letGo,
});

await using supervisor = await createSupervisor({ tasks: [fetchPage, slow, stubborn] });
const events = supervisor.events();

const page = await (await supervisor.submit(fetchPage, 'home')).ended();
console.log(page.state, '–', page.result);
const faults = page.attempts.flatMap(({ fault }) => fault?.localizedMessage ?? []);
console.log('failed before:', faults);

const missing = await (await supervisor.submit(fetchPage, 'missing')).ended();
console.log(missing.state, '–', missing.error?.localizedMessage, `(attempt ${missing.attempt})`);

const late = await (await supervisor.submit(slow)).ended();
console.log(late.state, '–', late.error?.fault.name);

// Nothing can end this one. It is told, it is reported, and it keeps its slot until it is gone.
const task = await supervisor.submit(stubborn);
for await (const event of events) if (event.kind === 'unresponsive') break;
const { state, unresponsiveSince } = await task.info();
console.log(state, '–', unresponsiveSince instanceof Date ? 'unresponsive' : 'as it should be');
release('gone at last');
console.log((await task.ended()).state, '–', await task.result());

/* Prints:
success – there at attempt 3
failed before: [ '503', '503' ]
error – 404 (attempt 1)
error – Timedout
running – unresponsive
success – gone at last
*/
