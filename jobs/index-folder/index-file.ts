import { type BodyContext, type TaskDefinition, defineTask } from '../../src/index.ts';
import { anyNumberOfLosses } from './losses.ts';
import { type MeasuredSoFar, type Measures, measure } from './measure.ts';
import { type Place, locate } from './walk.ts';

/** What may be gone in a second: a disk or a network drive that stutters, too many open files. */
const passing = new Set(['EIO', 'ESTALE', 'ETIMEDOUT', 'EBUSY', 'EAGAIN', 'EMFILE', 'ENFILE', 'ENOMEM']);

/** The task of one file: reads it once, and gives what it measured. `onRead` is told of every chunk, for the rate. */
export function indexFile(folder: string, onRead: (bytes: number) => void): TaskDefinition<Place, Measures> {
  return defineTask({
    type: 'folder.indexFile',
    retry: {
      maxAttempts: 3,
      maxLost: anyNumberOfLosses,
      retryIf: (error) => passing.has((error as NodeJS.ErrnoException)?.code ?? ''),
    },
    async run({ input, signal, task, checkpoint }: BodyContext<Place, MeasuredSoFar>): Promise<Measures> {
      let shown = 0;
      return measure(locate(folder, input), {
        signal,
        from: checkpoint,
        save: (soFar) => task.saveCheckpoint(soFar),
        onRead(bytes, position, ofBytes) {
          onRead(bytes);
          const percent = Math.floor((100 * position) / ofBytes);
          // The end of a file is told by the task's own end: a file of one chunk reports nothing.
          if (position >= ofBytes || percent === shown) return;
          shown = percent;
          void task.updateProgress(percent);
        },
      });
    },
  });
}
