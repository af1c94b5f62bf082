// A child process that ends with its task: it is told to end, and the task runs until the process is gone.
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { type BodyContext, createSupervisor, defineTask } from '../src/index.ts';

let last: ChildProcess | undefined;

// #region code
const script = defineTask({
  type: 'script',
  async run({ input, signal, task }: BodyContext<{ code: string; patienceMs: number }>) {
    const child = spawn(process.execPath, ['-e', input.code], {
      signal,
      killSignal: 'SIGTERM',
      stdio: ['ignore', 'pipe', 'inherit'], // a pipe that nobody reads would block it one day
    });
    const kill = () => setTimeout(() => child.kill('SIGKILL'), input.patienceMs).unref();
    signal.addEventListener('abort', kill, { once: true });
    let failure: unknown;
    child.on('error', (error) => (failure = error)); // of an abort: the process may still be there
    createInterface({ input: child.stdout }).on('line', (line) => void task.setDescription(line));
    await new Promise((resolve) => child.on('close', resolve)); // now it is gone
    last = child;
    if (failure) throw failure;
    if (child.exitCode !== 0) throw new Error(`It ended with ${child.exitCode ?? child.signalCode}`);
  },
});
// #endregion

const tidy = `process.on('SIGTERM', () => setTimeout(() => process.exit(), 50)); // closes its files, say
  console.log('working'); setInterval(() => {}, 1_000);`;
const deaf = `process.on('SIGTERM', () => {}); console.log('working'); setInterval(() => {}, 1_000);`;

const isThere = () => {
  try {
    return process.kill(last?.pid ?? 0, 0);
  } catch {
    return false;
  }
};

await using supervisor = await createSupervisor({ tasks: [script] });
for (const [name, code] of Object.entries({ tidy, deaf })) {
  const task = await supervisor.submit(script, { code, patienceMs: code === deaf ? 100 : 30_000 });
  for await (const { description, cancelled } of task.watch()) {
    if (description && !cancelled) console.log(`${name}: working, cancel:`, await task.cancel());
  }
  const { error } = await task.ended();
  console.log(
    `${name}: ${error?.fault.name}, killed by ${last?.signalCode ?? 'nobody'}, still there: ${isThere()}`,
  );
}

/* Prints:
tidy: working, cancel: requested
tidy: RequestCanceled, killed by nobody, still there: false
deaf: working, cancel: requested
deaf: RequestCanceled, killed by SIGKILL, still there: false
*/
