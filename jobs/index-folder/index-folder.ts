import { createHash } from 'node:crypto';
import { setImmediate as othersTurn } from 'node:timers/promises';
import {
  type BodyContext,
  type SpawnOptions,
  type TaskDefinition,
  type TaskHandle,
  defineTask,
} from '../../src/index.ts';
import { Batch } from './batch.ts';
import { anyNumberOfLosses } from './losses.ts';
import type { Measures } from './measure.ts';
import { type Found, type Place, walk } from './walk.ts';

export interface IndexFolderOptions {
  readonly indexFile: TaskDefinition<Place, Measures>;
  readonly isOwn: (absolute: string) => boolean;
  /** The task of a file that the walk found, new or from an earlier attempt. */
  readonly onFile: (task: TaskHandle<Measures>, place: Place) => void;
  /** Anything else that it found. */
  readonly onOther: (found: Exclude<Found, { kind: 'file' }>) => void;
  /** All is found. */
  readonly onWalked: () => void;
  /** Resolves when every file has ended and the report is written. */
  readonly onEnded: (signal: AbortSignal) => Promise<void>;
}

/** So many children are made at a time: a store on a disk takes them together, at little more than the cost of one. */
const spawnedAtOnce = 128;

/** The longest `entity` of a task. */
const longestEntity = 1_000;

/**
 * The task of a whole folder: a child for every file, made as the walk finds it. It ends when all of them have and the
 * report is written. When it runs again it walks again, and is given the children that it had.
 */
export function indexFolder(options: IndexFolderOptions): TaskDefinition<string, void> {
  const { indexFile, isOwn, onFile, onOther, onWalked, onEnded } = options;
  return defineTask({
    type: 'folder.index',
    retry: { maxAttempts: 1, maxLost: anyNumberOfLosses },
    async run({ input: folder, signal, task }: BodyContext<string, 'walked'>): Promise<void> {
      const spawn = async (place: Place) => onFile(await task.spawn(indexFile, place, childOf(place)), place);
      const spawning = new Batch(spawnedAtOnce);
      for await (const found of walk(folder, { signal, isOwn })) {
        if (found.kind === 'file') await spawning.add(spawn(found.place));
        else onOther(found);
        // The bodies have turns of their own, and do not wait for the walk.
        await othersTurn();
      }
      await spawning.ended();
      signal.throwIfAborted();
      onWalked();
      await task.saveCheckpoint('walked');
      await onEnded(signal);
    },
  });
}

/** The name is the file's own, so that it is indexed once however often its folder is walked. */
function childOf({ path, raw }: Place): SpawnOptions {
  const name = createHash('sha256')
    .update(raw ?? path)
    .digest('base64url');
  return path.length > longestEntity ? { name } : { name, entity: path };
}
