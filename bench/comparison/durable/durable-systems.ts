import type { Journal } from '../redis.ts';
import type { DurableSystem, Place } from './system.ts';

interface Entry {
  /** What its Redis keeps on disk, where it has one. */
  readonly journal?: Journal;
  /** Its packages are loaded in its own process only. */
  open(place: Place): Promise<DurableSystem>;
}

const taskchart = (synchronous: 'full' | 'normal'): Entry => ({
  open: async (place) => (await import('./taskchart.ts')).openTaskchart(place, synchronous),
});
const bareSql = (synchronous: 'full' | 'normal'): Entry => ({
  open: async (place) => (await import('./bare-sql.ts')).openBareSql(place, synchronous),
});
const bullmq = (journal: Journal): Entry => ({
  journal,
  open: async (place) => (await import('./bullmq.ts')).openBullMq(place),
});

/** In the order in which they are measured: bare SQL has transactions as large as Taskchart had. */
export const systems = {
  'Taskchart, normal': taskchart('normal'),
  'Taskchart, full': taskchart('full'),
  'bare SQL, normal': bareSql('normal'),
  'bare SQL, full': bareSql('full'),
  'plainjob, normal': { open: async (place) => (await import('./plainjob.ts')).openPlainjob(place) },
  'BullMQ, Redis without disk': bullmq('none'),
  'BullMQ, Redis with AOF everysec': bullmq('everysec'),
  'BullMQ, Redis with AOF always': bullmq('always'),
} satisfies Readonly<Record<string, Entry>>;

export type SystemName = keyof typeof systems;
export const names = Object.keys(systems) as SystemName[];

export function entryOf(name: SystemName): Entry {
  return systems[name];
}
