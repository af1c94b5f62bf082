import { answer } from '../apart-worker.ts';
import { type SystemName, entryOf } from './durable-systems.ts';
import { type Load, loaded } from './load.ts';
import type { Place } from './system.ts';

const [folder = '', name = '', place = '{}', load = '{}'] = process.argv.slice(2);

answer(folder, async () => {
  const given = JSON.parse(place) as Omit<Place, 'folder'>;
  const system = await entryOf(name as SystemName).open({ ...given, folder });
  return loaded(system, JSON.parse(load) as Load);
});
