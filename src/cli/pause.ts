import { bystander, openFile, pausedTypes } from './file.ts';
import { json, shown } from './text.ts';
import { exitCode } from './usage.ts';

export interface PauseOptions {
  readonly db: string;
  readonly json?: boolean;
}

/** Nothing new (of the type) starts at this file; or, with `isPaused` false, that is taken back. */
export async function pause(
  type: string | undefined,
  options: PauseOptions,
  isPaused: boolean,
): Promise<number> {
  await using store = await openFile(options.db);
  await using supervisor = await bystander(store);
  await (isPaused ? supervisor.pause(type) : supervisor.resume(type));
  const paused = [...(await pausedTypes(store))].toSorted();
  if (options.json === true) {
    const types = paused.filter((name) => name !== '');
    process.stdout.write(`${json({ everything: paused.includes(''), types }, 2)}\n`);
    return exitCode.done;
  }
  const named = paused.map((name) => (name === '' ? 'everything' : shown(name)));
  process.stdout.write(named.length === 0 ? 'Nothing is paused.\n' : `Paused: ${named.join(', ')}.\n`);
  return exitCode.done;
}
