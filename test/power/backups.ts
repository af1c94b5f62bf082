import { join } from 'node:path';
import { type Surroundings, write } from './records.ts';

/** One copy after the other is made, while a client writes. */
export async function backUp({ folder, open, say, chance, limit }: Surroundings): Promise<void> {
  await using store = open();
  const writing = write(store, 'ann', say, chance, limit);
  for (let number = 1; number < limit / 4; number += 1) {
    const name = `copy ${number}.db`;
    say('copying', name);
    await store.backup(join(folder, name));
    say('copied', name);
  }
  await writing;
}
