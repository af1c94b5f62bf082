import { CommanderError } from 'commander';
import { createProgram } from './program.ts';
import { UsageError, exitCode } from './usage.ts';

/** What the arguments ask for is done; resolves with the exit code. */
export async function commandLine(args: readonly string[]): Promise<number> {
  let code: number = exitCode.done;
  try {
    await createProgram((given) => (code = given)).parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    // It has printed its message, or the help.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode.done : exitCode.usage;
    if (error instanceof UsageError) return refuse(error);
    const { tellFailure } = await import('./outcome.ts');
    return tellFailure(error);
  }
}

function refuse({ message, next }: UsageError): number {
  process.stderr.write(`error: ${message}\n${next === undefined ? '' : `${next}\n`}`);
  return exitCode.usage;
}
