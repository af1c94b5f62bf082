// What keeps the process alive: timers and open handles, as everywhere in Node; not a supervisor, a reader, or a promise.
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { type BodyContext, type Supervisor, createSupervisor, defineTask } from '../src/index.ts';

let done = 'not done';
const work = defineTask({
  type: 'work',
  retry: { maxAttempts: 2, backoff: { kind: 'custom', delayMs: () => 50 } },
  async run({ input, sleep, attempt }: BodyContext<string>) {
    if (input === 'sleep') await sleep(50);
    if (input === 'promise') await new Promise(() => {}); // nobody will ever resolve it
    if (input === 'retry' && attempt === 1) throw new Error('Not yet');
    done = 'done';
  },
});

// #region code
const scripts: Record<string, (supervisor: Supervisor) => unknown> = {
  'nothing to do': () => {},
  'only a reader': (supervisor) => Array.fromAsync(supervisor.events()),
  'a body that sleeps': (supervisor) => supervisor.submit(work, 'sleep'),
  'a wait for its time to start': (supervisor) => supervisor.submit(work, '', { delayMs: 50 }),
  'a wait for the next attempt': (supervisor) => supervisor.submit(work, 'retry'),
  'a paused task': (supervisor) => supervisor.pause().then(() => supervisor.submit(work, '')),
  'a promise that nobody keeps': (supervisor) => supervisor.submit(work, 'promise'),
  'the same, and idle()': (supervisor) => supervisor.submit(work, 'promise').then(() => supervisor.idle()),
  'stop() at once': (supervisor) => supervisor.submit(work, 'sleep').then(() => supervisor.stop()),
};
// #endregion

const [, , name] = process.argv;
if (name) {
  process.on('exit', (code) => console.log(`${name}: ${done}, code ${code}`));
  await scripts[name]?.(await createSupervisor({ tasks: [work] })); // the script has no other line
} else {
  const outputs = Object.keys(scripts).map(async (script) => {
    const child = spawn(process.execPath, [import.meta.filename, script], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return text(child.stdout);
  });
  for (const output of await Promise.all(outputs)) console.log(output.trim());
}

/* Prints:
nothing to do: not done, code 0
only a reader: not done, code 13
a body that sleeps: done, code 0
a wait for its time to start: done, code 0
a wait for the next attempt: done, code 0
a paused task: not done, code 0
a promise that nobody keeps: not done, code 0
the same, and idle(): not done, code 13
stop() at once: not done, code 0
*/
