#!/usr/bin/env node
import { commandLine } from './command-line.ts';
import { exitCode } from './usage.ts';

leaveQuietly(process.stdout);
leaveQuietly(process.stderr);
sayFailuresOnce();
const code = await commandLine(process.argv.slice(2));
await flushed(process.stdout);
await flushed(process.stderr);
// At once: what a user's module left open is no reason to stay.
process.exit(code);

/** Nobody reads any more (`| head`, a closed terminal): nothing is left to be done, and nobody to be told. */
function leaveQuietly(output: NodeJS.WriteStream): void {
  output.on('error', ({ code: cause }: NodeJS.ErrnoException) =>
    process.exit(cause === 'EPIPE' || cause === 'EIO' ? exitCode.done : exitCode.failed),
  );
}

/** That a supervisor failed is told by the command, with the next step. */
function sayFailuresOnce(): void {
  const others = process.listeners('warning');
  process.removeAllListeners('warning');
  process.on('warning', (warning) => {
    if (warning.name !== 'TaskchartFailure') for (const tell of others) tell(warning);
  });
}

function flushed(output: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => output.write('', () => resolve()));
}
