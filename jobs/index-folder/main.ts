import { resolve } from 'node:path';
import { isFault } from '../../src/index.ts';
import { type Options, UsageError, help, readOptions } from './options.ts';
import { Run, exitCode, nearby } from './run.ts';
import { WorkplaceError, makeWorkplace, occupy, tasksFile } from './workplace.ts';

leaveQuietly(process.stdout);
leaveQuietly(process.stderr);
saveBreath();
process.exitCode = await main();

/** Nobody reads any more (`| head`, a closed terminal): nothing is left to be done, and nobody to be told. */
function leaveQuietly(output: NodeJS.WriteStream): void {
  output.on('error', ({ code }: NodeJS.ErrnoException) =>
    process.exit(code === 'EPIPE' || code === 'EIO' ? 0 : 1),
  );
}

/** That the supervisor failed is said once, with the next step. */
function saveBreath(): void {
  const others = process.listeners('warning');
  process.removeAllListeners('warning');
  process.on('warning', (warning) => {
    if (warning.name !== 'TaskchartFailure') for (const tell of others) tell(warning);
  });
}

async function main(): Promise<number> {
  // Where the user is: npm runs scripts in the folder of the package.
  const base = process.env['INIT_CWD'] ?? process.cwd();
  try {
    const options = await readOptions(process.argv.slice(2), resolve(import.meta.dirname, '../..'), base);
    if (options !== 'help') return await index(options);
    process.stdout.write(help);
    return exitCode.done;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\nSee npm start -- --help\n`);
    return exitCode.usage;
  }
}

async function index(options: Options): Promise<number> {
  const { ownFolder } = options;
  try {
    await makeWorkplace(ownFolder);
    using _sole = occupy(ownFolder);
    return await new Run(options).ended();
  } catch (error) {
    if (error instanceof WorkplaceError) process.stderr.write(`${error.message}\n`);
    else if (isFault(error, 'StoreFailed')) process.stderr.write(`${reason(error)}\n${nextStep(options)}\n`);
    else throw error;
    return exitCode.failed;
  }
}

/** The store's own words are the innermost. */
function reason({ message, cause }: Error): string {
  return cause instanceof Error ? reason(cause) : message;
}

function nextStep({ ownFolder, base }: Options): string {
  const file = nearby(tasksFile(ownFolder), base);
  return `When that is mended, npm start goes on where it was. To begin anew instead, move away ${file}, ${file}-wal and ${file}-shm.`;
}
