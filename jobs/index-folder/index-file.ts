import { type BodyContext, type TaskDefinition, defineTask } from '../../src/index.ts';
import { type Measures, measure } from './measure.ts';
import { type Place, locate } from './walk.ts';

/** The task of one file: reads it once, and gives what it measured. `onRead` is told of every chunk, for the rate. */
export function indexFile(folder: string, onRead: (bytes: number) => void): TaskDefinition<Place, Measures> {
  return defineTask({
    type: 'folder.indexFile',
    async run({ input, signal, task }: BodyContext<Place>): Promise<Measures> {
      let read = 0;
      let shown = 0;
      return measure(locate(folder, input), signal, (bytes, ofBytes) => {
        onRead(bytes);
        read += bytes;
        const percent = Math.floor((100 * read) / ofBytes);
        // The end of a file is told by the task's own end: a file of one chunk reports nothing.
        if (read >= ofBytes || percent === shown) return;
        shown = percent;
        void task.updateProgress(percent);
      });
    },
  });
}
