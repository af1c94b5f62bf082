import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Breach } from './breach.ts';
import { judgeImage } from './image.ts';
import type { Mark } from './log.ts';
import { judgeRecords } from './record-laws.ts';

const isCopy = (name: string) => /^copy \d+\.db$/.test(name);

/** Every copy that has its name is whole, and has all that was acknowledged before it was asked for. */
async function judgeCopy(path: string, marksBefore: readonly Mark[]): Promise<Breach[]> {
  return judgeImage(path, (_store, records) => judgeRecords(marksBefore, records));
}

/** What a power cut leaves of the copies that were made. */
export async function judgeCopies(folder: string, marks: readonly Mark[]): Promise<Breach[]> {
  const made = marks.filter(({ word }) => word === 'copied').map(({ values: [name = ''] }) => name);
  const gone = made.filter((name) => !existsSync(join(folder, name)));
  const breaches = gone.map((name): Breach => ({
    law: 'kept',
    message: `${name} was made, and is not there`,
  }));
  for (const name of readdirSync(folder).filter(isCopy)) {
    const asked = marks.findIndex(({ word, values }) => word === 'copying' && values[0] === name);
    const before = marks.slice(0, asked).filter(({ word }) => word === 'acknowledged');
    breaches.push(...(await judgeCopy(join(folder, name), before)));
  }
  return breaches;
}
