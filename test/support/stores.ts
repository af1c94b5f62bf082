import { type Store, memoryStore } from '../../src/index.ts';
import { sqliteStore } from '../../src/stores/sqlite.ts';
import { slowStore } from './slow-store.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** An empty store, and how it is closed. */
export interface OpenStore {
  readonly store: Store;
  readonly close: () => Promise<void>;
}

/** A store that every property is tried on. */
export interface StoreKind {
  readonly name: string;
  readonly open: () => Promise<OpenStore>;
  /** Of a hundred runs of a property so many are on it: one that answers slowly is not for all. */
  readonly share: number;
}

const nothingToClose = async () => {};

async function openSqlite(synchronous: 'full' | 'normal'): Promise<OpenStore> {
  const folder = temporaryFolder();
  const store = sqliteStore(folder.file('tasks.db'), { synchronous });
  const close = async () => {
    await store.close();
    folder[Symbol.dispose]();
  };
  return { store, close };
}

/** The stores that there are. Whatever is added here is tried by every property of the runtime. */
export const stores: readonly [StoreKind, ...StoreKind[]] = [
  {
    name: 'memory',
    share: 100,
    open: async () => ({ store: memoryStore({ leases: true }), close: nothingToClose }),
  },
  {
    name: 'memory that answers by events of the loop',
    share: 5,
    open: async () => ({ store: slowStore(memoryStore({ leases: true })), close: nothingToClose }),
  },
  { name: 'SQLite, full', share: 5, open: () => openSqlite('full') },
  { name: 'SQLite, normal', share: 5, open: () => openSqlite('normal') },
];

/** What a supervisor has that was given no store: no other process is at it, and nobody holds a lease. */
export const ofOneProcess: StoreKind = {
  name: 'memory of one process',
  share: 0,
  open: async () => ({ store: memoryStore(), close: nothingToClose }),
};

/** What `use` makes of an empty store of this kind, which is closed after it. */
export async function onStore<T>({ open }: StoreKind, use: (store: Store) => Promise<T>): Promise<T> {
  const { store, close } = await open();
  try {
    return await use(store);
  } finally {
    await close();
  }
}
