import { expect, test } from 'vitest';
import { type Row, SqliteFile } from '../../src/stores/sqlite-file.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** Opens a file that another process makes right after the `turn`th reading of the opening. Returns whether it came so far. */
function openWhatIsMadeAfter(turn: number): boolean {
  using folder = temporaryFolder();
  const opening = { path: folder.file('tasks.db'), synchronous: 'normal' } as const;
  let [turns, isMade] = [0, false];
  class InterruptedFile extends SqliteFile {
    override get(sql: string): Row | undefined {
      const row = super.get(sql);
      turns += 1;
      if (turns === turn) {
        new SqliteFile(opening).close();
        isMade = true;
      }
      return row;
    }
  }
  new InterruptedFile(opening).close();
  return isMade;
}

test('a file that another process makes while it is opened is not taken for one of another application', () => {
  // From the fourth reading on the opening holds the lock, and nobody else can make it.
  for (const turn of [1, 2, 3]) expect(openWhatIsMadeAfter(turn)).toBe(true);
});
