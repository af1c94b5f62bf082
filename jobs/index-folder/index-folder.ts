import { setImmediate as othersTurn } from 'node:timers/promises';
import { type BodyContext, type TaskDefinition, type TaskHandle, defineTask } from '../../src/index.ts';
import type { Measures } from './measure.ts';
import { type Found, type Place, walk } from './walk.ts';

export interface IndexFolderOptions {
  readonly indexFile: TaskDefinition<Place, Measures>;
  readonly isOwn: (absolute: string) => boolean;
  /** The task of a file that the walk found. */
  readonly onFile: (task: TaskHandle<Measures>, place: Place) => void;
  /** Anything else that it found. */
  readonly onOther: (found: Exclude<Found, { kind: 'file' }>) => void;
  /** All is found. */
  readonly onWalked: () => void;
}

/** The task of a whole folder: a child for every file, made as the walk finds it. It ends when all of them have. */
export function indexFolder(options: IndexFolderOptions): TaskDefinition<string, void> {
  const { indexFile, isOwn, onFile, onOther, onWalked } = options;
  return defineTask({
    type: 'folder.index',
    async run({ input: folder, signal, task }: BodyContext<string>): Promise<void> {
      for await (const found of walk(folder, { signal, isOwn })) {
        if (found.kind === 'file') onFile(await task.spawn(indexFile, found.place), found.place);
        else onOther(found);
        // A child in a store in memory needs no I/O: without turns for their own, the bodies would wait for the walk.
        await othersTurn();
      }
      signal.throwIfAborted();
      onWalked();
    },
  });
}
