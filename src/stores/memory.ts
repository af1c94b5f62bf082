import { type Store } from '../store.ts';
import { memoryDispatch } from './memory-dispatch.ts';
import { MemoryLeases } from './memory-leases.ts';
import { MemoryRecords } from './memory-records.ts';

export interface MemoryStoreOptions {
  /** Supervisors hold leases, as if each were a process: for tests in which one is lost. Default false. */
  readonly leases?: boolean;
}

/**
 * A store that lives and dies with the process. Several supervisors of one process may share it. Nothing is durable:
 * acknowledged means that every reader in this process sees it.
 *
 * Cost: about half a kilobyte for a queued task, beside its input.
 */
export function memoryStore(options: MemoryStoreOptions = {}): Store {
  const leases = new MemoryLeases((worker) => records.holds(worker));
  const records = new MemoryRecords(leases);
  const store = { records, dispatch: memoryDispatch() };
  return options.leases === true ? { ...store, leases } : store;
}
