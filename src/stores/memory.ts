import { type Store } from '../store.ts';
import { memoryDispatch } from './memory-dispatch.ts';
import { memoryRecords } from './memory-records.ts';

/**
 * A store that lives and dies with the process. Several supervisors of one process may share it. Nothing is durable:
 * acknowledged means that every reader in this process sees it.
 *
 * Cost: about half a kilobyte for a queued task, beside its input.
 */
export function memoryStore(): Store {
  return { records: memoryRecords(), dispatch: memoryDispatch() };
}
